"""Scores and limits of each instrument as facts; the texts of the items are not shipped."""
