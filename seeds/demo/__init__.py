"""The demo people of a development installation."""
