"""The wire forms of accounts, log-in and devices."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, fields, pre_load, validate, validates_schema

from app.accounts.domain import PASSWORD_LEAST, PASSWORD_LEAST_WITH_SECOND_FACTOR, PASSWORD_MOST, ProfessionalRole
from app.accounts.schemas.second_factor import MOST_CODE
from app.kernel.permissions import Role
from app.web.fields import Choice, Text, Zone

_MAILABLE = validate.Regexp(r"^[^\x00-\x20\x7f]*$")
"""marshmallow takes control characters in a quoted local part; no mailbox has them."""


class EmailSchema(Schema):
    """What begins with an e-mail address; its case does not matter."""

    email = fields.Email(required=True, validate=[validate.Length(max=254), _MAILABLE])

    @pre_load
    def _lower(self, data: Any, **_: Any) -> Any:
        email = data.get("email") if isinstance(data, dict) else None
        return {**data, "email": email.lower()} if isinstance(email, str) else data


class RegistrationSchema(EmailSchema):
    """A new account of a patient or a therapist; admins are made on the server."""

    password = Text(required=True, shortest=PASSWORD_LEAST, longest=PASSWORD_MOST, load_only=True)
    display_name = Text(required=True)
    zone = Zone(required=True, metadata={"description": "IANA zone the person lives in"})
    role = Choice([Role.PATIENT, Role.THERAPIST], load_default=Role.PATIENT.value)
    professional_role = Choice(list(ProfessionalRole), load_default=None, allow_none=True)

    @validates_schema(skip_on_field_errors=True)
    def _profession_is_a_therapists(self, data: dict[str, Any], **_: Any) -> None:
        if (data["role"] == Role.THERAPIST) != (data["professional_role"] is not None):
            raise ValidationError("A therapist declares a professional role, and nobody else.", "professional_role")


class LoginSchema(EmailSchema):
    """Credentials, and a name by which the person will know this device."""

    password = Text(required=True, longest=PASSWORD_MOST, load_only=True)
    device_name = Text(required=True)
    second_factor_code = Text(
        load_default=None,
        allow_none=True,
        longest=MOST_CODE,
        load_only=True,
        metadata={"description": "asked for by 401 second_factor_required: the app's code, or a recovery code"},
    )
    last_refresh_token = Text(
        load_default=None,
        allow_none=True,
        longest=200,
        load_only=True,
        metadata={
            "description": "the last one this device was given, used up or not: wrong guesses of others do not count"
        },
    )


class ResetOrderSchema(EmailSchema):
    """The address whose password is lost."""


class ResetSchema(Schema):
    """The token of the mail, and the password from now on."""

    token = Text(required=True, longest=200, load_only=True)
    password = Text(required=True, shortest=PASSWORD_LEAST_WITH_SECOND_FACTOR, longest=PASSWORD_MOST, load_only=True)


class PasswordChangeSchema(Schema):
    """The password until now, and the one from now on."""

    password = Text(required=True, longest=PASSWORD_MOST, load_only=True)
    new_password = Text(
        required=True, shortest=PASSWORD_LEAST_WITH_SECOND_FACTOR, longest=PASSWORD_MOST, load_only=True
    )


class AcceptedSchema(Schema):
    """It was taken in; what comes of it, the owner of the address learns."""

    status = fields.String(required=True)


class RefreshSchema(Schema):
    """The newest refresh token."""

    refresh_token = Text(required=True, longest=200)


class TokensSchema(Schema):
    """What a device keeps in its key store."""

    access_token = fields.String(required=True)
    refresh_token = fields.String(required=True)
    token_type = fields.String(required=True)
    expires_in_s = fields.Integer(required=True)
    account_id = fields.UUID(required=True)
    device_id = fields.UUID(required=True)


class AccountSchema(Schema):
    """An account as its owner sees it."""

    id = fields.UUID(required=True)
    role = fields.String(required=True)
    email = fields.String(required=True)
    display_name = fields.String(required=True)
    zone = fields.String(required=True)
    professional_role = fields.String(required=True, allow_none=True)
    created_at = fields.DateTime(required=True)


class DeviceSchema(Schema):
    """A device that is logged in."""

    id = fields.UUID(required=True)
    device_name = fields.String(required=True)
    created_at = fields.DateTime(required=True)
    last_seen_at = fields.DateTime(required=True)
    expires_at = fields.DateTime(required=True)
    current = fields.Boolean(required=True, metadata={"description": "the device that asks"})


class DeviceListSchema(Schema):
    """All devices that are logged in."""

    items = fields.List(fields.Nested(DeviceSchema), required=True)
