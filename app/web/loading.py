"""Loads what is plainly right without marshmallow's machinery; whatever is not, marshmallow answers itself.

For each schema one function is written, with the checks of each member spelled out; it takes nothing that the
schema would refuse, and raises Unsure as soon as it cannot tell.
"""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError

from app.web.loading_code import Unsure, quick_load


class Loader:
    """Loads objects of one schema, many times as fast as the schema itself, with the same answers.

    Made for plain schemas: no hooks, no renamed members, a default for everything that is not required.
    Raises TypeError for another.
    """

    def __init__(self, schema: Schema) -> None:
        self._schema = schema
        self._quick = quick_load(schema)

    def load(self, data: Any) -> dict[str, Any]:
        """Return the loaded members; raise marshmallow's ValidationError as `schema.load` does."""
        try:
            return self._quick(data)
        except (Unsure, ValidationError):
            loaded: dict[str, Any] = self._schema.load(data)
            return loaded
