"""The kind of entry that the review adds to the logbook's: messages."""

from __future__ import annotations

from app.logbook.kinds import Kind
from app.review.domain.messages import Message, check_message
from app.review.models import MESSAGES

MESSAGE = Kind("message", MESSAGES, Message, check_message, free_text=(), other_author="therapist_id")
"""Its text is for whoever the patient writes with, whether or not they may read notes."""
