"""What the sync door does: push, pull, parked operations, and what is told of a stream as a whole."""
