"""The system's two slots: which one starts, whether it is good, what an update does to the other. Runs as root, never
as the till, and knows nothing of it but three files (image/FORMAT.md)."""
