"""An answer sends the headers that werkzeug would send."""

from __future__ import annotations

import pytest
from flask import Response
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import EnvironBuilder

from app.web.answers import Answer

HEADERS = st.lists(
    st.sampled_from(
        [
            ("ETag", '"a"'),
            ("Vary", "Accept-Encoding"),
            ("Vary", "Accept-Language"),
            ("Location", "/v1/ü"),
            ("content-location", "/v1/é"),
            ("Content-Length", "2"),
            ("Cache-Control", "no-store"),
        ]
    ),
    max_size=4,
)
STATUSES = st.sampled_from([200, 200, 201, 204, 304, 404])


@given(STATUSES, HEADERS, st.sampled_from(["GET", "HEAD"]), st.booleans())
def test_an_answer_sends_what_werkzeug_would(
    status: int, headers: list[tuple[str, str]], method: str, is_cut: bool
) -> None:
    environ = EnvironBuilder(method=method).get_environ()
    sent = []
    for kind in (Answer, Response):
        made = kind(b'{"a":1}', status, mimetype="application/json")
        if is_cut:
            del made.headers["Content-Length"]
        for name, value in headers:
            made.headers.add(name, value)
        body, line, told = made.get_wsgi_response(environ)
        sent.append((b"".join(body), line, told))
    assert sent[0] == sent[1]


@pytest.mark.parametrize("times", [1, 2])
def test_an_answer_can_be_sent_more_than_once(times: int) -> None:
    made, environ = Answer(b"{}", mimetype="application/json"), EnvironBuilder().get_environ()
    told = [made.get_wsgi_response(environ)[2] for _ in range(times)]
    assert all(one == [("Content-Type", "application/json"), ("Content-Length", "2")] for one in told)
