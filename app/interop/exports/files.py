"""Run files out of an archive, packed once more or not; each is read or refused for itself."""

from __future__ import annotations

import zlib

from app.interop.exports.found import Found, refused
from app.interop.exports.packed import ZIP_MARK, Entry, EntryBroken, Packed
from app.interop.runfiles import MOST_BYTES, RunFileRefused, RunFileTooLarge, read_run_file

GZIP_MARK = b"\x1f\x8b"
_GZIP_WBITS = 16 + zlib.MAX_WBITS


class GzipBroken(Exception):
    """It begins like gzip, and does not go on like it."""


def read_packed(packed: Packed, number: int, entry: Entry, *, is_run: bool | None = None) -> Found:
    """Return the activity of a file in an archive, or why it is refused."""
    if entry.fault is not None:
        return refused(number, entry.name, entry.fault)
    if entry.info.file_size > MOST_BYTES:
        return refused(number, entry.name, RunFileTooLarge.code)
    try:
        return read_content(number, entry.name, packed.read(entry, MOST_BYTES), is_run=is_run)
    except EntryBroken:
        return refused(number, entry.name, "damaged")


def read_content(number: int, name: str, content: bytes, *, is_run: bool | None = None) -> Found:
    """Return the activity of a file's bytes, or why they are refused."""
    try:
        unpacked = gunzip(content) if content.startswith(GZIP_MARK) else content
        if unpacked.startswith((ZIP_MARK, GZIP_MARK)):
            return refused(number, name, "archive_in_archive")
        return Found(number, name, run_file=read_run_file(unpacked, filename=name), is_run=is_run)
    except GzipBroken:
        return refused(number, name, "damaged")
    except RunFileRefused as refusal:
        return refused(number, name, refusal.code)


def gunzip(content: bytes) -> bytes:
    """Return what is inside, at most one byte more than a run file may have; raise GzipBroken."""
    unpacking = zlib.decompressobj(_GZIP_WBITS)
    try:
        unpacked = unpacking.decompress(content, MOST_BYTES + 1)
    except zlib.error:
        raise GzipBroken from None
    if len(unpacked) <= MOST_BYTES and not unpacking.eof:
        raise GzipBroken
    return unpacked
