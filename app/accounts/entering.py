"""How somebody gets in: tries are counted, then the password is looked at.

Every way to log in goes through `enter`; a way round it would be a way round the limits.
"""

from __future__ import annotations

from app.accounts import service
from app.accounts.domain import Account
from app.web.limits import count_try, network
from app.web.transaction import looking

QUARTER_HOUR_S = 900
LOGIN_TRIES = 10


def enter(email: str, password: str) -> Account:
    """Return whose password this is; raise WrongCredentials or TooMany."""
    count_try("login", email, network(), most=LOGIN_TRIES, per_s=QUARTER_HOUR_S)
    with looking() as session:
        return service.check_password(session, email, password)
