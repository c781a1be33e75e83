"""How somebody gets in: tries are counted, the password is looked at, a device that is known has a count of its own.

Every way to log in goes through `enter`; a way round it would be a way round the limits.
"""

from __future__ import annotations

from app.accounts import service
from app.accounts.domain import Account
from app.web.limits import Limit, count_tries, forget_tries, network
from app.web.transaction import looking, writer

MINUTE_S = 60
QUARTER_HOUR_S = 15 * MINUTE_S
HOUR_S = 60 * MINUTE_S
DAY_S = 24 * HOUR_S
TRIES_OF_AN_ACCOUNT = 10
"""So often may one account be tried from one network in a quarter of an hour (SECURITY 4.2)."""
TRIES_IN_A_ROW = 100
"""After so many wrong passwords in a row, from wherever, only a reset or a known device helps (NIST: at most 100)."""
TRIES_OF_A_NETWORK = 300
"""So often may one network try in an hour, whomever."""
TRIES_OF_A_DEVICE = 60
"""So often may a known device try in a day: whoever found it is no better off than anybody."""
FORGOTTEN_AFTER_S = 30 * DAY_S


def enter(email: str, password: str, last_refresh_token: str | None = None) -> Account:
    """Return whose password this is, and begin the request's writing transaction.

    Raises WrongCredentials, TooMany, TooManyInARow, Busy. Somebody else's wrong guesses never keep out a device that
    logged in before: it shows the last refresh token it was given, and is counted by itself.
    """
    with looking() as session:
        device = service.known_device(session, email, last_refresh_token) if last_refresh_token else None
    if device is None:
        account = Limit("login", (email, network()), TRIES_OF_AN_ACCOUNT, QUARTER_HOUR_S)
        own = [account, in_a_row(email)]
    else:
        own = [
            Limit("login_device", (str(device),), TRIES_OF_AN_ACCOUNT, QUARTER_HOUR_S),
            Limit("login_device_day", (str(device),), TRIES_OF_A_DEVICE, DAY_S),
        ]
    count_tries(Limit("login_network", (network(),), TRIES_OF_A_NETWORK, HOUR_S), *own)
    with looking() as session:
        found = service.check_password(session, email, password)
    service.renew_hash(writer(), found.id, password)
    forget_tries(writer(), in_a_row(email))
    return found


def in_a_row(email: str) -> Limit:
    """Return the count of wrong passwords in a row for an address, whether anybody has it or not."""
    return Limit("login_in_a_row", (email,), TRIES_IN_A_ROW, FORGOTTEN_AFTER_S, in_a_row=True)
