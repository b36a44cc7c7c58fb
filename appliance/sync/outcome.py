"""What came of one exchange with the collector, for the uploader on the till's loop."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Position:
    """Where the collector is as far as the till knows: `next_seq` is asked for next, `receipt` came last.

    `until`: the first record that is not durable yet. `most`: records of a batch.
    """

    next_seq: int
    receipt: bytes | None
    until: int
    most: int


@dataclass(frozen=True, slots=True)
class Nothing:
    """There was nothing to send, or the collector has all of it."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A receipt that was checked against root, key log and journal."""

    first_seq: int
    next_seq: int
    head: bytes
    received: int
    statement: bytes


@dataclass(frozen=True, slots=True)
class Later:
    """Try again, after `seconds` when the collector said so."""

    seconds: int | None
    why: str


@dataclass(frozen=True, slots=True)
class Smaller:
    """The collector takes no batch of this size."""


@dataclass(frozen=True, slots=True)
class Behind:
    """The collector has lost what it had given a receipt for: it is sent again from `next_seq` on."""

    next_seq: int
    receipt: bytes | None
    why: str


@dataclass(frozen=True, slots=True)
class Met:
    """fork, rollback, refused or lying; `record`: where; `why`: a sentence for the shop."""

    what: str
    record: int
    evidence: bytes | None
    why: str


Outcome = Nothing | Sent | Later | Smaller | Behind | Met
