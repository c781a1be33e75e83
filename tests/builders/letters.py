"""A mailer that keeps what it was given, as a recording machine does: who, and which letter; and makes its tokens."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts import service
from app.accounts.service.letters import Letter
from app.accounts.service.resets import make_reset
from app.db.engine import Database
from app.kernel.clock import now


@dataclass
class RecordedPost:
    """The letters of an application under test, in their order."""

    database: Database
    letters: list[tuple[UUID | None, Letter]] = field(default_factory=list)

    def write(self, db: Session, account_id: UUID | None, letter: Letter, at: datetime) -> None:
        """Keep one letter."""
        self.letters.append((account_id, letter))

    def to(self, email: str) -> list[Letter]:
        """Return which letters somebody was written, in their order."""
        with self.database.reading() as db:
            account = service.account_with(db, email)
        return [letter for account_id, letter in self.letters if account and account_id == account.id]

    def token_of(self, email: str) -> str:
        """Make the token of a reset that somebody has asked for, as the worker does when it sends the letter."""
        assert Letter.PASSWORD_RESET in self.to(email)
        with self.database.writing.begin() as db:
            account = service.account_with(db, email)
            assert account is not None
            return make_reset(db, account.id, now())
