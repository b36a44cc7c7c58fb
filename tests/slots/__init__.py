"""The system's slots without the system: which one starts, what an order may say, when a version is good."""
