"""Questionnaires and clinical tests: what a score or a measurement says about a knee."""
