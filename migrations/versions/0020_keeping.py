"""The trail, with what the access log holds so far; who was erased; a patient's lines go with the patient."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

import sqlalchemy as sa
from alembic import op

from app.db.append_only import ERASING, erasable_statements, unerasable_statements
from app.db.trail import BEGINNING, NAMES, TRAILS, Line, drop_trail_statements, line_hash, trail_of, trail_statements
from app.db.types import Id, Instant
from migrations.tables import named

revision = "0020_keeping"
down_revision = "0019_calendars"

_AT_ONCE = 5000


def upgrade() -> None:
    """Apply."""
    dialect = op.get_context().dialect.name
    _create_trail()
    _create_erasures()
    for statement in erasable_statements("access_log", dialect):
        op.execute(statement)
    lines = op.create_table("audit_trail", *_line_columns(), _key("audit_trail", "trail", "number"))
    heads = _write_down(lines)
    for statement in trail_statements(dialect):
        op.execute(statement)
    _set_heads(heads)


def downgrade() -> None:
    """Take back; what the log does not hold (log-ins, links that were given or ended) is lost with the trail."""
    dialect = op.get_context().dialect.name
    op.drop_table("audit_trail")
    for statement in [*drop_trail_statements(dialect), *unerasable_statements("access_log", dialect)]:
        op.execute(statement)
    for table in ("audit_heads", ERASING, "purges", "erasures"):
        op.drop_table(table)


def _create_trail() -> None:
    op.create_table(
        "audit_heads",
        sa.Column("trail", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(32), nullable=False),
        _key("audit_heads", "trail"),
    )


def _line_columns() -> list[Any]:
    return [
        sa.Column("trail", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("actor_id", Id(), nullable=False),
        sa.Column("device_id", Id(), nullable=True),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("permission", sa.Text(), nullable=True),
        sa.Column("about_id", Id(), nullable=True),
        sa.Column("look_id", Id(), nullable=True),
        sa.Column("hash", sa.LargeBinary(32), nullable=False),
    ]


def _create_erasures() -> None:
    op.create_table(
        "erasures",
        sa.Column("pseudonym", sa.LargeBinary(32), nullable=False),
        sa.Column("erased_at", Instant(), nullable=False),
        _key("erasures", "pseudonym"),
    )
    op.create_table("purges", sa.Column("mark", sa.LargeBinary(32), nullable=False), _key("purges", "mark"))
    op.create_table(ERASING, sa.Column("account_id", Id(), nullable=False), _key(ERASING, "account_id"))


def _key(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*columns, name=named("pk", table))


def _write_down(lines: sa.Table) -> dict[int, tuple[int, bytes]]:
    """Put the lines of the access log into the trail, in their order, and return the heads."""
    connection = op.get_bind()
    heads = dict.fromkeys(range(TRAILS), (0, BEGINNING))
    rows = _bound(connection, heads)
    while some := list(islice(rows, _AT_ONCE)):
        connection.execute(sa.insert(lines), some)
    return heads


def _bound(connection: sa.Connection, heads: dict[int, tuple[int, bytes]]) -> Iterator[dict[str, Any]]:
    log = sa.table(
        "access_log",
        sa.column("at", Instant()),
        sa.column("reader_id", Id()),
        sa.column("device_id", Id()),
        sa.column("operation", sa.Text()),
        sa.column("permission", sa.Text()),
        sa.column("patient_id", Id()),
        sa.column("id", Id()),
    )
    for row in connection.execute(sa.select(log).order_by(log.c.at, log.c.id)).all():
        line = Line(**dict(zip(NAMES, row, strict=True)))
        trail = trail_of(line.actor_id)
        number, before = heads[trail]
        heads[trail] = (number + 1, line_hash(before, trail, number + 1, line))
        told = {name: getattr(line, name) for name in NAMES}
        yield {**told, "trail": trail, "number": heads[trail][0], "hash": heads[trail][1]}


def _set_heads(heads: dict[int, tuple[int, bytes]]) -> None:
    table = sa.table("audit_heads", sa.column("trail"), sa.column("number"), sa.column("hash", sa.LargeBinary()))
    for trail, (number, found) in heads.items():
        op.execute(sa.update(table).where(table.c.trail == trail).values(number=number, hash=found))
