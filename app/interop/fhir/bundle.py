"""The answer to a search: a page of resources, and where the next one is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from app.interop.fhir.coding import Json


def bundle_of(base: str, asked: str, query: Mapping[str, object], found: Sequence[Json], cursor: str | None) -> Json:
    """Return a searchset: `base` is the address of the service, `asked` the path below it; the page after by cursor."""
    links = [{"relation": "self", "url": _url(base, asked, query)}]
    if cursor is not None:
        links.append({"relation": "next", "url": _url(base, asked, {**query, "_cursor": cursor})})
    entries = [
        {"fullUrl": f"{base}/{one['resourceType']}/{one['id']}", "resource": one, "search": {"mode": "match"}}
        for one in found
    ]
    bundle: Json = {"resourceType": "Bundle", "type": "searchset", "link": links}
    return {**bundle, "entry": entries} if entries else bundle


def _url(base: str, asked: str, query: Mapping[str, object]) -> str:
    told = [(name, value) for name, value in query.items() if value not in (None, [])]
    return f"{base}/{asked}" + (f"?{urlencode(told, doseq=True)}" if told else "")
