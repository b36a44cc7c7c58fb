"""Builds the till's system image. DESIGN.md says why it is as it is, README.md what to type."""
