"""Sceau, a till for French shops: the device."""

VERSION = "0.1.0"
