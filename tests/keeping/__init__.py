"""What is kept: backups, archives, erasure, the trail."""
