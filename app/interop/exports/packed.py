"""A ZIP from a stranger, opened with care: its directory is bounded before it is read, nothing is written anywhere.

No name in it is ever used as a path. What an entry says of its length is an upper bound that is kept to.
"""

from __future__ import annotations

import stat
import struct
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO

from app.interop.exports.refusals import ExportHostile, ExportNotReadable, ExportTooLarge, ExportTooManyFiles

MOST_FILES = 20_000
MOST_UNPACKED_BYTES = 4 * 1024**3
MOST_DIRECTORY_BYTES = 8 * 1024**2
MOST_RATIO, FROM_BYTES = 200, 1024**2
"""Health data shrinks to a twentieth; what shrinks to less than a two hundredth, and is not small, is a bomb."""
LONGEST_NAME = 500
ZIP_MARK = b"PK\x03\x04"

_END, _END_MARK = struct.Struct("<4s4H2LH"), b"PK\x05\x06"
_END64, _END64_MARK = struct.Struct("<4sQ2H2L4Q"), b"PK\x06\x06"
_LOCATOR, _LOCATOR_MARK = struct.Struct("<4sLQL"), b"PK\x06\x07"
_LONGEST_COMMENT = 65_535
_ENCRYPTED = 0x1
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError)


class EntryBroken(Exception):
    """One file of the archive cannot be unpacked."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A file in the archive; `fault` says by a code why it is not opened."""

    info: zipfile.ZipInfo
    fault: str | None

    @property
    def name(self) -> str:
        """Return its name with its folders."""
        return self.info.filename


class Packed:
    """An archive whose directory has been looked over."""

    def __init__(self, file: IO[bytes]) -> None:
        """Read the directory; raise an ExportRefused for what no app writes."""
        _bound_directory(file)
        try:
            self._zip = zipfile.ZipFile(file)
            infos = [info for info in self._zip.infolist() if not info.is_dir() and not _is_of_the_system(info)]
        except (*_BROKEN, UnicodeDecodeError, struct.error):
            raise ExportNotReadable from None
        _look_over(infos)
        self.entries: Sequence[Entry] = [Entry(info, _fault(info)) for info in infos]
        self.unpacked_bytes = sum(info.file_size for info in infos)

    def read(self, entry: Entry, most: int) -> bytes:
        """Return a file's contents, at most one byte more than `most`; raise EntryBroken."""
        try:
            with self._zip.open(entry.info) as opened:
                content = opened.read(most + 1)
        except _BROKEN:
            raise EntryBroken from None
        if len(content) != min(entry.info.file_size, most + 1):
            raise EntryBroken
        return content

    def open(self, entry: Entry) -> IO[bytes]:
        """Open a file to be read piece by piece; raise EntryBroken."""
        try:
            return self._zip.open(entry.info)
        except _BROKEN:
            raise EntryBroken from None


def piece_of(opened: IO[bytes], most: int) -> bytes:
    """Return the next piece of an opened file, empty at its end; raise EntryBroken."""
    try:
        return opened.read(most)
    except _BROKEN:
        raise EntryBroken from None


def _is_of_the_system(info: zipfile.ZipInfo) -> bool:
    """Is this what a computer adds by itself (macOS's forks, hidden files)?"""
    parts = info.filename.replace("\\", "/").split("/")
    return "__MACOSX" in parts or (parts[-1].startswith(".") and parts[-1] != ".." and ".." not in parts)


def _fault(info: zipfile.ZipInfo) -> str | None:
    parts = info.filename.replace("\\", "/").split("/")
    if ".." in parts or not parts[0] or ":" in parts[0] or len(info.filename) > LONGEST_NAME:
        return "unsafe_name"
    if stat.S_ISLNK(info.external_attr >> 16):
        return "link"
    return "encrypted" if info.flag_bits & _ENCRYPTED else None


def _look_over(infos: Sequence[zipfile.ZipInfo]) -> None:
    if len(infos) > MOST_FILES:
        raise ExportTooManyFiles
    if sum(info.file_size for info in infos) > MOST_UNPACKED_BYTES:
        raise ExportTooLarge
    end = 0
    for info in sorted(infos, key=lambda info: info.header_offset):
        if info.header_offset < end:
            raise ExportHostile
        end = info.header_offset + info.compress_size
        if info.file_size > FROM_BYTES and info.file_size > MOST_RATIO * max(info.compress_size, 1):
            raise ExportHostile


def _bound_directory(file: IO[bytes]) -> None:
    """Raise unless the directory at the end says that it is short: zipfile reads it whole, whatever it says."""
    size = file.seek(0, 2)
    start = max(0, size - _END.size - _LONGEST_COMMENT)
    file.seek(start)
    tail = file.read()
    at = tail.rfind(_END_MARK)
    if at < 0 or len(tail) < at + _END.size:
        raise ExportNotReadable
    _, _, _, _, files, length, _, _ = _END.unpack_from(tail, at)
    if at >= _LOCATOR.size and tail[at - _LOCATOR.size :][:4] == _LOCATOR_MARK:
        files, length = _long_directory(file, _LOCATOR.unpack_from(tail, at - _LOCATOR.size)[2])
    if files > MOST_FILES:
        raise ExportTooManyFiles
    if length > min(MOST_DIRECTORY_BYTES, size):
        raise ExportHostile


def _long_directory(file: IO[bytes], at: int) -> tuple[int, int]:
    """Return how many files the directory of a large archive names, and its length."""
    try:
        file.seek(at)
        found = _END64.unpack(file.read(_END64.size))
    except (struct.error, OSError, ValueError, OverflowError):
        raise ExportNotReadable from None
    if found[0] != _END64_MARK:
        raise ExportNotReadable
    return found[7], found[8]
