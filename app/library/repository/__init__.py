"""The queries on the library."""
