"""The wire form of what a person asks for about all that is theirs."""

from __future__ import annotations

from marshmallow import Schema

from app.accounts.domain import PASSWORD_MOST
from app.web.fields import Text


class ConfirmedByPasswordSchema(Schema):
    """The password once more."""

    password = Text(required=True, longest=PASSWORD_MOST, load_only=True)
