"""The wire forms of the library."""
