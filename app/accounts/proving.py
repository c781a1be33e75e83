"""How a second factor is proven at a log-in, and a password again before what cannot be taken back; neither guessed."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from app.accounts import service
from app.accounts.domain import Account
from app.accounts.domain.second_factor import SecondFactorNeeded
from app.accounts.service import WrongCredentials, second_factor
from app.kernel.errors import Denied
from app.web.limits import count_try
from app.web.transaction import db, looking

QUARTER_HOUR_S = 900
CODE_TRIES = 10
"""So many codes may be tried for one account in a quarter of an hour, from wherever (SECURITY 4.2)."""

CONFIRMATIONS = 10
"""So often may a password be said again for one account in a quarter of an hour."""


class WrongPassword(Denied):
    """Whoever does what cannot be taken back says once more who they are; the session alone is not enough."""

    code = "wrong_password"
    title = "The password is wrong"


def confirm_password(account_id: UUID, password: str) -> Account:
    """Return the account of somebody who is logged in, if this is its password; raise WrongPassword or TooMany.

    To be called before anything is written.
    """
    count_try("confirm", str(account_id), most=CONFIRMATIONS, per_s=QUARTER_HOUR_S)
    try:
        with looking() as session:
            return service.check_password(session, service.account_of(session, account_id).email, password)
    except WrongCredentials:
        raise WrongPassword from None


def count_code(email: str) -> None:
    """Count one code that is tried for an address; raise TooMany. To be called before anything is written."""
    count_try("second_factor", email, most=CODE_TRIES, per_s=QUARTER_HOUR_S)


def prove(account: Account, code: str | None, sealed_with: str, at: datetime) -> datetime | None:
    """Use up the code that came with the right password, and return when it was proven; None where none is asked for.

    Raises SecondFactorNeeded or WrongCode.
    """
    if not second_factor.is_asked(db(), account.id):
        return None
    if code is None:
        raise SecondFactorNeeded
    second_factor.use_code(db(), account.id, code, sealed_with, at)
    return at
