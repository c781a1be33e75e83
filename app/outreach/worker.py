"""The worker: once a minute it does what is due. Its queue lies in SQLite, PostgreSQL or Redis, with the same task.

The queue only keeps the beat; what is to be sent stands in the outbox, so that a queue that is lost loses nothing.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from urllib.parse import urlsplit

from huey import PostgresHuey, RedisHuey, SqliteHuey, crontab
from huey.api import Huey

from app.outreach.carriers import RECORD, Both, Carrier, PushCarrier, Recorder, carrier_of
from app.outreach.pushing import PushServices
from app.outreach.pushkey import push_key
from app.outreach.service.sending import work_once
from app.outreach.service.telling import tell_webhooks
from app.settings import Settings, SettingsIncomplete
from app.web.transaction import own_transaction

NAME = "trochlea"
WEB_PUSH = "webpush"


def queue_of(url: str) -> Huey:
    """Return the queue at sqlite:///file, postgresql://… or redis://…; Redis needs its own package."""
    match urlsplit(url).scheme:
        case "sqlite":
            return SqliteHuey(NAME, filename=url.removeprefix("sqlite:///"), fsync=True)
        case "postgresql":
            return PostgresHuey(NAME, dsn=url)
        case "redis" | "rediss":
            return RedisHuey(NAME, url=url)
        case _:
            raise SettingsIncomplete("TROCHLEA_QUEUE_URL is sqlite:///…, postgresql://… or redis://…")


def carrier_for(settings: Settings) -> Carrier:
    """Return what carries letters and pushes; raise SettingsIncomplete where nobody said."""
    try:
        return Both(carrier_of(settings.mail_url, settings.mail_from), _pushes(settings))
    except ValueError as error:
        raise SettingsIncomplete(f"TROCHLEA_MAIL_URL: {error}") from None


def _pushes(settings: Settings) -> PushCarrier:
    told = urlsplit(settings.push_url)
    if told.scheme == RECORD:
        return Recorder(Path(told.path))
    if told.scheme == WEB_PUSH:
        return PushServices(push_key(settings.push_key_file), settings.mail_from, settings.webhooks_to_loopback)
    raise SettingsIncomplete("TROCHLEA_PUSH_URL is webpush: or record:/folder")


def work(settings: Settings) -> int:
    """Do once what is due now, in the application's context; return how many letters went out."""
    carrier = carrier_for(settings)
    try:
        return work_once(own_transaction, carrier)
    finally:
        tell_webhooks(own_transaction, settings.secret_key.encode(), to_loopback=settings.webhooks_to_loopback)


def run_worker(
    settings: Settings, context: Callable[[], AbstractContextManager[object]], long_work: Callable[[], object]
) -> None:
    """Work until told to stop, each time in an application's context: at once, and then each minute.

    `long_work` may take longer than a minute: it has a thread of its own, so that no letter waits for it.
    """
    carrier_for(settings)
    queue = queue_of(settings.queue_url)

    def beat() -> None:
        with context():
            work(settings)

    busy = threading.Lock()

    def long_beat() -> None:
        if busy.acquire(blocking=False):
            try:
                long_work()
            finally:
                busy.release()

    first = queue.task(name="outreach_now")(beat)
    queue.periodic_task(crontab(minute="*"), name="outreach_each_minute")(beat)
    long_first = queue.task(name="long_work_now")(long_beat)
    queue.periodic_task(crontab(minute="*"), name="long_work_each_minute")(long_beat)
    first()
    long_first()
    logging.getLogger("huey").setLevel(logging.WARNING)
    queue.create_consumer(workers=2, periodic=True, check_worker_health=True).run()
