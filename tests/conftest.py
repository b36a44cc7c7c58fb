"""For all tests: hypothesis never judges by the clock, which on a loaded machine says nothing about the till."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("sceau", deadline=None)
settings.load_profile("sceau")
