"""Reads and writes the tables of imports."""
