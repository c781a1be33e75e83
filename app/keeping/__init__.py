"""What is kept: backups and their restoring, a person's archive and erasure, and the trail of what was done."""
