"""What a therapist is told first: reasons to look, how urgent each is, and who may hear it."""
