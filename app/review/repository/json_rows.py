"""Rows written as JSON by the database, on SQLite and on PostgreSQL alike: one value for many rows."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, Text, cast, func, literal_column, select, type_coerce


class JsonRows:
    """Builds JSON in one of the two databases; days are text, YYYY-MM-DD, instants are not for here."""

    def __init__(self, dialect: str) -> None:
        self.is_postgresql = dialect == "postgresql"

    def row(self, *values: Any) -> Any:
        """Return values as one JSON list."""
        return func.json_build_array(*values) if self.is_postgresql else func.json_array(*values)

    def listed(self, row: Any) -> Any:
        """Return the JSON rows of a group as one JSON list; no rows are an empty list."""
        if self.is_postgresql:
            return func.coalesce(func.json_agg(row), literal_column("'[]'::json"))
        return func.json_group_array(row)

    def of(self, statement: Select[Any], outer: Any) -> Any:
        """Return a statement of one JSON value, asked for each row of an outer one."""
        asked = statement.correlate(outer).scalar_subquery()
        return asked if self.is_postgresql else func.json(asked)

    def rows_of(self, inner: Select[Any], outer: Any) -> Any:
        """Return all rows of a statement as one JSON list, asked for each row of an outer one."""
        rows: Subquery = inner.correlate(outer).subquery()
        return self.of(select(self.listed(self.row(*rows.c))), outer)

    def member(self, column: ColumnElement[Any], name: str) -> Any:
        """Return a member of a JSON column, as JSON."""
        if self.is_postgresql:
            return func.jsonb_extract_path(column, name)
        return func.json_extract(column, f"$.{name}")

    def whole(self, *parts: Any) -> Any:
        """Return parts as one JSON text."""
        row = self.row(*parts)
        return type_coerce(cast(row, Text) if self.is_postgresql else row, Text)
