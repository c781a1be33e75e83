"""What an authenticator app shows: a code for each half minute, made of a secret that both sides know (RFC 6238)."""

from __future__ import annotations

import hmac
from datetime import datetime

import pyotp

from app.accounts.domain.second_factor import DIGITS, is_of_app

ISSUER = "Trochlea"
STEP_S = 30  # seconds that a code stands for
STEPS_BESIDE = 1  # steps before and after the present one, for clocks that differ (RFC 6238, 5.2)


def new_secret() -> str:
    """Return a new secret of 160 bits in base32, as authenticator apps take it."""
    return pyotp.random_base32()


def uri_of(secret: str, email: str) -> str:
    """Return what the picture to scan holds."""
    return pyotp.TOTP(secret, digits=DIGITS, interval=STEP_S).provisioning_uri(name=email, issuer_name=ISSUER)


def step_of(secret: str, code: str, last_step: int, at: datetime) -> int | None:
    """Return the step that a code belongs to; None for a wrong code, and for one of a step that was used or passed."""
    if not is_of_app(code):
        return None
    totp = pyotp.TOTP(secret, digits=DIGITS, interval=STEP_S)
    present = int(at.timestamp()) // STEP_S
    near = range(present - STEPS_BESIDE, present + STEPS_BESIDE + 1)
    fitting = [step for step in near if hmac.compare_digest(totp.generate_otp(step), code)]
    return next((step for step in fitting if step > last_step), None)
