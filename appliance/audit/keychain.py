"""Which key has to sign: the genesis record's, and after each `key` record the one that it names."""

from __future__ import annotations

from appliance.audit.source import Broken
from appliance.storage import chain, rotation
from appliance.storage.record import Record
from appliance.storage.segment import Header


class Keychain:
    """`current` signs the segment being walked; empty before the first."""

    def __init__(self, current: bytes = b"") -> None:
        self.current = current
        self._next: tuple[int, bytes] | None = None  # the record that named it, and the key of the next segment

    def enter(self, header: Header, seq: int) -> None:
        """A segment begins with record `seq`. Raises Broken when another key signs it than has to."""
        due = self._next[1] if self._next else self.current or header.key
        if header.key != due:
            why = f"not by the key that record {self._next[0]} names" if self._next else "by a key that no record names"
            raise Broken(seq, f"its header is signed {why}", header.number)
        self.current, self._next = due, None

    def goes_on(self, seq: int) -> None:
        """A frame with record `seq` stands in the segment."""
        if self._next:
            raise Broken(seq, f"it stands in a segment that ended with key record {self._next[0]}")

    def turn(self, genesis: bytes, record: Record, data: bytes, *, last: bool) -> None:
        """`record` names the next key; `last`: nothing follows it in its frame."""
        new = rotation.announced(data)
        proof = record.body.get(2)
        if new is None or not isinstance(proof, bytes) or len(proof) != chain.SIGNATURE_SIZE:
            raise Broken(record.seq, "its body does not fit its kind")
        if not chain.fit(new):
            raise Broken(record.seq, "the key that it names is no sound Ed25519 key")
        if not rotation.sound(chain.chain_id(genesis), self.current, record.body):
            raise Broken(record.seq, "the next key has not proven that it takes over")
        if not last:
            raise Broken(record.seq + 1, f"it stands in a segment that ended with key record {record.seq}")
        self._next = record.seq, new
