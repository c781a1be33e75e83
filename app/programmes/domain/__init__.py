"""What a plan is and what is due of it; standard library only."""
