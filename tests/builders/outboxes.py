"""Outboxes with a database of their own, and carriers that remember, fail or die."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import time_machine
from flask import Flask
from sqlalchemy import delete, select, update

from app.db.engine import Database
from app.db.outbox import NoticeRow
from app.kernel.clock import now
from app.outreach.carriers import Letter, NotCarried, Push
from app.outreach.models import ReminderRow
from app.outreach.service.sending import work_once
from tests.builders.applications import lent_application
from tests.builders.people import People, Person


@dataclass
class Remembering:
    """Takes letters and pushes and remembers them; refuses while `is_broken`."""

    letters: list[Letter] = field(default_factory=list)
    pushes: list[Push] = field(default_factory=list)
    is_broken: bool = False

    def carry(self, letter: Letter | Push) -> None:
        """Take one."""
        if self.is_broken:
            raise NotCarried("OSError")
        if isinstance(letter, Push):
            self.pushes.append(letter)
        else:
            self.letters.append(letter)

    def to(self, person: Person) -> list[Letter]:
        """Return the letters to one person."""
        return [one for one in self.letters if one.to == person.email]


@dataclass(frozen=True)
class Dying:
    """Kills its own process before or after it has handed over the first letter."""

    through: Any
    is_after: bool

    def carry(self, letter: Letter | Push) -> None:
        """Die."""
        if self.is_after:
            self.through.carry(letter)
        os.kill(os.getpid(), signal.SIGKILL)


@dataclass
class House:
    """An application with a database of its own, and all that goes out of it."""

    app: Flask
    database: Database
    carrier: Remembering = field(default_factory=Remembering)

    @property
    def people(self) -> People:
        """Return a maker of people."""
        return People(self.app)

    def work(self, at: datetime | None = None) -> list[Letter]:
        """Let the worker do what is due at a time, and return what it sent."""
        before = len(self.carrier.letters)
        with time_machine.travel(at or now(), tick=False), self.app.app_context():
            work_once(self.database.writing.begin, self.carrier)
        return self.carrier.letters[before:]

    def empty(self) -> None:
        """Settle all that waits, and forget what went out."""
        with self.database.writing.begin() as db:
            db.execute(update(NoticeRow).where(NoticeRow.settled_at.is_(None)).values(settled_at=now()))
        self.carrier = Remembering()

    def forget(self) -> None:
        """Forget what anybody wanted to be reminded of."""
        with self.database.writing.begin() as db:
            db.execute(delete(ReminderRow))

    def fates(self, person: Person) -> list[tuple[str, str | None]]:
        """Return the kinds of a person's notices, and what became of each."""
        with self.database.reading() as db:
            chosen = select(NoticeRow.kind, NoticeRow.settled_as).where(NoticeRow.account_id == person.id)
            return [tuple(row) for row in db.execute(chosen.order_by(NoticeRow.made_at, NoticeRow.id))]


@contextmanager
def a_house(url: str, folder: Path, **changes: Any) -> Iterator[House]:
    """Lend an application on a database that is ready."""
    with lent_application(url, folder, **changes) as made:
        yield House(made.app, made.database)
