"""Read a run file of any known format, told by its contents and never by its name."""

from __future__ import annotations

from hashlib import sha256
from pathlib import PurePath

from app.interop.runfiles.fit import read_fit
from app.interop.runfiles.gpx import read_gpx
from app.interop.runfiles.parts import Part, as_run_file
from app.interop.runfiles.refusals import RunFileEmpty, RunFileTooLarge, RunFileUnknownFormat
from app.interop.runfiles.tcx import read_tcx
from app.interop.runfiles.values import RunFile, RunFileFormat
from app.interop.runfiles.xml import steps

MOST_BYTES = 20 * 1024 * 1024
_FIT_MARK = slice(8, 12)
_BEFORE_XML = b"\xef\xbb\xbf \t\r\n"
_OTHERWISE_NAMED = "The file is not what its name says. Export the run again as FIT, TCX or GPX, unpacked."


def read_run_file(content: bytes, *, filename: str | None = None) -> RunFile:
    """Return what the file says of its run, in metres, seconds and UTC; pure, and nothing is fetched.

    The name only words the refusal of an unknown format. Every file that cannot be taken raises a
    RunFileRefused (an Invalid) with its own code; no bytes whatever raise anything else.
    """
    if not content:
        raise RunFileEmpty
    if len(content) > MOST_BYTES:
        raise RunFileTooLarge
    file_format, parts = _parts(content, filename)
    return as_run_file(file_format, parts, sha256(content).hexdigest())


def _parts(content: bytes, filename: str | None) -> tuple[RunFileFormat, list[Part]]:
    if content[_FIT_MARK] == b".FIT":
        return "fit", read_fit(content)
    if content[:64].lstrip(_BEFORE_XML).startswith(b"<"):
        return _xml_parts(content, filename)
    raise _unknown(filename)


def _xml_parts(content: bytes, filename: str | None) -> tuple[RunFileFormat, list[Part]]:
    """Let the root element say which of the two XML formats it is."""
    walk = steps(content.lstrip(_BEFORE_XML))
    match next(walk).name:
        case "gpx":
            return "gpx", read_gpx(walk)
        case "TrainingCenterDatabase":
            return "tcx", read_tcx(walk)
    raise _unknown(filename)


def _unknown(filename: str | None) -> RunFileUnknownFormat:
    named = PurePath(filename or "").suffix.lower() in {".fit", ".tcx", ".gpx"}
    return RunFileUnknownFormat(_OTHERWISE_NAMED if named else None)
