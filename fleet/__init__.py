"""A collector and three simulated tills on one machine, to be looked at: `make run-fleet`."""
