"""The queries of outreach."""
