"""What an installation begins with: the library, and demo people for development."""
