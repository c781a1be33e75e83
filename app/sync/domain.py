"""Who wins: one operation against what is stored, with the version it began from as the base."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

from app.kernel.value import value

Data = Mapping[str, Any]


class Status(StrEnum):
    """What became of an operation."""

    APPLIED = "applied"
    MERGED = "merged"
    UNCHANGED = "unchanged"
    CONFLICT = "conflict"
    REJECTED = "rejected"


class Action(StrEnum):
    """What an operation does."""

    PUT = "put"
    PATCH = "patch"
    DELETE = "delete"


@value()
class Version:
    """One version of a record; the data of a tombstone is None."""

    collection: str
    id: UUID
    seq: int
    ver: UUID
    deleted: bool
    data: Data | None


@value()
class Done:
    """An operation that was dealt with before; `base` is the version that stands in for one that made none.

    What changed nothing stands for the version it found; what was refused or lost stands for the one that it
    began from, so that an edit on top of it neither undoes the other side's nor conflicts with itself.
    """

    op_id: UUID
    op_hash: str | None
    status: str
    version: Version | None = None
    ver: UUID | None = None
    base: UUID | None = None
    fields: tuple[str, ...] = ()
    problem: Mapping[str, Any] | None = None


class Change(NamedTuple):
    """A version on its way to a device: its ids, and its data as JSON, in the text they are sent as."""

    collection: str
    id: str
    seq: int
    ver: str
    deleted: bool
    data: str | None


class WrittenChange(NamedTuple):
    """A version on its way to a device that may read all of it: its number, and the whole change as JSON in UTF-8."""

    seq: int
    text: bytes


@value()
class Outcome:
    """What becomes of an operation: where it is stored, the data (None for a tombstone); where not, what clashes."""

    status: Status
    data: Data | None = None
    fields: tuple[str, ...] = ()

    @property
    def is_stored(self) -> bool:
        """Does this make a new version?"""
        return self.status is Status.APPLIED or self.status is Status.MERGED


UNCHANGED = Outcome(Status.UNCHANGED)
TOMBSTONE = Outcome(Status.APPLIED)


def decide_edit(stored: Version | None, base: Version | None, wanted: Data) -> Outcome:
    """Decide on an edit: `wanted` holds the fields that the client names, and no others.

    Fields that only one side changed since the base are kept from that side; a field that both changed to
    different values is a conflict, and so is an edit of what was deleted without knowing it. An edit that names
    no field asks for nothing, so a device can learn what is held without writing.
    """
    if stored is None:
        return Outcome(Status.APPLIED, wanted)
    if not wanted:
        return UNCHANGED
    if stored.data is None:
        knows = base is not None and base.ver == stored.ver
        return Outcome(Status.APPLIED, wanted) if knows else Outcome(Status.CONFLICT)
    differing = [name for name, value in wanted.items() if stored.data.get(name) != value]
    if not differing:
        return UNCHANGED
    if base is not None and base.ver == stored.ver:
        return Outcome(Status.APPLIED, {**stored.data, **wanted})
    if base is None or base.data is None:
        return Outcome(Status.CONFLICT, fields=tuple(sorted(differing)))
    return _merge(stored.data, base.data, {name: wanted[name] for name in differing})


def decide_delete(stored: Version | None, base: Version | None) -> Outcome:
    """Decide on a deletion: of an unknown or deleted record it changes nothing, of an edited one it is a conflict."""
    if stored is None or stored.deleted:
        return UNCHANGED
    if base is None:
        return Outcome(Status.CONFLICT)
    same = base.ver == stored.ver or base.data == stored.data
    return TOMBSTONE if same else Outcome(Status.CONFLICT, fields=_edited(base.data, stored.data))


def _merge(stored: Data, base: Data, differing: Data) -> Outcome:
    mine = {name: value for name, value in differing.items() if base.get(name) != value}
    clashing = tuple(sorted(name for name in mine if base.get(name) != stored.get(name)))
    if clashing:
        return Outcome(Status.CONFLICT, fields=clashing)
    return Outcome(Status.MERGED, {**stored, **mine}) if mine else UNCHANGED


def _edited(base: Data | None, stored: Data | None) -> tuple[str, ...]:
    before, after = base or {}, stored or {}
    return tuple(sorted(name for name in after if before.get(name) != after[name]))
