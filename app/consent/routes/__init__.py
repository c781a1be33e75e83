"""The operations on consent, gathered behind one door."""

from app.consent.routes import access_log, clinics, invitations, links
from app.consent.routes.door import consent

__all__ = ["access_log", "clinics", "consent", "invitations", "links"]
