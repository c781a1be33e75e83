"""What accounts write to people, and through whom: one small interface that a way of sending is joined to."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

import structlog
from sqlalchemy.orm import Session


class Letter(StrEnum):
    """What is written; no letter says anything about health."""

    WELCOME = "welcome"
    ALREADY_REGISTERED = "already_registered"
    PASSWORD_RESET = "password_reset"  # noqa: S105 - a name, not a secret
    PASSWORD_CHANGED = "password_changed"  # noqa: S105
    SESSION_CUT_OFF = "session_cut_off"


class Mailer(Protocol):
    """Takes letters within the transaction that they tell of, and sends them once it is committed."""

    def write(self, db: Session, account_id: UUID | None, letter: Letter, at: datetime) -> None:
        """Take one letter to a person, or to nobody: that costs the same, and nothing is sent."""


class NoPost:
    """Where no way of sending is set up: the operator hands a reset over (`flask --app wsgi accounts reset`)."""

    def write(self, db: Session, account_id: UUID | None, letter: Letter, at: datetime) -> None:
        """Say in the log that a letter which somebody waits for was not sent, never to whom."""
        if letter is Letter.PASSWORD_RESET and account_id is not None:
            structlog.get_logger().warning("letter_not_sent", code=str(letter))
