"""Letters of accounts: in the outbox with what they tell of, sent whatever somebody wants, and no secret is kept."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from app.accounts.models import PasswordResetRow
from app.accounts.service.letters import Letter as Told
from app.accounts.service.letters import NoPost
from app.db.outbox import NoticeRow
from app.kernel.notices import NoticeKind
from app.outreach.carriers import Letter
from app.outreach.domain import LEASE
from app.outreach.service.letters import RESET_WAITS, Outbox
from app.outreach.service.sending import work_once
from app.outreach.words import text_of
from tests.builders.databases import empty_database, new_folder, prepare
from tests.builders.outboxes import House, a_house
from tests.builders.people import Person

NOON = datetime(2027, 3, 1, 11, tzinfo=UTC)
NIGHT = NOON + timedelta(hours=11)  # 23:00 in Berlin
MINUTE = timedelta(minutes=1)
NEW = "two geese under a bridge"


class Killed(BaseException):
    """What ends a worker on the spot."""


class Vanishing:
    """Takes one letter, and with it the worker is gone before it can mark anything."""

    def __init__(self) -> None:
        self.letters: list[Letter] = []

    def carry(self, letter: Letter) -> None:
        """Take it and end."""
        self.letters.append(letter)
        raise Killed


@pytest.fixture(scope="module")
def own_house(backend: str, worker_id: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """An application that sends its mail into a folder, and whose outbox holds nobody else's notices."""
    url = empty_database(backend, new_folder(), f"letters_{worker_id}")
    prepare(url)
    folder = tmp_path_factory.mktemp("var")
    with a_house(url, folder, mail_url=f"record:{folder / 'outbox'}") as house:
        yield house


@pytest.fixture
def house(own_house: House) -> Iterator[House]:
    """The application with an empty outbox, at noon."""
    own_house.empty()
    own_house.forget()
    with time_machine.travel(NOON, tick=False):
        yield own_house


def ask(house: House, email: str) -> None:
    """Ask for a new password."""
    answer = house.app.test_client().post("/v1/auth/reset", json={"email": email})
    assert answer.status_code == 202


def set_password(house: House, token: str) -> int:
    """Set a new password with a token; return the status."""
    body = {"token": token, "password": NEW}
    return house.app.test_client().post("/v1/auth/reset/completion", json=body).status_code


def token_in(letter: Letter) -> str:
    """Return the token of a letter: its last line."""
    return letter.text.splitlines()[-1]


def everything(house: House) -> str:
    """Return all that the tables of notices and tokens hold."""
    with house.database.reading() as db:
        rows = [db.execute(select(row.__table__)).all() for row in (NoticeRow, PasswordResetRow)]
    return repr(rows)


def quiet_all_day(person: Person, language: str) -> None:
    """Have somebody want no reminder at all, in a language."""
    wants: dict[str, Any] = dict.fromkeys(("session_due", "morning_score_missing", "review_due"), False)
    wants |= {"remind_at": "12:00", "quiet_from": "00:00", "quiet_until": "23:59", "language": language}
    tag = person.get("/v1/me/reminders").headers["ETag"]
    assert person.send("PUT", "/v1/me/reminders", wants, {"If-Match": tag}).status_code == 200


def test_a_new_password_by_mail_is_good_for_half_an_hour_from_when_it_is_sent(house: House) -> None:
    patient = house.people.patient()
    ask(house, patient.email)
    sent_at = NOON + timedelta(hours=2)
    (letter,) = house.work(sent_at)
    token = token_in(letter)
    assert (letter.to, len(token)) == (patient.email, 43)
    assert letter.text == f"{text_of(NoticeKind.PASSWORD_RESET, None)}\n\n{token}"
    assert token not in everything(house)
    assert house.work(sent_at) == []
    with time_machine.travel(sent_at + 30 * MINUTE, tick=False):
        assert set_password(house, token) == 404
    with time_machine.travel(sent_at + 29 * MINUTE, tick=False):
        assert set_password(house, token) == 204
        assert set_password(house, token) == 404
        (changed,) = house.work(sent_at + 29 * MINUTE)
    assert (changed.to, changed.text) == (patient.email, text_of(NoticeKind.PASSWORD_CHANGED, None))


@pytest.mark.parametrize("is_killed", [True, False])
def test_a_letter_that_is_sent_again_has_a_fresh_token_and_the_older_one_is_void(house: House, is_killed: bool) -> None:
    """A receiver that drops a mail whose id it knows keeps the second one too: its token is the one that is good."""
    patient = house.people.patient()
    ask(house, patient.email)
    if is_killed:
        vanishing = Vanishing()
        with house.app.app_context(), pytest.raises(Killed):
            work_once(house.database.writing.begin, vanishing)
        (first,) = vanishing.letters
        assert house.work(NOON + LEASE - MINUTE) == [], "whoever died holds it for the lease"
        (again,) = house.work(NOON + LEASE)
    else:
        (first,) = house.work()
        ask(house, patient.email)
        (again,) = house.work()
    assert first.id != again.id
    assert set_password(house, token_in(first)) == 404
    assert set_password(house, token_in(again)) == 204


@pytest.mark.parametrize("letter", Told)
@pytest.mark.parametrize("language", ["en", "de"])
def test_a_letter_is_sent_by_night_to_whoever_wants_no_reminders_in_their_language(
    house: House, letter: Told, language: str
) -> None:
    patient = house.people.patient()
    quiet_all_day(patient, language)
    with house.database.writing.begin() as db:
        house.app.extensions["trochlea.mailer"].write(db, patient.id, letter, NIGHT)
    (sent,) = house.work(NIGHT)
    assert sent.to == patient.email
    assert sent.text.startswith(text_of(NoticeKind(letter), language))
    assert text_of(NoticeKind(letter), "en") != text_of(NoticeKind(letter), "de")
    assert house.fates(patient) == [(letter, "sent")]


def test_nobody_is_written_to_and_nothing_of_it_stays(house: House) -> None:
    ask(house, "nobody@example.org")
    nobodys = select(NoticeRow.kind).where(NoticeRow.account_id.is_(None))
    with house.database.reading() as db:
        assert db.execute(nobodys).scalars().all() == ["password_reset"]
    assert house.work() == []
    with house.database.reading() as db:
        assert db.execute(nobodys).all() == []


def test_an_order_that_waited_for_a_day_makes_no_token(house: House) -> None:
    patient = house.people.patient()
    ask(house, patient.email)
    house.carrier.is_broken = True
    assert house.work() == []
    house.carrier.is_broken = False
    assert house.work(NOON + RESET_WAITS) == []
    assert house.fates(patient) == [("password_reset", "too_late")]


def test_whoever_registers_is_welcomed_and_whoever_does_so_again_is_told(house: House) -> None:
    client = house.app.test_client()
    body = {"email": "ada@example.org", "password": "three ducks on a pond", "display_name": "Ada"}
    for name, kind in (("Ada", NoticeKind.WELCOME), ("Eve", NoticeKind.ALREADY_REGISTERED)):
        answer = client.post("/v1/accounts", json={**body, "display_name": name, "zone": "Europe/Berlin"})
        assert answer.status_code == 202, answer.json
        (letter,) = house.work()
        assert (letter.to, letter.text) == (body["email"], text_of(kind, None))
        assert "Ada" not in letter.text


def test_whose_key_was_used_twice_is_told(house: House) -> None:
    patient = house.people.patient()
    client = house.app.test_client()
    assert client.post("/v1/auth/token", json={"refresh_token": patient.refresh_token}).status_code == 200
    with time_machine.travel(NOON + timedelta(days=1), tick=False):
        assert client.post("/v1/auth/token", json={"refresh_token": patient.refresh_token}).status_code == 401
        (letter,) = house.work(NOON + timedelta(days=1))
        assert (letter.to, letter.text) == (patient.email, text_of(NoticeKind.SESSION_CUT_OFF, None))
        assert client.post("/v1/auth/token", json={"refresh_token": patient.refresh_token}).status_code == 401
        assert house.work(NOON + timedelta(days=1)) == [], "once"


def test_the_worker_of_an_operator_writes_the_letter_where_mail_is_recorded(house: House) -> None:
    patient = house.people.patient()
    ask(house, patient.email)
    with house.app.app_context():
        done = house.app.test_cli_runner().invoke(args=["worker", "--once"])
    assert (done.exit_code, done.output) == (0, "1 sent\n")
    folder: Path = house.app.config["TROCHLEA_SETTINGS"].var_dir / "outbox"
    (file,) = [one for one in folder.glob("*.eml") if f"To: {patient.email}" in one.read_text()]
    assert set_password(house, file.read_text().split()[-1]) == 204


def test_where_no_mail_is_set_up_nothing_waits(house: House, tmp_path: Path) -> None:
    url = house.app.config["TROCHLEA_SETTINGS"].database_url
    with a_house(url, tmp_path) as silent:
        assert isinstance(silent.app.extensions["trochlea.mailer"], NoPost)
        patient = silent.people.patient()
        ask(silent, patient.email)
        assert silent.fates(patient) == []
    assert isinstance(house.app.extensions["trochlea.mailer"], Outbox)
