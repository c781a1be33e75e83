"""The therapist's pages, made on the server; they work without a script, and show what the API would answer."""
