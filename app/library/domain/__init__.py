"""What the library holds, in which words, and when it is whole; standard library only."""
