"""Back up while people work, and put a backup back: looked over before anybody may use it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from app.keeping.domain import FORMAT, Check, Manifest, NotCopied, NotRestored, check_counts
from app.keeping.repository import copies
from app.keeping.repository.state import check_integrity, state_of
from app.keeping.service.packing import pack, sha256_of, unpacked
from app.keeping.service.trail import verify
from app.kernel.clock import now

Finish = Callable[[str], list[Check]]
"""(address of the restored database) -> what is done to it before it is used, each told as a check."""


@dataclass(frozen=True, slots=True)
class Restored:
    """A backup that was put back: what it said of itself, and what was looked at."""

    manifest: Manifest
    checks: list[Check]

    @property
    def holds(self) -> bool:
        """Is everything as it has to be?"""
        return all(check.holds for check in self.checks)


def back_up(url: str, target: Path, programs: Path | None = None) -> Manifest:
    """Write a backup of the database at an address to a new file; raise NotCopied."""
    if target.exists():
        raise NotCopied(f"{target} is there already; a backup never takes another one's place")
    target.parent.mkdir(parents=True, exist_ok=True)
    # Beside the file: a database does not fit in every machine's memory.
    with TemporaryDirectory(prefix=".trochlea-", dir=target.parent) as folder:
        copy = Path(folder) / "database"
        began_at = now()
        state = copies.copy_database(url, copy, programs)
        manifest = Manifest(
            format=FORMAT,
            made_at=began_at.isoformat(),
            dialect=copies.dialect_of(url),
            revision=state.revision,
            counts=state.counts,
            heads=state.heads,
            sha256=sha256_of(copy),
            size_bytes=copy.stat().st_size,
        )
        pack(copy, manifest, target)
    return manifest


def restore(file: Path, url: str, finish: Finish, programs: Path | None = None) -> Restored:
    """Put a backup back where there is no database yet, look it over, and finish it; raise NotRestored.

    On SQLite it gets its name only once everything holds. On PostgreSQL it is there before: nobody is to be let in
    where a check does not hold.
    """
    aside = copies.set_aside(url)
    for place in {aside, url}:
        copies.refuse_used(place)
    try:
        done = _put_aside(file, aside, finish, programs)
    except BaseException:
        copies.leave_nothing(aside, url)
        raise
    if done.holds:
        copies.take_place(aside, url)
    else:
        copies.leave_nothing(aside, url)
    return done


def _put_aside(file: Path, aside: str, finish: Finish, programs: Path | None) -> Restored:
    with unpacked(file) as (manifest, copy):
        kind = copies.dialect_of(aside)
        if manifest.dialect != kind:
            raise NotRestored(f"a backup of {manifest.dialect} is restored into {manifest.dialect}, not into {kind}")
        copies.put_back(copy, aside, programs)
    size = f"{manifest.size_bytes} bytes, SHA-256 as in the manifest"
    checks = [Check("file", True, size), *_looked_over(manifest, aside)]
    if all(check.holds for check in checks):
        checks += finish(aside)
    return Restored(manifest, checks)


def drill(file: Path, url: str, finish: Finish, programs: Path | None = None) -> Restored:
    """Restore into a database of the same kind beside the one in use, and let it go again; raise NotRestored."""
    with copies.scratch(url) as elsewhere:
        return restore(file, elsewhere, finish, programs)


def _looked_over(manifest: Manifest, url: str) -> list[Check]:
    with copies.looked_into(url) as connection:
        broken = check_integrity(connection)
        found = state_of(connection)
    return [
        Check("integrity", not broken, "; ".join(broken[:3]) or "whole"),
        check_counts(manifest.counts, found.counts),
        Check("schema of the backup", manifest.revision == found.revision, found.revision),
        *([verify(url, [manifest.heads])] if manifest.heads else []),
    ]
