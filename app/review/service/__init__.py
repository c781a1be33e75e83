"""What a therapist does with patients' data: find who needs attention, look at one, sign off."""
