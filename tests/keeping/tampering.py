"""Somebody who owns the database changes who saw what: every way that is tried."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, text, update

from app.db.base import Base, table_of
from app.db.trail import NAMES, Line, TrailHeadRow, TrailRow, line_hash
from app.kernel.clock import now
from app.kernel.ids import new_id

LINES, LOG, HEADS = table_of(TrailRow), Base.metadata.tables["access_log"], table_of(TrailHeadRow)


@dataclass
class Tamperer:
    """Somebody who may write into the database, with the triggers out of the way; and chance."""

    db: Connection
    chance: random.Random
    after: Mapping[int, int] = field(default_factory=dict)
    """Of each trail the last line that is left alone."""

    def lines(self) -> list[Any]:
        """Return the lines that may be changed."""
        rows = self.db.execute(select(LINES).order_by(LINES.c.trail, LINES.c.number)).mappings()
        return [row for row in rows if row["number"] > self.after.get(row["trail"], 0)]

    def line(self) -> Any:
        """Return a line, any."""
        return self.chance.choice(self.lines())

    def where(self, row: Any) -> Any:
        """Return the condition that this is the line."""
        return (LINES.c.trail == row["trail"]) & (LINES.c.number == row["number"])

    def set(self, row: Any, **values: Any) -> None:
        """Change a line."""
        self.db.execute(update(LINES).where(self.where(row)).values(**values))

    def last_of(self, trail: int) -> int:
        """Return the last number of a trail."""
        return self.db.execute(select(func.max(LINES.c.number)).where(LINES.c.trail == trail)).scalar_one() or 0

    def edit(self) -> None:
        """Change one column of a line."""
        row, name = self.line(), self.chance.choice([*NAMES, "hash"])
        other = {"at": now(), "action": "x", "permission": "x", "hash": self.chance.randbytes(32)}.get(name, new_id())
        self.set(row, **{name: other})

    def edit_and_bind(self) -> None:
        """Change a line and make its own hash fit; the next one, or the head, tells."""
        row = self.line()
        before = select(LINES.c.hash).where(LINES.c.trail == row["trail"], LINES.c.number == row["number"] - 1)
        line = Line(**{**{name: row[name] for name in NAMES}, "actor_id": new_id()})
        found = self.db.execute(before).scalar_one_or_none() or bytes(32)
        bound = line_hash(found, row["trail"], row["number"], line)
        self.set(row, actor_id=line.actor_id, hash=bound)

    def delete(self) -> None:
        """Take a line out, and close the gap or not."""
        row = self.line()
        self.db.execute(delete(LINES).where(self.where(row)))
        if self.chance.random() < 0.5:
            self._move(row["trail"], row["number"], -1)

    def _move(self, trail: int, above: int, by: int) -> None:
        later = (LINES.c.trail == trail) & (LINES.c.number > above)
        self.db.execute(update(LINES).where(later).values(number=-LINES.c.number))
        gone = (LINES.c.trail == trail) & (LINES.c.number < 0)
        self.db.execute(update(LINES).where(gone).values(number=-LINES.c.number + by))

    def reorder(self) -> None:
        """Let two lines of a trail change places."""
        first = self.line()
        others = [row for row in self.lines() if row["trail"] == first["trail"] and row["number"] != first["number"]]
        second = self.chance.choice(others)
        self.set(first, number=-1)
        self.set(second, number=first["number"])
        self.db.execute(update(LINES).where(LINES.c.number == -1).values(number=second["number"]))

    def insert(self) -> None:
        """Put a made-up line in, somewhere or at the end, its hash bound to the line before it."""
        row = self.line()
        trail, number = row["trail"], self._anywhere(row["trail"])
        self._move(trail, number - 1, 1)
        line = Line(**{**{name: row[name] for name in NAMES}, "actor_id": new_id(), "look_id": None})
        before = select(LINES.c.hash).where(LINES.c.trail == trail, LINES.c.number == number - 1)
        bound = line_hash(self.db.execute(before).scalar_one_or_none() or bytes(32), trail, number, line)
        told = {name: getattr(line, name) for name in NAMES}
        self.db.execute(insert(LINES), {**told, "trail": trail, "number": number, "hash": bound})

    def _anywhere(self, trail: int) -> int:
        return self.chance.randint(self.after.get(trail, 0) + 1, self.last_of(trail) + 1)

    def truncate(self) -> None:
        """Cut the end of a trail off, with what the log has of it, and set the head back to fit."""
        row = self.line()
        trail, last = row["trail"], row["number"] - 1
        gone = (LINES.c.trail == trail) & (LINES.c.number > last)
        self.db.execute(delete(LOG).where(LOG.c.id.in_(select(LINES.c.look_id).where(gone))))
        self.db.execute(delete(LINES).where(gone))
        found = select(LINES.c.hash).where(LINES.c.trail == trail, LINES.c.number == last)
        told = {"number": last, "hash": self.db.execute(found).scalar_one_or_none() or bytes(32)}
        self.db.execute(update(HEADS).where(HEADS.c.trail == trail).values(**told))

    def _look(self) -> Any:
        """Return a row of what the patient reads, any that a line tells which may be changed."""
        looks = {row["look_id"] for row in self.lines()}
        rows = self.db.execute(select(LOG).order_by(LOG.c.id)).mappings()
        return self.chance.choice([row for row in rows if row["id"] in looks])

    def change_look(self) -> None:
        """Change what the patient reads."""
        row = self._look()
        name = self.chance.choice(["reader_id", "device_id", "permission", "operation", "at"])
        other: Any = {"permission": "x", "operation": "x", "at": now()}.get(name, new_id())
        self.db.execute(update(LOG).where(LOG.c.id == row["id"]).values(**{name: other}))

    def lose_look(self) -> None:
        """Take away what the patient reads."""
        self.db.execute(delete(LOG).where(LOG.c.id == self._look()["id"]))

    def make_look_up(self) -> None:
        """Let the patient read what never was."""
        self.db.execute(insert(LOG), {**self._look(), "id": new_id()})


WAYS_WITH_LINES: list[Callable[[Tamperer], None]] = [
    Tamperer.edit,
    Tamperer.edit_and_bind,
    Tamperer.delete,
    Tamperer.reorder,
    Tamperer.insert,
    Tamperer.truncate,
    Tamperer.change_look,
    Tamperer.lose_look,
]
WAYS = [*WAYS_WITH_LINES, Tamperer.make_look_up]


def out_of_the_way(db: Connection) -> None:
    """Take the triggers away, as whoever owns the database can."""
    if db.dialect.name == "sqlite":
        for name in db.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars().all():
            db.exec_driver_sql(f"DROP TRIGGER {name}")
    else:
        for table in ("audit_trail", "access_log"):
            db.exec_driver_sql(f"ALTER TABLE {table} DISABLE TRIGGER USER")
