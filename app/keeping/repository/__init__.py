"""The queries of what is kept, and what copies whole databases."""
