"""The commands: migrate, seed, serve, keys, accounts, guidance conformance."""

from __future__ import annotations

from flask import Flask


def register_commands(app: Flask) -> None:
    """Add the commands to `flask --app wsgi`."""
