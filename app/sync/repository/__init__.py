"""The queries of sync; each takes the patient first, and none costs more with the history."""

from app.sync.repository.changes import (
    Stream,
    begin_epoch,
    begin_epochs,
    changes,
    find_stream,
    find_streams,
    live_versions,
    purge,
)
from app.sync.repository.parked import find_parked, forget_settled, list_parked, park, settle, size_of_parked
from app.sync.repository.versions import find_known, find_versions

__all__ = [
    "Stream",
    "begin_epoch",
    "begin_epochs",
    "changes",
    "find_known",
    "find_parked",
    "find_stream",
    "find_streams",
    "find_versions",
    "forget_settled",
    "list_parked",
    "live_versions",
    "park",
    "purge",
    "settle",
    "size_of_parked",
]
