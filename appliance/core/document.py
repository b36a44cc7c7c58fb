"""What was put on paper, or may be: tickets that can be printed again, documents whose fate is not known yet."""

from __future__ import annotations

from typing import NamedTuple


class TicketRef(NamedTuple):
    """Where a final ticket stands: its number and the seq of its record."""

    number: int
    record: int
    t: int
    tz: int
    total: int
    session: int
    printed: bool = False


class Paper(NamedTuple):
    """A document not yet known to be on paper: `order` is the record that ordered it, `fact` what it shows."""

    order: int
    fact: int
    type: str  # ticket | z | test; a duplicate bears the type of what it shows
    number: int
    why: str = ""  # of a doubt: cut | lost
