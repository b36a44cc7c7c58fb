"""The owner's page: a process of its own that reads the store and never writes to it; logins are in its own file."""
