"""Facts as they were read once, and what they are after some of them were stored anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import chain
from operator import attrgetter, itemgetter
from uuid import UUID

from app.logbook.facts import Facts, Key, Timed

LISTED = ("runs", "scores", "check_ins", "red_flags", "intakes", "answers")
_OF_ALL_DAYS = "intakes"


@dataclass(frozen=True, slots=True)
class KeptFacts:
    """What was read of the days from `since` on, as it stood at `at`, in the lists of LISTED; answers are scores.

    What was deleted from `deleted_since` on is there and marked. Intakes are those of all days. `is_ahead` says
    that one lies ahead: such a fact changes by itself as time goes on.
    """

    since: date
    deleted_since: datetime
    at: datetime
    run_before: date | None
    lists: Mapping[str, list[Timed]]
    is_ahead: bool

    @property
    def facts(self) -> Facts:
        """Return the facts as the rules read them."""
        runs, scores, check_ins, red_flags, intakes, answers = (
            [fact for _, fact in self.lists[name]] for name in LISTED
        )
        return Facts(runs, scores + answers, check_ins, red_flags, self.run_before, intakes)

    def from_day(self, since: date) -> KeptFacts:
        """Return what would have been read from a later day on."""
        if since == self.since:
            return self
        gone = (fact.on for _, fact in self.lists["runs"] if fact.on < since and not fact.deleted)
        run_before = max(gone, default=self.run_before)
        lists = {
            name: listed if name == _OF_ALL_DAYS else [one for one in listed if one[1].on >= since]
            for name, listed in self.lists.items()
        }
        return replace(self, since=since, run_before=run_before, lists=lists)

    def with_changed(self, changed: Mapping[str, set[Key]], fresh: Mapping[str, Sequence[Timed]]) -> KeptFacts:
        """Return the facts after those with these keys, by the name of their list, became the fresh ones."""
        lists = {name: self._list_with(name, keys, fresh[name]) for name, keys in changed.items()}
        return replace(self, lists={**self.lists, **lists}, is_ahead=self.is_ahead or is_any_ahead(fresh))

    def _list_with(self, name: str, keys: set[Key], fresh: Sequence[Timed]) -> list[Timed]:
        stayed = [one for one in self.lists[name] if one[1].key not in keys]
        return sorted([*stayed, *fresh], key=_place)


def is_any_ahead(lists: Mapping[str, Sequence[Timed]]) -> bool:
    """Does any of the facts lie ahead?"""
    facts = map(itemgetter(1), chain.from_iterable(lists.values()))
    return any(map(attrgetter("ahead"), facts))


def _place(one: Timed) -> tuple[str, Key]:
    return one[0], one[1].key


@dataclass(frozen=True, slots=True)
class Place:
    """A version in the ledger of a stream: its number, and its id, which nobody but this server can make."""

    seq: int
    ver: UUID


@dataclass(frozen=True, slots=True)
class CaughtUp:
    """Kept facts brought up to date, and the collections of all that was stored since."""

    kept: KeptFacts
    collections: frozenset[str]
