"""Reminders and notices: written into the outbox with what they tell of, and sent by a worker."""
