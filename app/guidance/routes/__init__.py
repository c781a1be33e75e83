"""The operations of guidance."""
