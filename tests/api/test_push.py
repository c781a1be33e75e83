"""Web push: encrypted for one device, signed, without a word of health, told once; mail where no device takes it."""

from __future__ import annotations

import json
import multiprocessing
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from stat import S_IMODE
from typing import Any

import http_ece
import pytest
import time_machine

from app.db.outbox import tell
from app.kernel.notices import NoticeKind
from app.outreach.carriers import Both, Recorder
from app.outreach.domain import DEVICES_FIRST, LEASE, MOST_SUBSCRIPTIONS, MOST_TRIES
from app.outreach.pushing import PushServices
from app.outreach.pushkey import push_key
from app.outreach.service.sending import work_once
from app.outreach.words import push_text
from app.outreach.worker import carrier_for
from tests.api.test_webhooks import LOOPBACK, WRITTEN
from tests.builders.databases import empty_database, new_folder, prepare
from tests.builders.devices import an_id
from tests.builders.outboxes import Dying, House, Remembering, a_house
from tests.builders.people import Person
from tests.builders.receivers import Receiver
from tests.builders.subscribers import Browser, a_subscription, base64url, claims_of
from tests.levels import SQLITE_FIRST

NOON = datetime(2027, 3, 1, 11, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
PUSHES = "/v1/me/push-subscriptions"


@pytest.fixture(scope="module")
def own_house(backend: str, worker_id: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """An application that may push to this machine."""
    url = empty_database(backend, new_folder(), f"push_{worker_id}")
    prepare(url)
    with a_house(url, tmp_path_factory.mktemp("var"), webhooks_to_loopback=True) as house:
        yield house


@pytest.fixture
def house(own_house: House) -> Iterator[House]:
    """The application with an empty outbox, at noon."""
    own_house.empty()
    own_house.forget()
    with time_machine.travel(NOON, tick=False):
        yield own_house


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A push service on this machine."""
    opened = Receiver(b"HTTP/1.1 201 Created\r\n\r\n")
    yield opened
    opened.close()


def subscribed(person: Person, endpoint: str = "https://push.example.org/send/") -> Browser:
    """Have a person's browser subscribe."""
    browser = Browser(endpoint + (an_id() if endpoint.endswith("/") else ""))
    answer = person.post(PUSHES, browser.order())
    assert answer.status_code == 201, answer.json
    return browser


def notice(house: House, person: Person, kind: NoticeKind = NoticeKind.CARE_CHANGED, **more: Any) -> None:
    """Write one notice into the outbox."""
    with house.database.writing.begin() as db:
        tell(db, person.id, kind, an_id(), NOON, **more)


def wants_reminders(person: Person, **changes: Any) -> None:
    """Have a person want to be reminded of sessions, in German."""
    quiet = {"quiet_from": "21:00", "quiet_until": "08:00", "remind_at": "23:59", "language": "de"}
    wants = {"session_due": True, "morning_score_missing": False, "review_due": False, **quiet, **changes}
    tag = person.get("/v1/me/reminders").headers["ETag"]
    assert person.send("PUT", "/v1/me/reminders", wants, {"If-Match": tag}).status_code == 200


def services(house: House) -> PushServices:
    """Return what pushes to this machine, with the installation's key."""
    file = house.app.config["TROCHLEA_SETTINGS"].push_key_file
    return PushServices(push_key(file), "knee@example.org", to_loopback=True)


def work(house: House, at: datetime = NOON) -> Remembering:
    """Let the worker push to this machine at a time, and return the mail it sent."""
    mail = Remembering()
    with time_machine.travel(at, tick=False), house.app.app_context():
        work_once(house.database.writing.begin, Both(mail, services(house)))
    return mail


def body_of(receiver: Receiver, number: int = -1) -> bytes:
    """Return the body of a message."""
    return receiver.heard[number].partition(b"\r\n\r\n")[2]


def test_a_push_goes_encrypted_through_the_service_and_the_device_alone_reads_it(
    house: House, receiver: Receiver
) -> None:
    patient = house.people.patient()
    browser = subscribed(patient, receiver.url)
    key = patient.get("/v1/me/push-key").json["public_key"]
    notice(house, patient)
    assert [one.to for one in work(house).letters] == [patient.email], "who may see a record is told by mail as well"
    (heard,) = receiver.heard
    assert heard.startswith(b"POST /hook?from=trochlea HTTP/1.1\r\n")
    headers, body = receiver.headers(), body_of(receiver)
    told = browser.read(body)
    assert set(told) == {"id", "title", "text"}
    assert (told["title"], told["text"]) == ("Trochlea", push_text(None))
    assert b"Trochlea has" not in heard
    assert (headers["Content-Encoding"], headers["Content-Type"]) == ("aes128gcm", "application/octet-stream")
    assert (headers["TTL"], len(headers["Topic"])) == ("86400", 22)
    claims = claims_of(headers["Authorization"], key)
    assert claims["aud"] == f"http://127.0.0.1:{receiver.port}"
    assert claims["sub"] == "mailto:knee@example.org"
    assert timedelta() < datetime.fromtimestamp(claims["exp"], UTC) - NOON <= timedelta(hours=24)
    with pytest.raises(http_ece.ECEException):
        Browser(receiver.url).read(body)
    work(house)
    assert len(receiver.heard) == 1, "once"


def test_what_a_lock_screen_shows_is_the_same_for_every_notice(house: House) -> None:
    patient = house.people.patient()
    subscribed(patient)
    wants_reminders(patient)
    for kind in (NoticeKind.CARE_CHANGED, NoticeKind.SESSION_DUE, NoticeKind.PASSWORD_CHANGED, NoticeKind.WELCOME):
        notice(house, patient, kind)
    house.work()
    assert {(one.title, one.text) for one in house.carrier.pushes} == {("Trochlea", push_text("de"))}
    assert len(house.carrier.pushes) == 2, "letters of accounts are mail"
    said = set(f"{push_text('de')} {push_text('en')}".lower().replace(".", "").split())
    assert not {"pain", "knee", "session", "therapist", "record", "schmerz", "knie", "daten"} & said


def test_a_reminder_a_device_took_is_not_mailed_as_well(house: House) -> None:
    patient = house.people.patient()
    subscribed(patient)
    second = house.people.again(patient)
    subscribed(second)
    wants_reminders(patient)
    notice(house, patient, NoticeKind.SESSION_DUE)
    house.work()
    assert (len(house.carrier.letters), len(house.carrier.pushes)) == (0, 2)
    house.work(NOON + DEVICES_FIRST)
    assert (len(house.carrier.letters), len(house.carrier.pushes)) == (0, 2)
    assert sorted(house.fates(patient)) == [("session_due", "pushed"), *[("session_due", "sent")] * 2]


def test_a_reminder_no_device_takes_within_ten_minutes_goes_by_mail_and_is_not_pushed_after_that(
    house: House, receiver: Receiver
) -> None:
    patient = house.people.patient()
    subscribed(patient, receiver.url)
    wants_reminders(patient)
    notice(house, patient, NoticeKind.SESSION_DUE)
    receiver.answer = b"HTTP/1.1 503 Later\r\n\r\n"
    assert work(house).letters == []
    assert work(house, NOON + DEVICES_FIRST - MINUTE).letters == []
    assert [one.to for one in work(house, NOON + DEVICES_FIRST).letters] == [patient.email]
    receiver.answer = b"HTTP/1.1 201 Created\r\n\r\n"
    heard = len(receiver.heard)
    assert work(house, NOON + timedelta(hours=3)).letters == []
    assert len(receiver.heard) == heard
    assert sorted(house.fates(patient)) == [("session_due", "mailed"), ("session_due", "sent")]


def test_quiet_hours_and_a_change_of_mind_hold_for_devices_too(house: House) -> None:
    patient = house.people.patient()
    subscribed(patient)
    wants_reminders(patient, quiet_from="10:00", quiet_until="14:00")
    notice(house, patient, NoticeKind.SESSION_DUE, good_until=NOON + timedelta(hours=11))
    house.work()
    assert house.carrier.pushes == []
    house.work(NOON + timedelta(hours=2))
    (push,) = house.carrier.pushes
    assert push.good_s == 9 * 3600, "of no use after the end of the day"
    house.carrier.is_broken = True
    notice(house, patient, NoticeKind.SESSION_DUE)
    house.work(NOON + timedelta(hours=3))
    wants_reminders(patient, session_due=False)
    house.carrier.is_broken = False
    house.work(NOON + timedelta(hours=4))
    assert len(house.carrier.pushes) == 1


@pytest.mark.parametrize("status", [b"404 Not Found", b"410 Gone"])
def test_a_device_that_is_gone_is_forgotten_at_once(house: House, receiver: Receiver, status: bytes) -> None:
    patient = house.people.patient()
    subscribed(patient, receiver.url)
    receiver.answer = b"HTTP/1.1 " + status + b"\r\n\r\n"
    notice(house, patient)
    work(house)
    assert patient.get(PUSHES).json == {"items": []}
    assert ("care_changed", "no_device") in house.fates(patient)
    notice(house, patient)
    work(house)
    assert len(receiver.heard) == 1


@pytest.mark.parametrize("status", [b"503 Later", b"429 Slow down", b"302 Elsewhere", b"400 No"])
def test_what_a_service_refuses_is_tried_again_under_the_same_id_and_given_up(
    house: House, receiver: Receiver, status: bytes
) -> None:
    patient = house.people.patient()
    browser = subscribed(patient, receiver.url)
    receiver.answer = b"HTTP/1.1 " + status + b"\r\n\r\n"
    notice(house, patient)
    at = NOON
    for tries in range(1, MOST_TRIES + 1):
        work(house, at)
        work(house, at + timedelta(seconds=59))
        assert len(receiver.heard) == tries
        at += timedelta(hours=6)
    work(house, at)
    assert len(receiver.heard) == MOST_TRIES
    assert len({browser.read(body_of(receiver, number))["id"] for number in range(MOST_TRIES)}) == 1
    assert len({receiver.headers(number)["Topic"] for number in range(MOST_TRIES)}) == 1
    assert ("care_changed", "given_up") in house.fates(patient)
    assert len(patient.get(PUSHES).json["items"]) == 1


def test_a_device_that_is_logged_out_is_told_nothing(house: House) -> None:
    patient = house.people.patient()
    other = house.people.again(patient)
    subscribed(other)
    kept = subscribed(patient)
    assert other.post("/v1/auth/logout").status_code == 204
    notice(house, patient)
    house.work()
    assert [one.to.endpoint for one in house.carrier.pushes] == [kept.endpoint]
    assert [one["id"] for one in patient.get(PUSHES).json["items"]] == [kept.id]


def test_who_uses_a_browser_next_is_told_and_who_used_it_before_is_not(house: House) -> None:
    before, after = house.people.patient(), house.people.patient()
    browser = subscribed(before)
    again = {**browser.order(), "id": an_id()}
    assert after.post(PUSHES, again).status_code == 201
    notice(house, before)
    notice(house, after)
    house.work()
    assert [str(one.to.account_id) for one in house.carrier.pushes] == [str(after.id)]


def _work_and_die(url: str, folder: str, is_after: bool) -> None:
    """Run a worker that is killed at its first push; in a process of its own."""
    with a_house(url, Path(folder) / "var") as house, time_machine.travel(NOON, tick=False):
        work_once(house.database.writing.begin, Both(Remembering(), Dying(Recorder(Path(folder)), is_after)))


@pytest.mark.parametrize("is_after", [False, True])
@SQLITE_FIRST
def test_a_killed_worker_loses_no_push_and_one_that_is_told_twice_has_one_id(
    house: House, tmp_path: Path, is_after: bool
) -> None:
    patient = house.people.patient()
    for person in (patient, house.people.again(patient)):
        subscribed(person)
    wants_reminders(patient)
    notice(house, patient, NoticeKind.SESSION_DUE)
    url = house.app.config["TROCHLEA_SETTINGS"].database_url
    doomed = multiprocessing.get_context("spawn").Process(target=_work_and_die, args=(url, str(tmp_path), is_after))
    doomed.start()
    doomed.join(180)
    assert doomed.exitcode == -9
    recorder = Recorder(tmp_path)
    for at in (NOON, NOON + LEASE, NOON + LEASE, NOON + DEVICES_FIRST):
        with time_machine.travel(at, tick=False):
            work_once(house.database.writing.begin, recorder)
    copies = sorted(len(file.read_text().splitlines()) for file in tmp_path.glob("*.push"))
    assert copies == ([1, 2] if is_after else [1, 1])
    for file in tmp_path.glob("*.push"):
        assert {json.loads(line)["id"] for line in file.read_text().splitlines()} == {file.stem}
    assert list(tmp_path.glob("*.eml")) == []


def test_one_subscription_is_one_whatever_is_sent_again(house: House) -> None:
    patient, other = house.people.patient(), house.people.patient()
    browser = Browser("https://push.example.org/send/x")
    assert patient.post(PUSHES, browser.order()).status_code == 201
    assert patient.post(PUSHES, browser.order()).status_code == 200
    renewed = Browser(browser.endpoint, id=browser.id)
    assert patient.post(PUSHES, renewed.order()).json["code"] == "id_in_use"
    assert other.post(PUSHES, renewed.order()).json["code"] == "id_in_use"
    (shown,) = patient.get(PUSHES).json["items"]
    assert (shown["id"], shown["service"]) == (browser.id, "push.example.org")
    assert set(shown) == {"id", "device_id", "service", "made_at"}, "neither the address nor a key"
    newer = subscribed(patient)
    assert [one["id"] for one in patient.get(PUSHES).json["items"]] == [newer.id], "one device, one place"
    assert other.send("DELETE", f"{PUSHES}/{newer.id}").status_code == 404
    assert patient.send("DELETE", f"{PUSHES}/{newer.id}").status_code == 204
    assert patient.send("DELETE", f"{PUSHES}/{newer.id}").status_code == 404


def test_more_devices_than_one_person_can_mean_are_refused(house: House) -> None:
    patient = house.people.patient()
    for _ in range(MOST_SUBSCRIPTIONS):
        subscribed(house.people.again(patient))
    answer = patient.post(PUSHES, a_subscription())
    assert (answer.status_code, answer.json["code"]) == (409, "too_many_push_subscriptions")


def test_what_is_no_key_is_refused_by_name(house: House) -> None:
    patient, good = house.people.patient(), a_subscription()
    off_the_curve = base64url(b"\x04" + b"\x01" * 64)
    short = base64url(b"\x04" * 64)
    for keys, pointer in (
        ({"p256dh": off_the_curve}, "/keys/p256dh"),
        ({"p256dh": short}, "/keys/p256dh"),
        ({"p256dh": good["keys"]["p256dh"] + "="}, "/keys/p256dh"),
        ({"p256dh": "ü" * 87}, "/keys/p256dh"),
        ({"p256dh": None}, "/keys/p256dh"),
        ({"auth": base64url(b"x" * 15)}, "/keys/auth"),
        ({"auth": good["keys"]["auth"].replace(good["keys"]["auth"][0], "+")}, "/keys/auth"),
        ({"auth": 16}, "/keys/auth"),
        ({"more": "x"}, "/keys/more"),
    ):
        answer = patient.post(PUSHES, {**good, "keys": {**good["keys"], **keys}})
        assert answer.status_code == 422, keys
        assert [one["pointer"] for one in answer.json["errors"]] == [pointer], keys
    assert patient.get(PUSHES).json == {"items": []}


def test_no_hostile_endpoint_is_taken(house: House, receiver: Receiver) -> None:
    patient, good = house.people.patient(), a_subscription()
    hosts = [one for one in LOOPBACK if one not in ("127.0.0.1", "127.255.255.254", "[::1]")]
    hostile = [f"https://{host}:{receiver.port}/" for host in hosts if host.isascii() and "localhost" not in host]
    written = [one.format(port=receiver.port) for one in WRITTEN if "\r" not in one and "\t" not in one]
    taken = []
    for endpoint in [*hostile, *written, "https://[2606:2800::1]/", "http://push.example.org/"]:
        answer = patient.post(PUSHES, {**good, "endpoint": endpoint})
        if answer.status_code != 422:
            taken.append(endpoint)
        elif endpoint:
            assert answer.json["errors"][0]["pointer"] == "/endpoint", endpoint
    assert taken == []
    assert receiver.connections == 0


def test_the_key_is_made_once_and_only_its_owner_reads_it(house: House, tmp_path: Path) -> None:
    file = tmp_path / "push" / "key.pem"
    first, again = push_key(file), push_key(file)
    assert first.private_numbers() == again.private_numbers()
    assert (S_IMODE(file.stat().st_mode), S_IMODE(file.parent.stat().st_mode)) == (0o600, 0o700)
    assert [one.name for one in file.parent.iterdir()] == ["key.pem"]
    patient, therapist = house.people.patient(), house.people.therapist()
    shown = patient.get("/v1/me/push-key").json["public_key"]
    assert (len(shown), therapist.get("/v1/me/push-key").json["public_key"]) == (87, shown)


def test_in_development_pushes_are_written_beside_the_mail(house: House, tmp_path: Path) -> None:
    patient = house.people.patient()
    subscribed(patient)
    notice(house, patient)
    settings = house.app.config["TROCHLEA_SETTINGS"]
    changed = type(settings)(
        database_url="",
        secret_key="",
        var_dir=tmp_path,
        mail_url=f"record:{tmp_path / 'outbox'}",
        push_url=f"record:{tmp_path / 'outbox'}",
    )
    with house.app.app_context():
        work_once(house.database.writing.begin, carrier_for(changed))
    assert sorted(file.suffix for file in (tmp_path / "outbox").iterdir()) == [".eml", ".push"]
