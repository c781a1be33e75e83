"""The wire forms of FHIR: what a search may ask, and resources, whose members FHIR R4 defines."""

from __future__ import annotations

from marshmallow import INCLUDE, Schema, fields, validate

from app.web.fields import Count
from app.web.paging import DEFAULT_LIMIT, MAX_LIMIT

_MOST_DATES = 4
_LONGEST = 200


def _token(what: str, name: str | None = None) -> fields.String:
    lengths = validate.Length(min=1, max=_LONGEST)
    return fields.String(load_default=None, data_key=name, validate=[lengths], metadata={"description": what})


class FhirPageSchema(Schema):
    """How long a page is, and where it begins."""

    count = Count(least=1, most=MAX_LIMIT, load_default=DEFAULT_LIMIT, data_key="_count")
    cursor = fields.String(load_default=None, data_key="_cursor", metadata={"description": "from a page's next link"})


class FhirSearchSchema(FhirPageSchema):
    """What a search of a patient's resources may ask; what is not here is refused by name."""

    patient = _token("whose: an id, or Patient/id; a patient need not say it")
    subject = _token("the same as patient")
    ids = _token("ids of resources, by commas", "_id")
    code = _token("codes, by commas: code, system|code, or system|")
    category = _token("categories, by commas")
    date = fields.List(
        fields.String(validate=[validate.Length(min=4, max=40)]),
        load_default=list,
        validate=[validate.Length(max=_MOST_DATES)],
        metadata={"description": "when it was: a year, month, day or instant after eq, ge, gt, le or lt"},
    )


class FhirPatientSearchSchema(FhirPageSchema):
    """Which of the patients that one may see."""

    ids = _token("ids of patients, by commas", "_id")


class FhirResourceSchema(Schema):
    """A resource of FHIR R4; hl7.org/fhir/R4 says what else it has."""

    class Meta:
        """What else a resource has."""

        unknown = INCLUDE

    resource_type = fields.String(required=True, data_key="resourceType")


class FhirBundleSchema(FhirResourceSchema):
    """A page of resources."""

    type = fields.String(required=True, validate=[validate.OneOf(["searchset"])])
    link = fields.List(fields.Dict(), required=True)
    entry = fields.List(fields.Dict())
