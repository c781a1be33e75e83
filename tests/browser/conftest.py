"""One Chromium and one server with one worker for all of the browser tests; skipped in words where there is none."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, sync_playwright

from tests.builders.applications import lent_application
from tests.builders.databases import empty_database, new_folder, prepare
from tests.builders.people import People
from tests.builders.servers import SECRET, Server, product_environment, start_server

CHROMIUM = next((found for name in ("chromium", "chromium-browser") if (found := shutil.which(name))), None)
OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]


@dataclass
class Site:
    """A server that serves the console, and its database as the tests see it."""

    url: str
    app: Flask
    people: People


def need_chromium() -> str:
    """Return where Chromium is; skip where there is none, but never where everything is proven."""
    if CHROMIUM is None:
        if os.environ.get("CI") == "true":
            pytest.fail("no Chromium here: apt-get install chromium")
        pytest.skip("no Chromium is installed (Debian: apt-get install chromium)")
    return CHROMIUM


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[Site]:
    """A server on a database of its own."""
    need_chromium()
    folder, database_folder = tmp_path_factory.mktemp("browser"), new_folder()
    url = empty_database("sqlite", database_folder, f"browser_{worker_id}")
    prepare(url)
    server: Server = start_server(product_environment(url, folder, SECRET), folder, workers=1)
    try:
        with lent_application(url, folder) as made:
            yield Site(server.url, made.app, made.people)
    finally:
        server.stop()
        shutil.rmtree(database_folder, ignore_errors=True)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, without a window."""
    path = need_chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=OPTIONS)
        yield browser
        browser.close()


@dataclass
class Seen:
    """What a page said while it was looked at: errors, refusals by the policy, and dialogs that something opened."""

    said: list[str]

    def watch(self, page: Page) -> None:
        """Write down whatever this page says."""
        page.on("pageerror", lambda error: self.said.append(f"error: {error}"))
        page.on("console", lambda told: self.said.append(told.text) if told.type == "error" else None)
        page.on("dialog", self._dismiss)

    def _dismiss(self, dialog: Any) -> None:
        self.said.append(f"dialog: {dialog.message}")
        dialog.dismiss()
