"""What happens when something breaks: the network, the disk, the clock, the database, the power."""
