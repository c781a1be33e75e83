"""Open what was sent, told by its contents and never by its name: one run file, or an archive of which kind."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

from app.interop.exports.apple import find_export, open_apple
from app.interop.exports.files import read_content, read_packed
from app.interop.exports.found import Contents, Found, Progress
from app.interop.exports.packed import ZIP_MARK, Packed
from app.interop.exports.strava import find_table, open_strava
from app.interop.runfiles import MOST_BYTES

_EMPTY_ZIP = b"PK\x05\x06"


def open_export(file: IO[bytes], name: str, begin: int = 0) -> Contents:
    """Return what is in a file from the number `begin` on; raise an ExportRefused for one that is refused whole."""
    file.seek(0)
    head = file.read(len(ZIP_MARK))
    if head not in (ZIP_MARK, _EMPTY_ZIP):
        file.seek(0)
        return _single(file.read(MOST_BYTES + 1), name, begin)
    packed = Packed(file)
    if table := find_table(packed):
        return open_strava(packed, table, begin)
    if export := find_export(packed):
        return open_apple(packed, export, begin)
    return Contents("zip", len(packed.entries), packed.unpacked_bytes, _many(packed, begin))


def _single(content: bytes, name: str, begin: int) -> Contents:
    found = [] if begin else [read_content(0, name, content)]
    return Contents("file", 1, len(content), iter([*found, Progress(len(content))]))


def _many(packed: Packed, begin: int) -> Iterator[Found | Progress]:
    read = 0
    for number, entry in enumerate(packed.entries):
        read += entry.info.file_size
        if number >= begin:
            yield read_packed(packed, number, entry)
            yield Progress(read)
