"""The wire forms of imports."""

from __future__ import annotations

import re
from typing import Any

from flask_smorest.fields import Upload
from marshmallow import Schema, ValidationError, fields, validate

from app.logbook.domain import Side
from app.logbook.schemas import StoredPainScoreSchema, StoredRunSchema
from app.web.fields import Choice, Pain, Zone

_SCORE = re.compile(r"[0-9]{1,2}(\.[0-9])?", re.ASCII)


class FormPain(Pain):
    """A pain score in a form, where numbers are text."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> float:
        if not isinstance(value, str) or not _SCORE.fullmatch(value):
            raise ValidationError("Not a pain score from 0 to 10 in steps of 0.1.")
        return super()._deserialize(float(value), attr, data, **kwargs)


class RunImportSchema(Schema):
    """One run file, and what the watch cannot know."""

    file = Upload(required=True, metadata={"description": "FIT, TCX or GPX, at most 20 MB"})
    zone = Zone(load_default=None, metadata={"description": "IANA zone of the run; else the person's own"})
    pain_during = FormPain(load_default=None, metadata={"description": "worst pain during the run"})
    side = Choice(Side, load_default=None, metadata={"description": "the knee that the pain was in"})
    treat_as_run = fields.String(
        load_default="false",
        validate=[validate.OneOf(["true", "false"])],
        metadata={"description": "the person says that a file of unknown sport is a run"},
    )


class RunFileSchema(Schema):
    """What the file said."""

    format = fields.String(required=True)
    sport = fields.String(required=True)
    sub_sport = fields.String(required=True, allow_none=True)
    elapsed_s = fields.Integer(required=True)
    sessions = fields.Integer(required=True, metadata={"description": "how many running parts were summed"})
    sha256 = fields.String(required=True)
    zone_from = fields.String(
        required=True, metadata={"description": "whose word the zone is: form, position or account"}
    )


class RunImportedSchema(Schema):
    """What became of the file."""

    duplicate = fields.Boolean(
        required=True, metadata={"description": "the run is there already, from this file or another source"}
    )
    run = fields.Nested(StoredRunSchema, required=True)
    pain_score = fields.Nested(StoredPainScoreSchema, required=True, allow_none=True)
    file = fields.Nested(RunFileSchema, required=True)
    import_id = fields.UUID(
        required=True,
        allow_none=True,
        metadata={"description": "where the file is kept; null where no more of a person's files are"},
    )
