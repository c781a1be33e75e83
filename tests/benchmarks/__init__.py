"""Measurements of the product beside raw baselines; `make bench` runs them."""

# The statements of app.db.synced take the type of their keys from the accounts that the keys refer to.
import app.accounts.models  # noqa: F401
