"""The sync door, proven: push, pull, convergence, concurrency, crashes, planted defects."""
