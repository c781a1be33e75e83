"""What outreach does: keep what people want, find what is due, and send what waits in the outbox."""
