"""How far a reader has come, collection by collection: what a cursor stands for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple
from uuid import UUID


class Mark(NamedTuple):
    """How far a collection was read: the last number seen.

    Tombstones numbered up to `tombstones_after` are of no concern: nothing was read that they could delete.
    """

    seq: int
    tombstones_after: int

    @property
    def knows_deletions_to(self) -> int:
        """Return the number up to which the reader has heard of every deletion that concerns it."""
        return max(self)

    def anew(self) -> Mark:
        """Return the mark of whoever reads all again over what it holds."""
        return Mark(0, self.knows_deletions_to)


@dataclass(frozen=True, slots=True)
class Position:
    """How far a reader has come.

    Collections that are followed stand at the `front`. Others have a mark of their own: those that joined later
    until they have caught up, and those that were left out until they are asked for again. `notes` says whether
    free text was shown: when that changes, all comes again with it, or with it blank.
    """

    epoch: UUID
    front: Mark
    marks: Mapping[str, Mark]
    notes: bool

    def as_list(self) -> list[Any]:
        """Return the position as JSON values, for a cursor."""
        groups = [[*mark, names] for mark, names in _by_mark(self.marks)]
        return [str(self.epoch), *self.front, self.notes, groups]

    def without(self, hidden: Iterable[str]) -> Position:
        """Return the position of a reader that no longer holds these collections."""
        gone = set(hidden)
        return replace(self, marks={name: mark for name, mark in self.marks.items() if name not in gone})

    def following(self, collections: Iterable[str], *, notes: bool) -> Position:
        """Return the position with what joined, at its beginning, and with all anew where free text came or went."""
        known = self.marks if notes == self.notes else {name: mark.anew() for name, mark in self.marks.items()}
        joined = dict.fromkeys(collections, self.front.anew())
        return replace(self, marks={**joined, **known}, notes=notes)

    def behind(self, collections: Iterable[str]) -> list[tuple[Mark, list[str]]]:
        """Return those of the collections that are not at the front, together where they are equally far."""
        late = {name: self.marks[name] for name in collections if self.marks[name].seq != self.front.seq}
        return _by_mark(late)

    def at(self, mark: Mark, collections: Iterable[str]) -> Position:
        """Return the position once these collections were read up to a mark."""
        return replace(self, marks={**self.marks, **dict.fromkeys(collections, mark)})

    def onward(self, seq: int, collections: Iterable[str]) -> Position:
        """Return the position once the front has come to a number, with these collections."""
        front = self.front._replace(seq=seq)
        return replace(self.at(front, collections), front=front)


def beginning(epoch: UUID, head: int, collections: Iterable[str], *, notes: bool) -> Position:
    """Return the position of a first sync: what was deleted before it began is of no concern."""
    front = Mark(0, head)
    return Position(epoch, front, dict.fromkeys(collections, front), notes)


def at_number(epoch: UUID, seq: int, collections: Iterable[str], *, notes: bool) -> Position:
    """Return the position of a reader that knows one number alone: nothing is known of how it came there."""
    front = Mark(seq, 0)
    return Position(epoch, front, dict.fromkeys(collections, front), notes)


def position_of(values: Sequence[Any]) -> Position:
    """Return the position that a cursor was made of."""
    epoch, seq, tombstones_after, notes, groups = values
    marks = {name: Mark(*mark) for *mark, names in groups for name in names}
    return Position(UUID(epoch), Mark(seq, tombstones_after), marks, notes)


def _by_mark(marks: Mapping[str, Mark]) -> list[tuple[Mark, list[str]]]:
    """Return the collections of each mark, the furthest behind first."""
    groups: dict[Mark, list[str]] = {}
    for name, mark in sorted(marks.items()):
        groups.setdefault(mark, []).append(name)
    return sorted(groups.items())
