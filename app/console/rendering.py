"""Makes pages of templates: everything a person wrote is escaped, and no page may run anything but our own script."""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from functools import cache, partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from flask import Response, g, redirect, request
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from app.console.browser import PLACE, fresh_form_key, session_mark, with_form_cookie
from app.console.words import words_of
from app.guidance.words import book_of as rule_book
from app.guidance.words import preset_caution
from app.guidance.words.names import name_of
from app.guidance.words.steps import step_in_words
from app.review.report.words import words_of as report_words
from app.review.words import book_of as review_book
from app.web.languages import LANGUAGES, in_language, language
from app.web.problems import status_of

HERE = Path(__file__).resolve().parent
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
_SEE_OTHER = 303
_LONGEST_BACK = 300
NOT_KNOWN = "\u2013"
"""An en dash, which stands where a figure is not known; 0 is a figure."""


def render(template: str, **told: Any) -> Response:
    """Return a page in the reader's language."""
    spoken = language()
    fresh, token = fresh_form_key()
    page = _environment().get_template(template).render({**_everywhere(spoken), "form_token": token, **told})
    response = Response(page, mimetype="text/html")
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Cache-Control"] = "no-store"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return in_language(with_form_cookie(response, fresh), spoken)


def go_to(path: str, done: str | None = None) -> Response:
    """Send the browser on to another page of the console, which then says what was done."""
    response: Any = redirect(f"{PLACE}{path}{f'?done={done}' if done else ''}", _SEE_OTHER)
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Cache-Control"] = "no-store"
    return Response(response.get_data(), _SEE_OTHER, headers=response.headers)


def go_on(path: str) -> Response:
    """Send the browser on to a page that `back_to` found good."""
    made: Any = redirect(path, _SEE_OTHER)
    return Response(made.get_data(), _SEE_OTHER, headers=made.headers)


def back_to(wanted: str) -> str:
    """Return where to go on to: a page of the console and nothing else, the caseload where that is none."""
    is_ours = wanted.startswith(f"{PLACE}/") and wanted.isprintable() and len(wanted) <= _LONGEST_BACK
    return wanted if is_ours and "\\" not in wanted and "//" not in wanted else f"{PLACE}/caseload"


def drawn(svg: str) -> Markup:
    """Return a picture that was drawn here, as part of a page: the one thing that is not escaped."""
    return Markup(svg)  # noqa: S704 - charts and QR codes, drawn by libraries that escape what they are given


def stamp_of(name: str) -> str:
    """Return what changes with the content of a file of the console."""
    return hashlib.sha256((HERE / "static" / name).read_bytes()).hexdigest()[:12]


def _everywhere(spoken: str) -> dict[str, Any]:
    said = words_of(spoken)
    refused = g.get("refused")
    return {
        "t": said,
        "spoken": spoken,
        "place": PLACE,
        "here": request.path,
        "languages": LANGUAGES,
        "looked_at": request.full_path.rstrip("?") if request.method == "GET" else request.path,
        "me": g.get("console_name"),
        "role": g.actor.role.value if "actor" in g else None,
        "session": session_mark(g.actor.device_id) if "actor" in g else None,
        "refused": refused,
        "refused_in_words": said["refusals"].get(refused.code, refused.title) if refused else None,
        "refused_status": status_of(refused) if refused else None,
        "faults": {fault.pointer.lstrip("/"): fault for fault in refused.faults} if refused else {},
        "sent": request.form if refused else {},
        "done": said["done"].get(request.args.get("done", "")),
        "rule_words": partial(_rule_words, spoken),
        "flag_words": partial(_flag_words, spoken),
        "caution_words": partial(_caution_words, spoken),
        "step_words": partial(_step_words, spoken),
        "code_words": partial(_code_words, spoken),
        "fact_words": partial(_fact_words, spoken),
        "treatment_words": report_words(spoken).__getitem__,
        "styles": _stamp("console.css"),
        "script": _stamp("console.js"),
        "push_script": _stamp("push.js"),
    }


@cache
def _stamp(name: str) -> str:
    return f"{PLACE}/static/{name}?v={stamp_of(name)}"


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(day=_day, moment=_moment, number=_number, figure=_figure, km=_km)
    return made


def _rule_words(spoken: str, rule: str) -> str:
    return rule_book(spoken).rules[rule].to("clinician")


def _caution_words(spoken: str, preset: str) -> str | None:
    return preset_caution(preset, spoken, "clinician")


def _step_words(spoken: str, reason: str, made_by: str) -> str:
    return step_in_words(reason, made_by, spoken, "clinician")


def _code_words(spoken: str, code: str) -> str:
    return name_of(code, spoken)


def _fact_words(spoken: str, value: Any) -> str:
    """Return what a rule saw, or was measured by: a number, yes or no, a list of signs, a word."""
    if isinstance(value, bool):
        return str(words_of(spoken)["yes" if value else "no"])
    if isinstance(value, list | tuple):
        return ", ".join(name_of(str(one), spoken) for one in value)
    if isinstance(value, int | float):
        return _figure(value, spoken)
    return NOT_KNOWN if value is None else name_of(str(value), spoken)


def _flag_words(spoken: str, code: str) -> str:
    return review_book(spoken).red_flags[code]


def _day(on: date | str, spoken: str) -> str:
    day = date.fromisoformat(on[:10]) if isinstance(on, str) else on
    if spoken == "de":
        return f"{day.day}.{day.month}.{day.year}"
    return f"{day.day} {words_of(spoken)['months'][day.month - 1]} {day.year}"


def _moment(at: datetime, spoken: str, zone: str) -> str:
    local = at.astimezone(ZoneInfo(zone))
    return f"{_day(local.date(), spoken)}, {local:%H:%M}"


def _number(value: float | None, spoken: str) -> str:
    if value is None:
        return NOT_KNOWN
    told = f"{value:.1f}".removesuffix(".0")
    return told.replace(".", ",") if spoken == "de" else told


def _figure(value: float, spoken: str) -> str:
    """Return a number with all that it was set to."""
    told = f"{value:g}"
    return told.replace(".", ",") if spoken == "de" else told


def _km(metres: float | None, spoken: str) -> str:
    return _number(None if metres is None else metres / _METRES, spoken)


_METRES = 1000
