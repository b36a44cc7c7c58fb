"""What leaves the till for a collector, and what comes back (PROTOCOL.md)."""
