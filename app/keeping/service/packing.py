"""The file of a backup: a zip of the copied database and a manifest that says what is in it."""

from __future__ import annotations

import hashlib
import os
import shutil
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, fields
from pathlib import Path
from tempfile import TemporaryDirectory

import orjson

from app.keeping.domain import FORMAT, Manifest, NotRestored

DATABASE, MANIFEST = "database", "manifest.json"
_PIECE = 1 << 20


def sha256_of(file: Path) -> str:
    """Return the SHA-256 of a file as hex digits."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def pack(copy: Path, manifest: Manifest, target: Path) -> None:
    """Write the file whole, readable by its owner only, before it gets its name."""
    fresh = target.with_name(f"{target.name}.part")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            archive.write(copy, DATABASE)
            archive.writestr(MANIFEST, orjson.dumps(asdict(manifest), option=orjson.OPT_INDENT_2))
        out.flush()
        os.fsync(out.fileno())
    fresh.rename(target)
    _keep_name(target.parent)


@contextmanager
def unpacked(file: Path) -> Iterator[tuple[Manifest, Path]]:
    """Lend the manifest and the copied database of a backup; raise NotRestored for a file that is not whole."""
    with TemporaryDirectory(prefix="trochlea-restore-") as folder:
        copy = Path(folder) / DATABASE
        try:
            with zipfile.ZipFile(file) as archive:
                manifest = _manifest(archive.read(MANIFEST))
                with archive.open(DATABASE) as packed, copy.open("wb") as out:
                    shutil.copyfileobj(packed, out, _PIECE)
        except (zipfile.BadZipFile, KeyError, OSError, EOFError) as error:
            raise NotRestored(f"{file.name} is no whole backup ({type(error).__name__})") from None
        if sha256_of(copy) != manifest.sha256:
            raise NotRestored(f"{file.name} is damaged: its SHA-256 is another one")
        yield manifest, copy


def _manifest(text: bytes) -> Manifest:
    try:
        told = orjson.loads(text)
        found = Manifest(**{field.name: told[field.name] for field in fields(Manifest)})
    except (orjson.JSONDecodeError, KeyError, TypeError):
        raise NotRestored("the manifest cannot be read") from None
    if found.format != FORMAT:
        raise NotRestored(f"a backup of format {found.format}; this program reads {FORMAT}")
    return found


def _keep_name(folder: Path) -> None:
    """Let the folder's entry reach the disk as well."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
