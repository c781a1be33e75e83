"""What needs a therapist's attention: why, since when, how urgent, and which scopes open it.

Only what the scopes of a link open is ever looked at for a reason, so that none can tell what was not shared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from app.consent.domain import Scope
from app.guidance.domain.ruleset.numbers import RUN_SPEAKS_DAYS, WEEK_DAYS
from app.review.domain.known import NewestAdvice, OpenPause, PainAndAdherence, ToldFlag

NO_DATA_DAYS = 7  # days without an entry before it is told, where nobody says (E)
ADHERENCE_CHANGE_PERCENT = 10  # percentage points between two weeks that are a change (E)
ACCESS_ENDS_DAYS = 14  # days before the end of a link in which it is told (E)
_DAY = timedelta(days=1)

_ADVICE, _PLAN = frozenset({Scope.ADVICE_READ}), frozenset({Scope.PLAN_WRITE})
_SESSIONS, _PAIN = frozenset({Scope.SESSIONS_READ}), frozenset({Scope.PAIN_READ})
_MESSAGE = frozenset({Scope.MESSAGE})

OVER_RULES = frozenset(
    {
        "REPEAT_3",
        "PAIN_RED",
        "LIMP",
        "REPEAT_2",
        "AMBER_PLUS_MORNING",
        "PAIN_AMBER",
        "AFTER_UP_REDUCE",
        "STOPPED_EARLY",
    }
)
"""The rules that say that the last run was over the limit (CLINICAL 1.2, 1.3)."""
MORNING_RULES = frozenset({"MORNING_LARGE", "PRE_RUN_HIGH", "AMBER_PLUS_MORNING", "MORNING_UP"})
"""The rules that say that the next morning was worse than it should be."""


class Urgency(StrEnum):
    """How soon somebody should look, most urgent first; the first three are the levels of red flags."""

    EMERGENCY = "emergency"
    URGENT = "urgent"
    SOON = "soon"
    ROUTINE = "routine"

    @property
    def rank(self) -> int:
        """Return its place, 0 for the most urgent."""
        return list(Urgency).index(self)


class ReasonCode(StrEnum):
    """Why somebody should look."""

    RED_FLAG = "red_flag"
    PAUSE = "pause"
    OVER_LIMIT = "over_limit"
    MORNING_RISE = "morning_rise"
    PAIN_UP_ADHERENCE_DOWN = "pain_up_adherence_down"
    PAIN_UP_ADHERENCE_UP = "pain_up_adherence_up"
    PROGRAMME_STOPPED = "programme_stopped"
    STAGE_PROPOSAL = "stage_proposal"
    UNREAD_MESSAGE = "unread_message"
    NO_DATA = "no_data"
    REVIEW_DUE = "review_due"
    ACCESS_ENDS = "access_ends"


ANY_SCOPE: frozenset[Scope] = frozenset()
OPENED_BY: Mapping[ReasonCode, tuple[frozenset[Scope], ...]] = {
    ReasonCode.RED_FLAG: (_ADVICE, _PLAN, _PAIN, _SESSIONS),
    ReasonCode.PAUSE: (_ADVICE, _PLAN),
    ReasonCode.OVER_LIMIT: (_ADVICE,),
    ReasonCode.MORNING_RISE: (_ADVICE,),
    ReasonCode.PAIN_UP_ADHERENCE_DOWN: (_SESSIONS | _PAIN | _PLAN,),
    ReasonCode.PAIN_UP_ADHERENCE_UP: (_SESSIONS | _PAIN | _PLAN,),
    ReasonCode.PROGRAMME_STOPPED: (_PLAN,),
    ReasonCode.STAGE_PROPOSAL: (_ADVICE,),
    ReasonCode.UNREAD_MESSAGE: (_MESSAGE,),
    ReasonCode.NO_DATA: (_SESSIONS, _PAIN),
    ReasonCode.REVIEW_DUE: (_ADVICE,),
    ReasonCode.ACCESS_ENDS: (ANY_SCOPE,),
}
"""Any one of these sets of scopes opens the reason; what it then tells is what those scopes open (see the rules)."""

OPENS_PAUSES = (_ADVICE, _PLAN)
OPENS_ENTRIES: Mapping[str, Scope] = {
    "sessions": Scope.SESSIONS_READ,
    "runs": Scope.SESSIONS_READ,
    "check_ins": Scope.SESSIONS_READ,
    "pain_scores": Scope.PAIN_READ,
}
"""Which scope opens each kind of entry that counts as data, as sync opens them."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason to look: what, how soon, since which day, and the facts it rests on."""

    code: ReasonCode
    urgency: Urgency
    since_on: date
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownPatient:
    """What is known of one patient on a day of theirs; what the scopes do not open is there and is not looked at."""

    today: date
    scopes: frozenset[Scope]
    linked_on: date
    link_ends_on: date
    pauses: tuple[OpenPause, ...] = ()
    told_flags: tuple[ToldFlag, ...] = ()
    advice: NewestAdvice | None = None
    advised: tuple[tuple[date, str], ...] = ()
    """(day, rule that decided) of the newest advice of each day, newest first."""
    newest_on: Mapping[str, date | None] = field(default_factory=dict)
    pain: PainAndAdherence | None = None
    proposals: tuple[tuple[date, str, str], ...] = ()
    """(day, from stage, to stage) of each step up that waits for a therapist."""
    stopped_on: date | None = None
    unread: tuple[int, date] | None = None
    """How many messages of the patient this therapist has not read, and on which day the oldest came."""
    review_due_on: date | None = None
    no_data_days: int = NO_DATA_DAYS

    def may_hear(self, code: ReasonCode) -> bool:
        """Do the scopes open this reason?"""
        return opens(OPENED_BY[code], self.scopes)

    @property
    def last_entry_on(self) -> date | None:
        """Return the newest day with an entry of a kind that the scopes open."""
        known = [day for name, day in self.newest_on.items() if OPENS_ENTRIES[name] in self.scopes and day is not None]
        return max(known, default=None)


def opens(needed: Iterable[frozenset[Scope]], scopes: frozenset[Scope]) -> bool:
    """Do the scopes hold one of these sets?"""
    return any(one <= scopes for one in needed)


def reasons_for(patient: KnownPatient) -> list[Reason]:
    """Return every reason to look at a patient, the most urgent first, of one urgency the oldest."""
    found = [reason for rule in _RULES for reason in rule(patient) if patient.may_hear(reason.code)]
    order = list(ReasonCode)
    return sorted(found, key=lambda one: (one.urgency.rank, one.since_on, order.index(one.code)))


def _red_flags(patient: KnownPatient) -> Iterable[Reason]:
    """Which urgent signs are open? Without the pauses, those whose telling the scopes open and no later no undid."""
    if opens(OPENS_PAUSES, patient.scopes):
        told = [(one.red_flag, one.opened_on, one.refer) for one in patient.pauses if one.red_flag is not None]
    else:
        told = [(one.code, one.on, one.level) for one in patient.told_flags if one.scope in patient.scopes]
    first: dict[str, tuple[date, str]] = {}
    for code, on, level in sorted(told, key=lambda one: one[1]):
        first.setdefault(code, (on, level))
    for code, (on, level) in first.items():
        yield Reason(ReasonCode.RED_FLAG, Urgency(level), on, {"red_flag": code})


def _pauses(patient: KnownPatient) -> Iterable[Reason]:
    """Which pauses wait for a therapist? Running stands still until somebody closes them."""
    first: dict[str, date] = {}
    for one in patient.pauses:
        if one.red_flag is None:
            first[one.rule] = min(one.opened_on, first.get(one.rule, one.opened_on))
    for rule, on in first.items():
        yield Reason(ReasonCode.PAUSE, Urgency.URGENT, on, {"rule": rule})


def _over_limit(patient: KnownPatient) -> Iterable[Reason]:
    """Was the last run over the limit?"""
    return _advised(patient, ReasonCode.OVER_LIMIT, OVER_RULES)


def _morning_rise(patient: KnownPatient) -> Iterable[Reason]:
    """Was the morning after it worse than it should be?"""
    return _advised(patient, ReasonCode.MORNING_RISE, MORNING_RULES)


def _advised(patient: KnownPatient, code: ReasonCode, rules: frozenset[str]) -> Iterable[Reason]:
    """Tell what the newest advice says while its run speaks, since the first of the days in a row that said it."""
    advice = patient.advice
    if advice is None or (patient.today - advice.as_of).days >= RUN_SPEAKS_DAYS or not advice.rules & rules:
        return
    since = advice.as_of
    for on, rule in patient.advised:
        if rule not in rules:
            break
        since = min(since, on)
    yield Reason(code, Urgency.SOON, since, {"rules": sorted(advice.rules & rules)})


def _pain_and_adherence(patient: KnownPatient) -> Iterable[Reason]:
    """Does the pain rise while less is done (given up?) or while more is done (too much?)?"""
    told = patient.pain
    if told is None or told.now is None or told.before is None:
        return
    change = round(told.now - told.before, 1)
    if abs(change) < ADHERENCE_CHANGE_PERCENT:
        return
    code = ReasonCode.PAIN_UP_ADHERENCE_UP if change > 0 else ReasonCode.PAIN_UP_ADHERENCE_DOWN
    facts = {"pain_rise": told.rise, "adherence_percent": told.now, "adherence_percent_before": told.before}
    yield Reason(code, Urgency.SOON, patient.today - _WEEK, facts)


def _stopped(patient: KnownPatient) -> Iterable[Reason]:
    """Is the programme stopped until a therapist re-opens it?"""
    if patient.stopped_on is not None:
        yield Reason(ReasonCode.PROGRAMME_STOPPED, Urgency.SOON, patient.stopped_on)


def _proposals(patient: KnownPatient) -> Iterable[Reason]:
    """Does a step up wait for a therapist's word?"""
    for on, from_stage, to_stage in patient.proposals:
        facts = {"from_stage": from_stage, "to_stage": to_stage}
        yield Reason(ReasonCode.STAGE_PROPOSAL, Urgency.ROUTINE, on, facts)


def _unread(patient: KnownPatient) -> Iterable[Reason]:
    """Has the patient written what this therapist has not read? Nobody knows what it says before it is read."""
    if patient.unread is not None:
        count, since = patient.unread
        yield Reason(ReasonCode.UNREAD_MESSAGE, Urgency.SOON, since, {"messages": count})


def _no_data(patient: KnownPatient) -> Iterable[Reason]:
    """Was nothing logged for some days, of what the scopes open? Counted from the link where there never was."""
    last = patient.last_entry_on
    days = (patient.today - (last or patient.linked_on)).days
    if days >= patient.no_data_days:
        about = sorted(name for name, scope in OPENS_ENTRIES.items() if scope in patient.scopes)
        facts = {"days": days, "last_entry_on": last, "about": about}
        yield Reason(ReasonCode.NO_DATA, Urgency.ROUTINE, (last or patient.linked_on) + _DAY, facts)


def _review_due(patient: KnownPatient) -> Iterable[Reason]:
    """Has the day come that was set for the next review?"""
    due_on = patient.review_due_on
    if due_on is not None and due_on <= patient.today:
        yield Reason(ReasonCode.REVIEW_DUE, Urgency.ROUTINE, due_on, {"due_on": due_on})


def _access_ends(patient: KnownPatient) -> Iterable[Reason]:
    """Does the patient's consent end soon?"""
    days = (patient.link_ends_on - patient.today).days
    if days <= ACCESS_ENDS_DAYS:
        since = max(patient.linked_on, patient.link_ends_on - ACCESS_ENDS_DAYS * _DAY)
        yield Reason(ReasonCode.ACCESS_ENDS, Urgency.ROUTINE, since, {"days": days, "due_on": patient.link_ends_on})


_WEEK = (WEEK_DAYS - 1) * _DAY
_RULES: tuple[Callable[[KnownPatient], Iterable[Reason]], ...] = (
    _red_flags,
    _pauses,
    _over_limit,
    _morning_rise,
    _pain_and_adherence,
    _stopped,
    _proposals,
    _unread,
    _no_data,
    _review_due,
    _access_ends,
)
