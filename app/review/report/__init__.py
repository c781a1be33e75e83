"""A patient's course on one or two pages of paper, for whoever treats them or for themselves."""
