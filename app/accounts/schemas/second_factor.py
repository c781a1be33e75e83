"""The wire forms of the second factor."""

from __future__ import annotations

from marshmallow import Schema, fields

from app.accounts.domain import PASSWORD_MOST
from app.accounts.domain.second_factor import FactorState
from app.web.fields import Choice, Text

MOST_CODE = 64  # characters of a code, however it is grouped


class FactorEnrolmentSchema(Schema):
    """Whoever sets up a second factor says the password again."""

    password = Text(required=True, longest=PASSWORD_MOST, load_only=True)


class FactorCodeSchema(Schema):
    """A code of the authenticator app, or a recovery code."""

    code = Text(required=True, longest=MOST_CODE, load_only=True)


class EnrolledFactorSchema(Schema):
    """What the authenticator app needs; it is shown to nobody again."""

    secret = fields.String(required=True, metadata={"description": "base32, to be typed in"})
    uri = fields.String(required=True, metadata={"description": "otpauth://, what the picture holds"})
    picture_svg = fields.String(required=True, metadata={"description": "the same as a QR code to be scanned, SVG"})


class RecoveryCodesSchema(Schema):
    """Ten codes, each good once in the place of the app's; they are shown this once."""

    recovery_codes = fields.List(fields.String(), required=True)


class FactorStateSchema(Schema):
    """How one's second factor stands."""

    state = Choice(list(FactorState), required=True)
    confirmed_at = fields.DateTime(required=True, allow_none=True)
    recovery_codes_left = fields.Integer(required=True)
    required = fields.Boolean(required=True, metadata={"description": "without it this role sees nothing here"})
