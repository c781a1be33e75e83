"""How a second factor is proven at a log-in, by whatever way in, and that its codes cannot be guessed."""

from __future__ import annotations

from datetime import datetime

from app.accounts.domain import Account
from app.accounts.domain.second_factor import SecondFactorNeeded
from app.accounts.service import second_factor
from app.web.limits import count_try
from app.web.transaction import db

QUARTER_HOUR_S = 900
CODE_TRIES = 10
"""So many codes may be tried for one account in a quarter of an hour, from wherever (SECURITY 4.2)."""


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
