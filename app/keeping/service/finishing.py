"""What is done to a restored database before anybody uses it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from app.accounts import service as accounts
from app.keeping.domain import Check
from app.keeping.service.erasure import erase_again
from app.kernel.clock import now
from app.library.service import catalogue as library
from app.sync.service import streams

RESTORED = "restored"


def finish(db: Session, head: str, erased: Mapping[bytes, datetime], secret: str) -> list[Check]:
    """Erase again whoever was erased since, log everybody out, let every device read anew; tell of what was done.

    A session that was ended since the backup is open again in it, and numbers are given a second time: devices keep
    what they have not sent, and start again without a cursor. The database is at the schema `head` already.
    """
    at = now()
    gone = erase_again(db, erased, secret, at)
    accounts.end_all_sessions(db, at, RESTORED)
    streams.begin_epochs(db)
    library.begin_epoch(db, at)
    return [
        Check("schema", True, head),
        gone,
        Check("sessions", True, "everybody logs in again"),
        Check("streams", True, "every device reads anew and keeps what it has not sent"),
    ]
