"""Takes what accounts write to people into the outbox, in the transaction that it tells of; the worker sends it."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts.service.letters import Letter
from app.db.outbox import tell
from app.kernel.ids import new_id
from app.kernel.notices import NoticeKind

RESET_WAITS = timedelta(days=1)
"""So long the order of a token is good where no letter goes out; nobody waits for it any more."""


class Outbox:
    """The mailer of accounts, where letters are sent. What is written holds no token: the worker makes it."""

    def write(self, db: Session, account_id: UUID | None, letter: Letter, at: datetime) -> None:
        """Write one letter down; each is a fact of its own."""
        good_until = at + RESET_WAITS if letter is Letter.PASSWORD_RESET else None
        tell(db, account_id, NoticeKind(letter), str(new_id()), at, good_until=good_until)
