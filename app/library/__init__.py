"""Exercises, and the evidence they rest on."""
