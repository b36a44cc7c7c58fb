"""A till's chain as frames in memory, with its real keys: cut, forked and turned as a test wants it."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from hashlib import sha256
from typing import Any, Protocol

from appliance.storage import chain
from appliance.storage.chain import Checkpoint
from appliance.storage.keys import Key
from appliance.storage.record import Record, encode
from appliance.storage.rotation import announced
from appliance.sync.protocol import Batch, Receipt, accept, kid, receipt_proven, seal_receipt

SIRET = "73282932000074"
T = 1_795_248_000_000
COLLECTOR = Key(b"a collector's key for the tests.")


class Line:
    """`frames`: of each, the first number, the records and the signature."""

    def __init__(self, seed: int = 1, till: str = "B01", siret: str = SIRET) -> None:
        self.till, self.seed = till, seed
        self.key = Key(seed.to_bytes(32, "big"))
        self.frames: list[tuple[int, list[bytes], bytes]] = []
        self.heads = [chain.START]
        self.chain_id = b""
        birth = {1: 1, 2: "0.1.0", 3: till, 4: siret, 5: self.key.public, 6: 1, 7: 1, 8: "C", 9: None}
        self.add(self.record(0, 1, {**birth, 10: seed.to_bytes(16, "big"), 11: b"", 12: self.key.certificate}))

    @property
    def seq(self) -> int:
        return len(self.heads) - 1

    @property
    def genesis(self) -> bytes:
        return self.frames[0][1][0]

    def record(self, seq: int, kind: int, body: dict[int, Any]) -> Record:
        return Record(seq, T + seq, 60, 1000 + seq, self.till, "S1", 0, kind, body)

    def add(self, *records: Record) -> None:
        """One frame, signed by the key of now."""
        data = [encode(record) for record in records]
        first = self.seq
        for each in data:
            self.heads.append(chain.link(self.heads[-1], each))
        self.chain_id = self.chain_id or chain.chain_id(self.heads[1])
        cp = chain.cp_bytes(Checkpoint(self.chain_id, self.seq, self.heads[-1]))
        self.frames.append((first, data, self.key.sign(cp)))

    def sell(self, count: int = 1, label: str = "Baguette") -> None:
        """`count` frames of one record."""
        for _ in range(count):
            self.add(self.record(self.seq, 22, {1: label, 2: 110}))

    def turn(self) -> None:
        """A key record ends a frame; what follows is signed by the new key."""
        self.seed += 1000
        new = Key(self.seed.to_bytes(32, "big"))
        proof = new.sign(b"sceau/key/1\0" + self.chain_id + self.key.public + new.public)
        self.add(self.record(self.seq, 8, {1: new.public, 2: proof, 3: new.certificate}))
        self.key = new

    def clone(self) -> Line:
        return deepcopy(self)

    def cut(self, first: int, until: int | None = None) -> Batch:
        """From the frame that begins with `first` to the one that ends before `until`, or to the first key record."""
        records: list[bytes] = []
        signature = b""
        for start, data, signed in self.frames:
            if start < first or (until is not None and start + len(data) > until):
                continue
            records, signature = [*records, *data], signed
            if announced(data[-1]) and until is None:
                break
        return Batch(self.chain_id, first, self.heads[first], tuple(records), signature)


class Signer(Protocol):
    """A key of a collector, from a file or a test's own."""

    @property
    def public(self) -> bytes: ...

    @property
    def sign(self) -> Callable[[bytes], bytes]: ...


def receipt(batch: Batch, before: bytes | None, key: Signer = COLLECTOR, **changes: Any) -> bytes:
    """What a collector would answer, made with the protocol's own pieces; `changes`: fields that lie."""
    active, sig_alg = accept(batch, receipt_proven(before, key.public) if before else None)
    digest = sha256(batch.encode()).digest()
    said = (batch.chain_id, batch.first_seq, batch.next_seq, batch.head, digest, T, kid(key.public), active, sig_alg)
    return seal_receipt(Receipt(*said, False, None)._replace(**changes), key.sign)
