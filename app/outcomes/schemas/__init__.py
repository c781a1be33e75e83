"""The wire forms of outcomes: entries, what they show, and instruments."""
