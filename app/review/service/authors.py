"""What is left of a therapist who goes: the patient's record stays as it is, but for the name."""

from __future__ import annotations

from app.review.repository.authors import patients_written_to as patients_written_to
from app.review.repository.authors import rename_author as rename_author
from app.review.repository.authors import when_written as when_written
