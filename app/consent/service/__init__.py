"""What consent does: who may, care links, invitations, clinics, and the log of who looked."""

from app.consent.models import CARE_LINKS, AccessRow
from app.consent.service.access_log import accesses_of, note_accesses
from app.consent.service.admission import (
    ConsentRevoked,
    NoSuchStream,
    ReadOnly,
    admit_to,
    is_complete,
    permits,
    remember_readers,
)
from app.consent.service.clinics import circle_of, leave_clinics, works_in
from app.consent.service.links import (
    NoSuchTherapist,
    end_care,
    grant_access,
    has_therapist,
    keep_link,
    links_of,
    patients_of,
    revoke_access,
    therapists_of,
    told_of,
    treated_by,
)

COLLECTIONS = (CARE_LINKS,)
"""What devices read of consent."""

APPEND_ONLY = (AccessRow.__tablename__,)
"""The tables of which the database itself refuses to change or delete a row."""

__all__ = [
    "APPEND_ONLY",
    "COLLECTIONS",
    "ConsentRevoked",
    "NoSuchStream",
    "NoSuchTherapist",
    "ReadOnly",
    "accesses_of",
    "admit_to",
    "circle_of",
    "end_care",
    "grant_access",
    "has_therapist",
    "is_complete",
    "keep_link",
    "leave_clinics",
    "links_of",
    "note_accesses",
    "patients_of",
    "permits",
    "remember_readers",
    "revoke_access",
    "therapists_of",
    "told_of",
    "treated_by",
    "works_in",
]
