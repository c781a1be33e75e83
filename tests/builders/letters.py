"""A mailer that keeps what it was given, as a recording machine does: who, which letter, which token."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from app.accounts.domain import Account
from app.accounts.service.letters import Letter


@dataclass
class RecordedPost:
    """The letters of an application under test, in their order."""

    letters: list[tuple[str, Letter, str | None]] = field(default_factory=list)

    def write(self, db: Session, account: Account, letter: Letter, token: str | None = None) -> None:
        """Keep one letter."""
        self.letters.append((account.email, letter, token))

    def to(self, email: str) -> list[Letter]:
        """Return which letters somebody was written, in their order."""
        return [letter for address, letter, _ in self.letters if address == email]

    def token_of(self, email: str) -> str:
        """Return the newest token that somebody was written."""
        return next(token for address, _, token in reversed(self.letters) if address == email and token)
