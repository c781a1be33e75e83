"""The operations on the library, gathered behind one door."""

from app.library.routes import catalogue, evidence, own
from app.library.routes.door import library

__all__ = ["catalogue", "evidence", "library", "own"]
