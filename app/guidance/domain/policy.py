"""A policy: the settings as a preset has them and as a therapist changed them, and never out of their limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from app.guidance.domain.presets import DEFAULT_PRESET, PRESETS
from app.guidance.domain.ruleset.settings import Setting, Settings
from app.kernel.errors import FieldFault, Invalid
from app.outcomes.domain.strict import is_number, refusal


class PolicyError(Invalid):
    """A policy nobody may set: unknown preset or key, or a number outside its limits."""

    code = "PolicyError"
    title = "The policy is not valid"


@dataclass(frozen=True, slots=True)
class Policy(Settings):
    """One complete pain rule; refuses to exist with a number outside its limits.

    Raises InputError for a wrong type or a number that is not finite, PolicyError for the rest.
    """

    def __post_init__(self) -> None:
        for name, setting in SETTINGS.items():
            _check(name, getattr(self, name), setting)
        ordered = self.progress_max <= self.acceptable_max <= self.high_max < self.pause_min
        if not ordered:
            raise _policy_error("acceptable_max", "not_in_order", "The pain limits must rise from 0 to 10.")

    def within(self, score: float, limit: float) -> bool:
        """Is a score inside the band that ends at this limit?"""
        return 0 <= score <= limit if self.upper_inclusive else 0 <= score < limit


SETTINGS: dict[str, Setting] = {item.name: item.metadata["setting"] for item in fields(Settings)}


def resolve_policy(preset: object, overrides: Mapping[str, object]) -> Policy:
    """Return the complete policy of a preset with a therapist's own numbers put in.

    Raises PolicyError for an unknown preset or key and for numbers outside their limits,
    InputError for a wrong type.
    """
    if not isinstance(preset, str) or preset not in _RESOLVED:
        raise PolicyError("No such preset.", faults=[FieldFault("/preset", "unknown_preset")])
    for key in overrides:
        if key not in SETTINGS:
            raise PolicyError("No such key.", faults=[FieldFault("/policy_overrides", "unknown_key")])
    chosen: dict[str, Any] = {key: _tidy(value, SETTINGS[key]) for key, value in overrides.items()}
    return replace(_RESOLVED[preset], **chosen) if chosen else _RESOLVED[preset]


def _tidy(value: object, setting: Setting) -> object:
    """Write a whole number as one, so that 2.0 days are 2 days everywhere after."""
    return int(value) if setting.whole and isinstance(value, float) and value.is_integer() else value


def _check(name: str, value: object, setting: Setting) -> None:
    if value is None and setting.nullable:
        return
    if setting.unit == "flag" or setting.choices:
        _check_word(name, value, setting)
    else:
        _check_number(name, value, setting)


def _check_word(name: str, value: object, setting: Setting) -> None:
    if type(value) is not (str if setting.choices else bool):
        raise refusal(f"/policy_overrides/{name}", "wrong_type", "This setting is of another type.")
    if setting.choices and value not in setting.choices:
        raise _policy_error(name, "not_a_choice", "This setting has no such choice.")


def _check_number(name: str, value: object, setting: Setting) -> None:
    if not is_number(value):
        raise refusal(f"/policy_overrides/{name}", "not_a_number", "A finite number is needed.")
    assert isinstance(value, int | float)
    if not setting.low <= value <= setting.high:
        raise _policy_error(name, "out_of_range", f"From {setting.low} to {setting.high}.")
    if setting.whole and value != int(value):
        raise _policy_error(name, "not_whole", "A whole number is needed.")


def _preset(differences: Mapping[str, Any]) -> Policy:
    return Policy(**differences)


def _policy_error(name: str, code: str, detail: str) -> PolicyError:
    return PolicyError(detail, faults=[FieldFault(f"/policy_overrides/{name}", code, detail)])


_RESOLVED = {name: _preset(differences) for name, differences in PRESETS.items()}
USUAL_POLICY = _RESOLVED[DEFAULT_PRESET]
"""The policy of whoever has no other: where a number holds for everybody, it is read from here."""
