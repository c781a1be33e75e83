"""What carries a letter to a person, and a push to a device: mail, a push service, or a folder, for development."""

from __future__ import annotations

import smtplib
import ssl
from contextlib import closing, suppress
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Protocol
from urllib.parse import SplitResult, unquote, urlsplit

import orjson

from app.kernel.clock import now
from app.outreach.domain import Subscription

TIMEOUT_S = 20
SMTP_PORT, SMTPS_PORT = 587, 465
RECORD, SMTP, SMTPS = "record", "smtp", "smtps"
_URL_OF_MAIL = "mail goes to smtp://, smtps:// or record:/folder"


class NotCarried(Exception):
    """The letter was not taken; it is tried again. The text is a code, and holds nothing of the letter."""


class NobodyThere(NotCarried):
    """The device is not reached there any more; it is not tried again."""


@dataclass(frozen=True, slots=True)
class Letter:
    """What is sent to one person; a second copy has the same id."""

    id: str
    to: str
    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class Push:
    """What is shown on one device, perhaps on its lock screen; a second copy has the same id. Of use for `good_s`."""

    id: str
    to: Subscription
    title: str
    text: str
    good_s: int

    @property
    def payload(self) -> bytes:
        """Return what the app on the device gets, as JSON."""
        return orjson.dumps({"id": self.id, "title": self.title, "text": self.text})


class Carrier(Protocol):
    """Takes letters and pushes; once `carry` returns, somebody else is answerable for them."""

    def carry(self, letter: Letter | Push) -> None:
        """Hand one over; raise NotCarried, or NobodyThere where trying again is of no use."""


class LetterCarrier(Protocol):
    """Takes letters."""

    def carry(self, letter: Letter) -> None:
        """Hand a letter over; raise NotCarried."""


class PushCarrier(Protocol):
    """Takes pushes."""

    def carry(self, letter: Push) -> None:
        """Hand a push over; raise NotCarried, or NobodyThere."""


@dataclass(frozen=True, slots=True)
class Both:
    """Hands each to what carries its kind."""

    letters: LetterCarrier
    pushes: PushCarrier

    def carry(self, letter: Letter | Push) -> None:
        """Hand one over; raise NotCarried, or NobodyThere."""
        if isinstance(letter, Push):
            self.pushes.carry(letter)
        else:
            self.letters.carry(letter)


@dataclass(frozen=True, slots=True)
class Recorder:
    """Writes each letter and push into a folder, under its id: a second copy stands behind it in the same file."""

    folder: Path

    def carry(self, letter: Letter | Push) -> None:
        """Append it to its file."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if isinstance(letter, Push):
            name, told = f"{letter.id}.push", letter.payload
        else:
            name, told = f"{letter.id}.eml", _message(letter, "trochlea@localhost").as_bytes()
        with (self.folder / name).open("ab") as file:
            file.write(told + b"\n")


@dataclass(frozen=True, slots=True)
class Mail:
    """Sends each letter over SMTP, never without TLS."""

    server: SplitResult
    sender: str

    def carry(self, letter: Letter) -> None:
        """Send a letter; its Message-ID is the same at each try. Once it is taken, a rude goodbye is no failure."""
        try:
            with closing(self._connected()) as connection:
                self._introduce(connection)
                connection.send_message(_message(letter, self.sender))
                with suppress(OSError, smtplib.SMTPException):
                    connection.quit()
        except (OSError, smtplib.SMTPException) as error:
            raise NotCarried(type(error).__name__) from None

    def _connected(self) -> smtplib.SMTP:
        host = self.server.hostname or ""
        if self.server.scheme == SMTPS:
            context = ssl.create_default_context()
            return smtplib.SMTP_SSL(host, self.server.port or SMTPS_PORT, timeout=TIMEOUT_S, context=context)
        return smtplib.SMTP(host, self.server.port or SMTP_PORT, timeout=TIMEOUT_S)

    def _introduce(self, connection: smtplib.SMTP) -> None:
        if self.server.scheme != SMTPS:
            connection.starttls(context=ssl.create_default_context())
        if self.server.username:
            connection.login(unquote(self.server.username), unquote(self.server.password or ""))


def carrier_of(url: str, sender: str) -> LetterCarrier:
    """Return what an address like smtp://user:password@host:587, smtps://… or record:/folder stands for."""
    parsed = urlsplit(url)
    if parsed.scheme == RECORD:
        return Recorder(Path(parsed.path))
    if parsed.scheme in (SMTP, SMTPS) and parsed.hostname:
        return Mail(parsed, sender)
    raise ValueError(_URL_OF_MAIL)


def _message(letter: Letter, sender: str) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, letter.to, letter.subject
    message["Date"] = format_datetime(now())
    message["Message-ID"] = f"<{letter.id}@trochlea.invalid>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text)
    return message
