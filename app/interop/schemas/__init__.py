"""The wire forms of what other systems bring and take."""
