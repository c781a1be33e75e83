"""SQLAlchemy behind one door: engines, base and naming, column types, and the numbering of synced rows."""
