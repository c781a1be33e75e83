"""Which policy is in force on a day: the newest revision whose start has come, else the default."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from functools import cached_property
from typing import Any

from app.guidance.domain.policy import Policy, resolve_policy
from app.guidance.domain.presets import DEFAULT_PRESET
from app.guidance.values import PolicyRevision


@dataclass(frozen=True)
class InForce:
    """A resolved policy, and the preset it began from."""

    preset: str
    policy: Policy

    @cached_property
    def plain(self) -> dict[str, Any]:
        """The resolved policy as JSON values."""
        return asdict(self.policy)


DEFAULT = InForce(DEFAULT_PRESET, resolve_policy(DEFAULT_PRESET, {}))


class PolicyBook:
    """A patient's policies by day; a revision that starts later is not used for a day before."""

    def __init__(self, revisions: Iterable[PolicyRevision] = (), before: InForce = DEFAULT) -> None:
        """Take revisions in the order they were made: of two that start on one day the later word counts."""
        ordered = sorted(revisions, key=lambda revision: revision.starts_on)
        self.revisions = tuple(ordered)
        self._starts = [revision.starts_on for revision in ordered]
        self._in_force = [before, *(in_force(revision.preset, revision.policy) for revision in ordered)]

    def on(self, day: date) -> InForce:
        """Return the policy of a day."""
        return self._in_force[bisect_right(self._starts, day)]

    def revision_on(self, day: date) -> PolicyRevision | None:
        """Return the revision that a day's policy comes from; None for the default."""
        place = bisect_right(self._starts, day)
        return self.revisions[place - 1] if place else None

    def furthest(self, setting: str) -> int:
        """Return the largest value that a setting has in any of the policies."""
        return max(int(getattr(found.policy, setting)) for found in self._in_force)


def in_force(preset: str, resolved: Mapping[str, Any]) -> InForce:
    """Return the policy that was resolved and stored; a later change of a preset does not change it."""
    return InForce(preset, Policy(**resolved))


def constant(policy: InForce) -> PolicyBook:
    """Return a book in which one policy is in force on every day."""
    return PolicyBook((), policy)
