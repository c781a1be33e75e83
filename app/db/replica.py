"""A standby that answers reads in the primary's place, wherever it has come as far as the primary had.

What a request may see is asked of the primary, always. Then the primary says how far it is (`place_of`), and the
standby whether it has come there (`session_at`): all that was committed by then, or, where a request is about one
patient, all numbers of that patient's stream and the very account row that the primary has. The order of numbers is the
order of commits, and a standby repeats them in that order, so what has the newest number has all before it. Anything
else, an answer that does not come, another database, a server that follows somebody else: the primary is asked.
"""

from __future__ import annotations

import select
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from app.db.reading import ReadingSession

REST_S = 5.0
"""So long a standby that failed is left alone; then one request tries it."""
WITHIN_S = 1.0
"""A standby that takes longer to say how far it is has more to do than answer."""
_RECOVERY_CONFLICT = "40001"
"""The standby ended a read to go on following: nothing is wrong with it."""

_INSTALLATION = "(SELECT system_identifier FROM pg_control_system())::text || ' ' || current_database()"
_OF_PATIENT = """
    SELECT s.epoch::text AS epoch, s.head, a.xmin::text AS account FROM sync_stream s
    JOIN accounts a ON a.id = s.patient_id WHERE s.patient_id = {patient}
"""
# Where commits do not wait for the disk, others see them before they are written: then the end of what was made counts.
_PLACE = text(
    f"""
    SELECT {_INSTALLATION}, ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::int AS timeline,
        (CASE current_setting('synchronous_commit')
         WHEN 'off' THEN pg_current_wal_insert_lsn() ELSE pg_current_wal_flush_lsn() END)::text AS position,
        epoch, head, account
    FROM (SELECT 1) AS one LEFT JOIN ({_OF_PATIENT.format(patient="CAST(:patient AS uuid)")}) AS stream ON true
    """  # noqa: S608 - nothing but our own words
)
_HAS_COME = f"""
    SELECT pg_is_in_recovery() AND {_INSTALLATION} = $1
        AND (SELECT greatest(c.timeline_id, r.min_recovery_end_timeline)
             FROM pg_control_checkpoint() c, pg_control_recovery() r) = $2::int
        AND (pg_last_wal_replay_lsn() >= $3::pg_lsn OR EXISTS (
            SELECT 1 FROM ({_OF_PATIENT.format(patient="$4::uuid")}) AS stream
            WHERE epoch = $5 AND head >= $6::bigint AND account = $7))
""".encode()  # noqa: S608 - nothing but our own words


class StandbySilent(Exception):
    """The standby did not say in time how far it is, or what it said was an error."""


@dataclass(frozen=True, slots=True)
class Place:
    """How far a primary is: of which installation, on which timeline, where in its log, and in a patient's stream."""

    installation: str
    timeline: int
    position: str
    patient_id: UUID | None
    epoch: str | None
    head: int | None
    account: str | None

    def as_asked(self) -> Sequence[bytes | None]:
        """Return what the standby compares itself with, in the order in which it is asked."""
        told = (self.installation, self.timeline, self.position, self.patient_id, self.epoch, self.head, self.account)
        return [None if one is None else str(one).encode() for one in told]


def place_of(db: Session, patient_id: UUID | None) -> Place:
    """Return how far the primary is now; all that was seen on it before is at or before that place."""
    row = db.connection().execute(_PLACE, {"patient": patient_id}).one()
    installation, timeline, position, epoch, head, account = row
    return Place(installation, timeline, position, patient_id, epoch, head, account)


class Replica:
    """One standby, and how long it is left alone after it failed."""

    def __init__(self, sessions: sessionmaker[ReadingSession]) -> None:
        """Take the maker of sessions on the standby."""
        self._sessions = sessions
        self._rests_until = 0.0

    def session_at(self, place: Place) -> ReadingSession | None:
        """Return a session on the standby, which has come to that place; None where it has not, or cannot say."""
        asked_at = time.monotonic()
        if asked_at < self._rests_until:
            return None
        failed_before, session = self._rests_until > 0, self._sessions()
        if failed_before:
            self._rests_until = asked_at + REST_S  # of all who wait for it, one tries
        try:
            has_come = _has_come(session, place)
        except (SQLAlchemyError, session.engine.dialect.loaded_dbapi.Error, OSError, StandbySilent) as error:
            self._leave(error)
            session.give_up()
            return None
        self._rests_until = 0.0
        if has_come:
            return session
        session.close()
        return None

    def note_failure(self, error: SQLAlchemyError) -> None:
        """Leave the standby alone for a while, unless it ended one read only to go on following."""
        if getattr(getattr(error, "orig", None), "sqlstate", None) != _RECOVERY_CONFLICT:
            self._leave(error)

    def dispose(self) -> None:
        """Close every connection to it."""
        self._sessions.kw["bind"].dispose()

    def _leave(self, error: Exception) -> None:
        self._rests_until = time.monotonic() + REST_S
        structlog.get_logger().warning("standby_left", error=type(error).__name__)


def _has_come(session: ReadingSession, place: Place) -> bool:
    connection = session.driver().pgconn
    connection.send_query_params(_HAS_COME, place.as_asked())
    found = _result_of(connection, time.monotonic() + WITHIN_S)
    if found.status != _TUPLES_OK:
        raise StandbySilent
    return bool(found.get_value(0, 0) == b"t")


def _result_of(connection: Any, until: float) -> Any:
    """Return what a connection answers; a server that stands still accepts questions for ever, so its time is short."""
    connection.flush()
    results: list[Any] = []
    while True:
        while connection.is_busy():
            ready, _, _ = select.select([connection.socket], [], [], max(0.0, until - time.monotonic()))
            if not ready:
                raise StandbySilent
            connection.consume_input()
        result = connection.get_result()
        if result is None:
            return results[0]
        results.append(result)


_TUPLES_OK = 2
"""ExecStatus of libpq: the answer has rows."""
