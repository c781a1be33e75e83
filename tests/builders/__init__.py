"""Builders that need only what a test is about."""
