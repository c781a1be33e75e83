"""Flask behind one door: auth, problems, transaction, paging, input, openapi."""
