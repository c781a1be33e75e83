"""The wire forms of the review."""
