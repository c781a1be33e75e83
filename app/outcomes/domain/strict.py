"""Read values nobody has checked: a number is finite and real, and text or true is none."""

from __future__ import annotations

import re

from app.kernel.errors import FieldFault, Invalid

_PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,39}")


class InputError(Invalid):
    """A value that cannot be meant: wrong type, not finite, out of range, or an unknown key."""

    code = "InputError"
    title = "The input is not valid"

    def below(self, pointer: str) -> InputError:
        """Say the same of a place that lies under `pointer`."""
        faults = [FieldFault(pointer + fault.pointer, fault.code, fault.detail) for fault in self.faults]
        return InputError(self.detail, faults=faults)


def refusal(pointer: str, code: str, detail: str) -> InputError:
    """Name the place and the reason; the value itself is never repeated."""
    return InputError(detail, faults=[FieldFault(pointer, code, detail)])


def is_number(value: object) -> bool:
    """Is it a finite real number? Text, true and false are not."""
    return type(value) is int or (type(value) is float and value - value == 0.0)


def number(value: object, low: float, high: float, pointer: str) -> float:
    """Return a finite number from `low` to `high`, both included; refuse all else."""
    if type(value) is not int and type(value) is not float:
        raise refusal(pointer, "not_a_number", "A finite number is needed.")
    if not low <= value <= high:
        raise refusal(pointer, "out_of_range", f"A number from {low} to {high} is needed.")
    return value


def amount(value: object, high: float, pointer: str) -> float:
    """Return a finite number above 0 and up to `high`; refuse all else."""
    found = number(value, 0, high, pointer)
    if found == 0:
        raise refusal(pointer, "out_of_range", "A number above 0 is needed.")
    return found


def whole(value: object, low: int, high: int, pointer: str) -> int:
    """Return a whole number from `low` to `high`, both included; refuse all else."""
    found = number(value, low, high, pointer)
    if found != int(found):
        raise refusal(pointer, "not_whole", "A whole number is needed.")
    return int(found)


def flag(value: object, pointer: str) -> bool:
    """Return true or false; null, 0 and 1 are no answers."""
    if type(value) is not bool:
        raise refusal(pointer, "not_a_flag", "true or false is needed.")
    return value


def rows(value: object, at_most: int, pointer: str) -> list[object]:
    """Return a list of at most so many items; refuse all else."""
    if type(value) is not list:
        raise refusal(pointer, "not_a_list", "A list is needed.")
    if len(value) > at_most:
        raise refusal(pointer, "too_many", f"At most {at_most} items are taken.")
    return value


def record(
    value: object, needed: frozenset[str], pointer: str, optional: frozenset[str] = frozenset()
) -> dict[str, object]:
    """Return an object with every needed key and no unknown one; refuse all else."""
    if type(value) is not dict:
        raise refusal(pointer, "not_an_object", "An object is needed.")
    for key in value:
        if key not in needed and key not in optional:
            raise refusal(pointer + _place_of(key), "unknown_key", "This key is not known.")
    if not needed <= value.keys():
        raise refusal(f"{pointer}/{min(needed - value.keys())}", "missing", "This key is needed.")
    return value


def _place_of(key: object) -> str:
    """Point at a key only where its name is plain enough to be repeated."""
    return f"/{key}" if isinstance(key, str) and _PLAIN_KEY.fullmatch(key) else ""
