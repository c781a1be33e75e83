"""The pain rule, load advice, adherence and stage proposals: what needs both plan and log."""
