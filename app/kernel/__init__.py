"""Words that every feature shares; standard library only."""
