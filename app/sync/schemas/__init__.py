"""The wire forms of sync: how operations are read, and the documents that are answered."""
