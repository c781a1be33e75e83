"""The worker as an operator starts it: with its queue in SQLite and in PostgreSQL, and over mail with TLS."""

from __future__ import annotations

import datetime
import os
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from app.db.outbox import tell
from app.kernel.clock import now
from app.kernel.notices import NoticeKind
from app.outreach import carriers
from app.outreach.carriers import Letter, Mail, NotCarried, carrier_of
from tests.builders.databases import prepare
from tests.builders.outboxes import a_house
from tests.builders.people import PASSWORD
from tests.levels import SQLITE_FIRST

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 180
LETTER = Letter("0198f1a2", "ada@example.org", "Trochlea", "Trochlea has something for you.")


def environment(url: str, folder: Path, **more: str) -> dict[str, str]:
    """Return the environment of a product that records its mail."""
    own = {"TROCHLEA_MODE": "test", "TROCHLEA_DATABASE_URL": url, "TROCHLEA_VAR_DIR": str(folder)}
    return {**os.environ, **own, "TROCHLEA_SECRET_KEY": "a secret of the tests, thirty-two long", **more}


def letters(folder: Path) -> list[str]:
    """Return the texts of all letters that were recorded."""
    return [file.read_text() for file in sorted((folder / "outbox").glob("*.eml"))]


@SQLITE_FIRST
def test_the_worker_sends_what_waits_with_its_queue_in_either_database(
    fresh_database_url: str, tmp_path: Path, backend: str
) -> None:
    prepare(fresh_database_url)
    queue = {} if backend == "sqlite" else {"TROCHLEA_QUEUE_URL": fresh_database_url.replace("+psycopg", "")}
    env = environment(fresh_database_url, tmp_path, **queue)
    with a_house(fresh_database_url, tmp_path) as house:
        patient = house.people.patient()
        with house.database.writing.begin() as db:
            tell(db, patient.id, NoticeKind.CARE_CHANGED, "one", now())
        worker = subprocess.Popen([sys.executable, "-m", "flask", "--app", "wsgi", "worker"], cwd=ROOT, env=env)
        try:
            until = time.monotonic() + PATIENCE_S
            while house.fates(patient) != [("care_changed", "sent")]:
                assert time.monotonic() < until, house.fates(patient)
                assert worker.poll() is None
                time.sleep(0.1)
        finally:
            worker.terminate()
            worker.wait(PATIENCE_S)
    (text,) = letters(tmp_path)
    assert f"To: {patient.email}" in text


def test_production_says_what_the_worker_lacks(tmp_path: Path) -> None:
    env = environment(f"sqlite:///{tmp_path / 'x.sqlite3'}", tmp_path, TROCHLEA_MAIL_URL="carrier-pigeon://coop")
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "worker", "--once"]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "TROCHLEA_MAIL_URL: mail goes to smtp://" in done.stderr


class PostOffice:
    """A mail server on loopback: with TLS from the first byte, or without any."""

    def __init__(self, context: ssl.SSLContext | None) -> None:
        self.heard = b""
        self._context = context
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        connection, _ = self._listener.accept()
        with connection:
            connection.settimeout(10)
            with suppress(OSError):
                if self._context is None:
                    self._talk(connection)
                else:
                    with self._context.wrap_socket(connection, server_side=True) as secured:
                        self._talk(secured)

    def _talk(self, connection: socket.socket) -> None:
        connection.sendall(b"220 here\r\n")
        with connection.makefile("rb") as lines:
            is_data = False
            for line in lines:
                self.heard += line
                if is_data and line != b".\r\n":
                    continue
                said = line.strip().upper()
                is_data = said == b"DATA"
                if said.startswith(b"EHLO"):
                    connection.sendall(b"250-here\r\n250 AUTH PLAIN\r\n")
                elif said.startswith(b"AUTH"):
                    connection.sendall(b"235 ok\r\n")
                else:
                    connection.sendall(b"354 go on\r\n" if is_data else b"250 ok\r\n")

    def close(self) -> None:
        """Stop listening."""
        self._listener.close()
        self._thread.join(10)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1 that signs itself, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "post office")])
    today = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - datetime.timedelta(days=1))
        .not_valid_after(today + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("certificate") / "both.pem"
    plain = serialization.NoEncryption()
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    file.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return file


@pytest.fixture
def office(certificate: Path) -> Iterator[PostOffice]:
    """A mail server with TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    opened = PostOffice(context)
    yield opened
    opened.close()


def test_a_letter_goes_over_tls_with_its_id_and_the_account_of_the_sender(
    office: PostOffice, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trusting = ssl.create_default_context(cafile=str(certificate))
    monkeypatch.setattr(carriers.ssl, "create_default_context", lambda: trusting)
    server = f"smtps://clinic:{PASSWORD.replace(' ', '%20')}@127.0.0.1:{office.port}"
    carrier_of(server, "knee@example.org").carry(LETTER)
    assert b"rcpt TO:<ada@example.org>" in office.heard
    assert b"Message-ID: <0198f1a2@trochlea.invalid>" in office.heard
    assert b"Trochlea has something for you." in office.heard


def test_a_server_that_nobody_vouches_for_gets_nothing(office: PostOffice) -> None:
    with pytest.raises(NotCarried, match="SSLCertVerificationError"):
        carrier_of(f"smtps://127.0.0.1:{office.port}", "knee@example.org").carry(LETTER)
    assert office.heard == b""


def test_nothing_is_said_to_a_server_without_tls() -> None:
    office = PostOffice(None)
    try:
        with pytest.raises(NotCarried):
            Mail(urlsplit(f"smtp://clinic:secret@127.0.0.1:{office.port}"), "knee@example.org").carry(LETTER)
    finally:
        office.close()
    assert b"mail from" not in office.heard.lower()
    assert b"auth" not in office.heard.lower()
    assert b"ada@example.org" not in office.heard
