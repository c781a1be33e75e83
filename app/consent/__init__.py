"""Who may see whom: care links, scopes, and the one permission table."""
