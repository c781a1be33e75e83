"""Door for other systems: run files come in; exports for other systems go out."""
