"""What was prescribed: protocols, phases, dosage, revisions."""
