"""Draws what an authenticator app scans; nothing but black squares on white, whatever the theme around it."""

from __future__ import annotations

import io

_PIXELS = 5  # of one square
_QUIET = 4  # squares of white around it, as the standard asks


def as_picture(uri: str) -> str:
    """Return a QR code as SVG without any style of its own."""
    import segno  # where it is used: once for each account

    out = io.BytesIO()
    segno.make(uri, error="m", micro=False).save(
        out, kind="svg", scale=_PIXELS, border=_QUIET, dark="#000", light="#fff", xmldecl=False, svgns=True, nl=False
    )
    return out.getvalue().decode()
