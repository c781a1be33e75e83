"""The wire forms of guidance."""
