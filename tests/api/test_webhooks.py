"""Webhooks: ids alone, signed, as far as consent goes at that moment, tried again, given up; only to public hosts."""

from __future__ import annotations

import hashlib
import hmac
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from typing import Any

import pytest
import time_machine

from app.outreach import posting
from app.outreach.addresses import NotAPublicAddress, Target, is_public, target_of
from app.outreach.domain import LEASE, MOST_FAILURES, MOST_WEBHOOKS
from app.outreach.posting import NotPosted, post
from app.outreach.service.telling import tell_webhooks
from tests.builders.care import let_in
from tests.builders.databases import empty_database, new_folder, prepare
from tests.builders.devices import an_id
from tests.builders.outboxes import House, a_house
from tests.builders.people import Person
from tests.builders.receivers import Receiver

NOON = datetime(2027, 3, 1, 11, tzinfo=UTC)
KEY = b"a secret of the tests, thirty-two long"
LEAST_HOSTILE = 60
REFUSED = r"not_public|no_such_host"


@pytest.fixture(scope="module")
def own_house(backend: str, worker_id: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """An application that may tell this machine."""
    url = empty_database(backend, new_folder(), f"webhooks_{worker_id}")
    prepare(url)
    with a_house(url, tmp_path_factory.mktemp("var"), webhooks_to_loopback=True) as house:
        yield house


@pytest.fixture
def house(own_house: House) -> Iterator[House]:
    """The application at noon."""
    with time_machine.travel(NOON, tick=False):
        yield own_house


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Somebody who hears."""
    opened = Receiver()
    yield opened
    opened.close()


@pytest.fixture
def therapist(house: House, receiver: Receiver) -> Iterator[Person]:
    """A therapist with a webhook to the receiver, which is taken back in the end."""
    person = house.people.therapist()
    made = registered(person, receiver.url)
    assert made.status_code == 201, made.json
    person.secret = made.json["secret"]  # type: ignore[attr-defined]
    yield person
    again = house.people.again(person)
    assert again.send("DELETE", f"/v1/me/webhooks/{made.json['id']}").status_code == 204


def registered(person: Person, url: str, name: str | None = None) -> Any:
    """Register a webhook."""
    return person.post("/v1/me/webhooks", {"id": name or an_id(), "url": url})


def tell(house: House, at: datetime = NOON) -> None:
    """Let the worker tell what is new at a time."""
    with time_machine.travel(at, tick=False):
        tell_webhooks(house.database.writing.begin, KEY, to_loopback=True)


def state(person: Person) -> dict[str, Any]:
    """Return how a person's only webhook goes."""
    (found,) = person.get("/v1/me/webhooks").json["items"]
    assert found["secret"] is None
    return dict(found)


def test_news_is_told_once_by_ids_alone_and_signed(house: House, therapist: Person, receiver: Receiver) -> None:
    patient = house.people.patient()
    let_in(patient, therapist, "message")
    tell(house)
    tell(house)
    (told,) = receiver.told()
    assert set(told) == {"id", "event", "made_at", "streams"}
    (stream,) = told["streams"]
    assert (told["event"], stream["patient_id"], set(stream)) == (
        "streams.changed",
        str(patient.id),
        {"patient_id", "head"},
    )
    assert receiver.heard[0].startswith(b"POST /hook?from=trochlea HTTP/1.1\r\n")
    body, headers = receiver.heard[0].partition(b"\r\n\r\n")[2], receiver.headers()
    stamp, _, signed = headers["Trochlea-Signature"].partition(",v1=")
    expected = hmac.new(therapist.secret.encode(), stamp[2:].encode() + b"." + body, hashlib.sha256)  # type: ignore[attr-defined]
    assert (stamp, signed) == (f"t={int(NOON.timestamp())}", expected.hexdigest())
    assert headers["Trochlea-Event-Id"] == told["id"]
    assert patient.post("/v1/patients/{me}/messages", {"id": an_id(), "text": "my knee hurts"}).status_code == 201
    tell(house)
    assert receiver.told()[1]["streams"][0]["head"] > stream["head"]
    assert b"knee" not in b"".join(receiver.heard)


def test_consent_decides_at_the_moment_of_sending(house: House, therapist: Person, receiver: Receiver) -> None:
    patient, other = house.people.patient(), house.people.patient()
    link = let_in(patient, therapist)
    let_in(other, house.people.therapist())
    tell(house)
    patient.post("/v1/patients/{me}/messages", {"id": an_id(), "text": "a word"})
    assert patient.send("DELETE", f"/v1/patients/{{me}}/care-links/{link}").status_code == 204
    tell(house)
    tell(house)
    first, second = (one["streams"] for one in receiver.told())
    assert [one["patient_id"] for one in first] == [str(patient.id)]
    assert second == [{"patient_id": str(patient.id), "head": None}], "withdrawn, and no number of what came since"
    let_in(patient, therapist, days=1)
    tell(house)
    tell(house, NOON + timedelta(days=2))
    assert receiver.told()[3]["streams"] == [{"patient_id": str(patient.id), "head": None}], "an end by the clock too"


def test_what_did_not_arrive_is_told_again_ever_later_under_the_same_id_and_given_up(
    house: House, therapist: Person, receiver: Receiver
) -> None:
    let_in(house.people.patient(), therapist)
    receiver.answer = b"HTTP/1.1 500 Oops\r\n\r\nsecret answer"
    at = NOON
    for tries in range(1, MOST_FAILURES + 1):
        tell(house, at)
        tell(house, at + timedelta(seconds=59))
        assert len(receiver.heard) == tries
        at += timedelta(hours=6)
    assert len({one["id"] for one in receiver.told()}) == 1
    seen = state(therapist)
    assert (seen["state"], seen["last_status"], seen["last_error"]) == ("given_up", 500, "refused")
    assert "secret answer" not in str(seen)
    receiver.answer = b"HTTP/1.1 200 OK\r\n\r\n"
    tell(house, at + timedelta(days=9))
    assert len(receiver.heard) == MOST_FAILURES


def test_after_a_failure_that_passed_all_is_well(house: House, therapist: Person, receiver: Receiver) -> None:
    let_in(house.people.patient(), therapist)
    receiver.answer = b"no http at all\r\n"
    tell(house)
    assert (state(therapist)["state"], state(therapist)["last_error"]) == ("failing", "no_http")
    receiver.answer = b"HTTP/1.1 200 OK\r\n\r\n"
    tell(house, NOON + timedelta(minutes=1))
    assert (state(therapist)["state"], state(therapist)["failures"]) == ("open", 0)


def test_a_worker_that_died_between_telling_and_noting_tells_it_again_under_the_same_id(
    house: House, therapist: Person, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    let_in(house.people.patient(), therapist)
    with monkeypatch.context() as patched:
        patched.setattr("app.outreach.service.telling._note", _die)
        with pytest.raises(KeyboardInterrupt):
            tell(house)
    tell(house)
    assert len(receiver.heard) == 1, "its lease stands"
    tell(house, NOON + LEASE)
    first, second = receiver.told()
    assert first["id"] == second["id"]
    assert state(therapist)["state"] == "open"


def _die(*_: object) -> bool:
    raise KeyboardInterrupt


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_is_followed(house: House, therapist: Person, receiver: Receiver, status: int) -> None:
    elsewhere = Receiver()
    try:
        let_in(house.people.patient(), therapist)
        receiver.answer = f"HTTP/1.1 {status} There\r\nLocation: {elsewhere.url}\r\n\r\n".encode()
        tell(house)
    finally:
        elsewhere.close()
    assert (len(receiver.heard), elsewhere.connections) == (1, 0)
    assert state(therapist)["last_error"] == "redirect"


def test_410_ends_it(house: House, therapist: Person, receiver: Receiver) -> None:
    let_in(house.people.patient(), therapist)
    receiver.answer = b"HTTP/1.1 410 Gone\r\n\r\n"
    tell(house)
    assert state(therapist)["state"] == "given_up"


def test_the_secret_is_shown_once_and_others_have_no_part_in_it(house: House, receiver: Receiver) -> None:
    therapist, other = house.people.therapist(), house.people.therapist()
    name = an_id()
    first, again = registered(therapist, receiver.url, name), registered(therapist, receiver.url, name)
    assert (first.status_code, again.status_code, again.json["secret"]) == (201, 200, None)
    assert first.json["secret"].startswith("whsec_")
    assert registered(therapist, receiver.url + "&x", name).json["code"] == "id_in_use"
    assert registered(other, receiver.url, name).json["code"] == "id_in_use"
    assert other.send("DELETE", f"/v1/me/webhooks/{name}").status_code == 404
    assert other.get("/v1/me/webhooks").json == {"items": []}
    assert house.people.patient().get("/v1/me/webhooks").status_code == 403
    answers = [registered(therapist, receiver.url).status_code for _ in range(MOST_WEBHOOKS)]
    assert answers == [201] * (MOST_WEBHOOKS - 1) + [409]
    for one in therapist.get("/v1/me/webhooks").json["items"]:
        assert therapist.send("DELETE", f"/v1/me/webhooks/{one['id']}").status_code == 204


LOOPBACK = [
    "127.0.0.1",
    "127.1",
    "127.0.1",
    "127.255.255.254",
    "2130706433",
    "0x7f000001",
    "017700000001",
    "0x7f.1",
    "0177.0.0.1",
    "127.0.0.1.",
    "0",
    "0.0.0.0",
    "0x0",
    "00000000",
    "0.0",
    "localhost",
    "localhost.",
    "LOCALHOST",
    "foo.localhost",
    "localhost.localdomain",
    "ip6-localhost",
    "[::1]",
    "[::]",
    "[0:0:0:0:0:0:0:1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::127.0.0.1]",
    "[::ffff:0:127.0.0.1]",
    "[64:ff9b::127.0.0.1]",
    "[64:ff9b:1::7f00:1]",
    "[2002:7f00:1::]",
    "[2001:0:7f00:1::]",
    "[::1%25lo]",
    "[fe80::1]",
    "[fe80::1%25lo]",
    "[fc00::1]",
    "[fd00::1]",
    "[fec0::1]",
    "[ff02::1]",
    "[100::1]",
    "[2001:db8::1]",
    "[3fff::1]",
    "10.0.0.1",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.0.1",
    "169.254.169.254",
    "100.64.0.1",
    "192.0.0.1",
    "192.0.2.1",
    "192.88.99.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "①②⑦.0.0.1",
    "127。0。0。1",
    "%31%32%37.0.0.1",
    "\uff11\uff12\uff17.0.0.1",
]
WRITTEN = (
    "http://8.8.8.8/",
    "https://user@127.0.0.1:{port}/",
    "https://example.org@127.0.0.1:{port}/",
    "https://127.0.0.1:{port}#@example.org/",
    "https://example.org\\@127.0.0.1:{port}/",
    "https://127.0.0.1:{port}\t/",
    "https://127.0.0.1:{port}/\r\nHost: example.org",
    "ftp://127.0.0.1:{port}/",
    "gopher://127.0.0.1:{port}/_x",
    "file:///etc/passwd",
    "//127.0.0.1:{port}/",
    "https:///x",
    "https://:{port}/",
    "https://example.org:0/",
    "https://example.org:99999/",
    "https://[::1/",
    "javascript:alert(1)",
    "",
)


def test_no_hostile_address_is_registered_or_ever_connected_to(receiver: Receiver) -> None:
    hostile = [f"https://{host}:{receiver.port}/" for host in LOOPBACK]
    hostile += [f"http://{host}:{receiver.port}/" for host in LOOPBACK]
    hostile += [one.format(port=receiver.port) for one in WRITTEN]
    assert len(LOOPBACK) + len(WRITTEN) >= LEAST_HOSTILE
    accepted = []
    for url in hostile:
        try:
            target = target_of(url)
        except NotAPublicAddress:
            continue
        accepted.append(target.host)
        with pytest.raises(NotPosted, match=REFUSED):
            post(target, b"{}", {})
    # What only the resolver can tell of: names. Each was refused there.
    assert set(accepted) <= {"foo.localhost", "localhost.localdomain"}
    # And were every form accepted, the address that it stands for would not be connected to.
    for host in LOOPBACK:
        for scheme in ("https", "http"):
            with pytest.raises(NotPosted, match=REFUSED):
                post(Target(scheme, host.strip("[]").replace("%25", "%"), receiver.port, "/"), b"{}", {})
    assert receiver.connections == 0


@pytest.mark.parametrize(
    "answers",
    [["127.0.0.1"], ["93.184.216.34", "127.0.0.1"], ["::1"], ["::ffff:10.0.0.1"], ["2606:2800::1", "fe80::1"], []],
)
def test_a_name_with_any_address_that_is_not_public_is_not_connected_to(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch, answers: list[str]
) -> None:
    found = [(0, socket.SOCK_STREAM, 6, "", (one, receiver.port)) for one in answers]
    monkeypatch.setattr(posting.socket, "getaddrinfo", lambda *_, **__: found)
    with pytest.raises(NotPosted, match="not_public"):
        post(target_of(f"https://rebinding.example.org:{receiver.port}/"), b"{}", {})
    assert receiver.connections == 0


def test_a_name_is_resolved_once_and_that_very_address_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, connected = [], []

    def resolve(host: str, port: int, **_: object) -> list[Any]:
        asked.append(host)
        return [(0, socket.SOCK_STREAM, 6, "", ("93.184.216.34" if len(asked) == 1 else "127.0.0.1", port))]

    def connect(address: tuple[str, int], **_: object) -> Any:
        connected.append(address)
        raise OSError

    monkeypatch.setattr(posting.socket, "getaddrinfo", resolve)
    monkeypatch.setattr(posting.socket, "create_connection", connect)
    with pytest.raises(NotPosted, match="no_connection"):
        post(target_of("https://rebinding.example.org/"), b"{}", {})
    assert (asked, connected) == (["rebinding.example.org"], [("93.184.216.34", 443)])


@pytest.mark.parametrize(
    "good", ["https://clinic.example.org/hook", "https://8.8.8.8:8443/x?y=1", "https://[2606:2800::1]/"]
)
def test_a_public_address_is_good(good: str) -> None:
    assert target_of(good).scheme == "https"


def test_only_the_public_net_is_public() -> None:
    assert all(is_public(ip_address(one)) for one in ("8.8.8.8", "1.1.1.1", "172.32.0.1", "2606:2800::1", "2a00::1"))


def test_whoever_answers_too_slowly_is_left(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    receiver.answer = b""
    monkeypatch.setattr(posting, "MOST_S", 0.3)
    silent = socket.create_server(("127.0.0.1", 0))
    try:
        with pytest.raises(NotPosted, match="timeout"):
            post(Target("http", "127.0.0.1", silent.getsockname()[1], "/"), b"{}", {}, to_loopback=True)
    finally:
        silent.close()


def test_an_address_of_this_machine_is_refused_where_it_was_not_allowed(house: House, receiver: Receiver) -> None:
    therapist = house.people.therapist()
    settings = house.app.config["TROCHLEA_SETTINGS"]
    assert settings.webhooks_to_loopback
    for url in ("http://8.8.8.8/", "https://10.0.0.1/", "https://localhost/"):
        answer = registered(therapist, url)
        assert (answer.status_code, answer.json["code"]) == (422, "webhook_address"), url
