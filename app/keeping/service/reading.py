"""A person's archive as it is read: looked over first, from one end to the other, and then told a handful at a time.

Never more than a handful of records is in memory, whatever the file holds. A record is a line, and the longest there
is is a piece of a file that was imported.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from app.keeping.domain import FORMAT, NotImported

MANIFEST = "manifest.json"
Row = dict[str, Any]
_PIECE = 256 * 1024
_LONGEST_LINE = 16 * 1024 * 1024
"""Bytes: far above a piece of 256 KB in hex digits, the longest record that is written."""
_LONGEST_MANIFEST = 1024 * 1024
_AT_ONCE = 1000
_AT_ONCE_BYTES = 1024 * 1024
"""A handful: so many records, or as many as make this many bytes."""
_DAMAGED = (KeyError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)
"""What reading a damaged ZIP raises; it is raised as a RuntimeError where a file in it is encrypted."""


class Archive:
    """An open archive of this program's format and schema."""

    def __init__(self, file: zipfile.ZipFile, schema: str) -> None:
        """Read the manifest; raise NotImported where it is none, or of another format or schema."""
        self._file = file
        self.manifest = self._read_manifest()
        told = (self.manifest.get("format"), self.manifest.get("schema"))
        if told != (FORMAT, schema):
            raise NotImported(
                f"an archive of format {told[0]}, schema {told[1]}; this program reads {FORMAT}, {schema}"
            )

    def check(self, name: str) -> None:
        """Raise NotImported where a file is missing, or not what the manifest says."""
        try:
            said = self.manifest["files"][name]
            expected = (said["records"], said["sha256"])
            counted, digest = 0, hashlib.sha256()
            for line in self._lines(name):
                digest.update(line)
                counted += 1
        except (TypeError, *_DAMAGED):
            raise NotImported(f"{name} is missing or damaged") from None
        if expected != (counted, digest.hexdigest()):
            raise NotImported(f"{name} is damaged: it is not what the manifest says")

    def handfuls(self, name: str) -> Iterator[list[Row]]:
        """Yield the records of a file that was checked, a handful at a time; raise NotImported for what is none."""
        found: list[Row] = []
        size = 0
        for line in self._lines(name):
            try:
                row = orjson.loads(line)
            except orjson.JSONDecodeError:
                raise NotImported(f"{name} has a line that is no record") from None
            found.append(row)
            size += len(line)
            if len(found) == _AT_ONCE or size >= _AT_ONCE_BYTES:
                yield found
                found, size = [], 0
        if found:
            yield found

    def _lines(self, name: str) -> Iterator[bytes]:
        with self._file.open(name) as packed, io.BufferedReader(packed, _PIECE) as lines:  # type: ignore[type-var]
            while line := lines.readline(_LONGEST_LINE):
                if len(line) == _LONGEST_LINE and not line.endswith(b"\n"):
                    raise NotImported(f"{name} is damaged: a record in it is too long")
                yield line

    def _read_manifest(self) -> Row:
        try:
            with self._file.open(MANIFEST) as packed:
                found = orjson.loads(packed.read(_LONGEST_MANIFEST))
        except (orjson.JSONDecodeError, *_DAMAGED):
            found = None
        if not isinstance(found, dict) or not {"format", "schema"} <= found.keys():
            raise NotImported("the archive's manifest cannot be read")
        return found


def opened(file: Path) -> zipfile.ZipFile:
    """Open a file as a ZIP; raise NotImported."""
    try:
        return zipfile.ZipFile(file)
    except (OSError, zipfile.BadZipFile) as error:
        raise NotImported(f"{file.name} is no archive ({type(error).__name__})") from None
