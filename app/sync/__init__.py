"""DOOR: devices that were away: push what was written offline, pull what others wrote."""
