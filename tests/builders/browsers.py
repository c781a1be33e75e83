"""A browser that is logged in to the console: it keeps cookies, follows forms, and sends what they ask for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.accounts.service import browsers
from app.console.browser import form_token
from app.web.transaction import database
from tests.builders.people import Person

TOKEN = re.compile(r'name="form_token" value="([^"]*)"')


@dataclass
class Browser:
    """A client with the console's cookies."""

    client: FlaskClient
    token: str = ""
    cookie: str | None = None
    """Sent with each request, also after a page has taken it back."""

    def get(self, path: str, **options: Any) -> TestResponse:
        """Load a page, and remember the token of its forms."""
        self._remember()
        answer = self.client.get(f"/console{path}", **options)
        if answer.mimetype == "text/html" and (found := TOKEN.search(answer.text)):
            self.token = found.group(1)
        return answer

    def send(self, path: str, fields: Mapping[str, Any] | None = None, **options: Any) -> TestResponse:
        """Send a form with the token of the page that was loaded last."""
        self._remember()
        return self.client.post(f"/console{path}", data={"form_token": self.token, **(fields or {})}, **options)

    def _remember(self) -> None:
        if self.cookie is not None:
            self.client.set_cookie("trochlea", self.cookie)


def logged_in(app: Flask, person: Person | None) -> Browser:
    """Return the browser of somebody who is logged in to the console with their device session; None: of nobody."""
    browser = Browser(app.test_client())
    if person is not None:
        with app.app_context(), database().writing.begin() as db:
            cookie = browsers.give_cookie_token(db, person.device_id)
        browser.cookie = cookie
        with app.test_request_context(headers={"Cookie": f"trochlea={cookie}"}):
            browser.token = form_token()
    return browser
