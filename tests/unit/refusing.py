"""Reads a refusal as a client shows it: where, which code, and a sentence that can be read."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from app.kernel.errors import Invalid

_SENTENCE = re.compile(r"(?:[A-Z][a-z]|[A-Z] |[0-9]+ |good, fair |true or |(?:TSK|KOOS)).*[a-z0-9/)]\.")


def refused_at(refusing: Callable[[], object]) -> list[tuple[str, str]]:
    """Return pointer and code of each fault that is found, all of which say a sentence and a title."""
    with pytest.raises(Invalid) as refused:
        refusing()
    for fault in refused.value.faults:
        assert _SENTENCE.fullmatch(fault.detail or ""), fault
        assert "XX" not in str(fault.detail)
    return [(fault.pointer, fault.code) for fault in refused.value.faults]
