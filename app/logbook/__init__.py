"""What was done and felt: exercise sessions, runs, pain scores, daily check-ins, supportive treatments."""
