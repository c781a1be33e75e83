"""The synced collections: a later feature adds its collection here and inherits the whole contract."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property, lru_cache
from typing import Any

from app.consent import service as consent
from app.consent.domain import Scope
from app.db.synced import Collection
from app.guidance import service as guidance
from app.logbook.kinds import CHECK_IN, INTAKE, PAIN_SCORE, RED_FLAG, RUN, SESSION, SKIP, TREATMENT, Kind
from app.logbook.schemas import (
    CheckInSchema,
    EntrySchema,
    IntakeSchema,
    PainScoreSchema,
    RedFlagAnswerSchema,
    RunSchema,
    SessionSchema,
    SkipSchema,
    TreatmentSchema,
)
from app.outcomes.kinds import MEASUREMENT, RESPONSE
from app.outcomes.schemas.entries import MeasurementSchema, QuestionnaireResponseSchema
from app.programmes import service as programmes
from app.review.domain.messages import why_it_stands
from app.review.kinds import MESSAGE
from app.review.schemas.messages import MessageEntrySchema
from app.review.service import messages, reviews
from app.web.loading import Loader

SCHEMA_VERSION = 5
"""The newest schema version of clients; older ones do not know the fields named in `since`."""


Stands = Callable[[Mapping[str, Any], bool], str | None]


@dataclass(frozen=True, eq=False)
class SyncedCollection:
    """One collection: which scopes open it (the patient reads all), and for those a device writes how it is checked.

    `since` names the fields that came after schema version 1, and the version that they came with;
    `read_only` those that the server sets: a device may send them back, and cannot change them. `stands` says why a
    device may not change what is stored (its data, whether it is to be deleted); where it says None, it may.
    """

    collection: Collection
    scopes: frozenset[Scope]
    kind: Kind[Any] | None = None
    schema: EntrySchema | None = None
    since: Mapping[str, int] = field(default_factory=dict)
    read_only: frozenset[str] = frozenset()
    stands: Stands | None = None

    @cached_property
    def name(self) -> str:
        """Return its name on the wire."""
        return self.collection.name

    @cached_property
    def loader(self) -> Loader | None:
        """Return what loads a whole record of it but for its id, which the operation names."""
        return Loader(type(self.schema)(exclude=("id",))) if self.schema is not None else None

    @cached_property
    def derived(self) -> frozenset[str]:
        """Return the fields that follow from the others; a device may send them back, and cannot change them."""
        return frozenset(self.kind.derived) if self.kind is not None else frozenset()

    @property
    def free_text(self) -> tuple[str, ...]:
        """Return the fields that hold the person's own words."""
        return self.kind.free_text if self.kind is not None else ()

    @property
    def is_written_by_devices(self) -> bool:
        """May a device write it?"""
        return self.kind is not None

    def known_to(self, version: int) -> frozenset[str]:
        """Return the fields that a client of this schema version knows."""
        return _known(self, version)

    def hidden_from(self, version: int) -> frozenset[str]:
        """Return the fields that a client of this schema version does not know."""
        return _hidden(self, version)

    def shown_to(self, data: Mapping[str, Any], version: int) -> Mapping[str, Any]:
        """Return the fields of a record that a client of this schema version knows, empty ones as null."""
        hidden = _hidden(self, version)
        return {name: value for name, value in data.items() if name not in hidden} if hidden else data


@cache
def _hidden(collection: SyncedCollection, version: int) -> frozenset[str]:
    return frozenset(name for name, since in collection.since.items() if since > version)


@cache
def _known(collection: SyncedCollection, version: int) -> frozenset[str]:
    names = set(collection.schema.fields) - {"id"} if collection.schema is not None else set()
    return frozenset(name for name in names if collection.since.get(name, 1) <= version)


_SESSIONS = frozenset({Scope.SESSIONS_READ})
_PAIN = frozenset({Scope.PAIN_READ})
_GUIDANCE = {
    "advice": frozenset({Scope.ADVICE_READ}),
    "pauses": frozenset({Scope.ADVICE_READ, Scope.PLAN_WRITE}),
    "stage_proposals": frozenset({Scope.ADVICE_READ}),
    "policies": frozenset({Scope.ADVICE_READ, Scope.PLAN_WRITE}),
    "overrides": frozenset({Scope.ADVICE_READ, Scope.PLAN_WRITE}),
}

_MESSAGE = frozenset({Scope.MESSAGE})
_CUES = {"cues_kept": 3, "feedback_percent": 3}
_DAY = {"mood": 2, "stress": 2, "rest_of_week": 3, "settle_hours": 4, "low_load_provokes": 4}
_MEASURED = {"lag": 3, "foot_turns_out": 4, "heel_lifts": 4, "tolerated_bend_deg": 5}
_START = {"pain_began_on": 4, "terrain_or_shoe_change": 4, "avoids_activity_from_fear": 4}

_ALL = (
    SyncedCollection(SESSION.collection, _SESSIONS, SESSION, SessionSchema(), _CUES),
    SyncedCollection(RUN.collection, _SESSIONS, RUN, RunSchema(), {"shoes": 2}, frozenset({"source"})),
    SyncedCollection(PAIN_SCORE.collection, _PAIN, PAIN_SCORE, PainScoreSchema()),
    SyncedCollection(CHECK_IN.collection, _SESSIONS, CHECK_IN, CheckInSchema(), _DAY),
    SyncedCollection(RESPONSE.collection, _PAIN, RESPONSE, QuestionnaireResponseSchema()),
    SyncedCollection(
        MEASUREMENT.collection, _PAIN, MEASUREMENT, MeasurementSchema(), _MEASURED, frozenset({"recorded_by"})
    ),
    SyncedCollection(INTAKE.collection, _SESSIONS, INTAKE, IntakeSchema(), _START),
    SyncedCollection(TREATMENT.collection, _SESSIONS, TREATMENT, TreatmentSchema()),
    SyncedCollection(SKIP.collection, _SESSIONS, SKIP, SkipSchema()),
    SyncedCollection(RED_FLAG.collection, frozenset({Scope.PAIN_READ}), RED_FLAG, RedFlagAnswerSchema()),
    SyncedCollection(
        MESSAGE.collection,
        _MESSAGE,
        MESSAGE,
        MessageEntrySchema(),
        read_only=frozenset({"therapist_id", "therapist_name"}),
        stands=why_it_stands,
    ),
    *(SyncedCollection(found, _MESSAGE) for found in messages.COLLECTIONS),
    *(SyncedCollection(found, _GUIDANCE[found.name]) for found in guidance.COLLECTIONS),
    *(SyncedCollection(found, frozenset({Scope.PLAN_WRITE})) for found in programmes.COLLECTIONS),
    *(SyncedCollection(found, frozenset({Scope.ADVICE_READ})) for found in reviews.COLLECTIONS),
    *(SyncedCollection(found, frozenset()) for found in consent.COLLECTIONS),
)

COLLECTIONS: dict[str, SyncedCollection] = {found.name: found for found in _ALL}


@lru_cache(maxsize=256)
def readable(scopes: frozenset[str] | None) -> frozenset[str]:
    """Return the collections that these scopes open; None is the patient, who reads all."""
    return frozenset(found.name for found in _ALL if scopes is None or found.scopes & scopes)
