"""The therapist's inbox: the caseload, one patient's progress, charts, and signed-off reviews."""
