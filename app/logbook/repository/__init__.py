"""The queries on the logbook; each takes the patient first."""

from app.logbook.repository.days import read_clock, read_days, read_sessions
from app.logbook.repository.efforts import read_told
from app.logbook.repository.entries import count_by_day, find, list_between, list_skips_due, store_entry
from app.logbook.repository.facts import catch_up, is_any_after, read_facts

__all__ = [
    "catch_up",
    "count_by_day",
    "find",
    "is_any_after",
    "list_between",
    "list_skips_due",
    "read_clock",
    "read_days",
    "read_facts",
    "read_sessions",
    "read_told",
    "store_entry",
]
