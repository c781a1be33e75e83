"""Back up and restore, export and erase, and look after the trail."""
