"""Stores made by hand: real chains, real receipts, real registry; what a till, a thief or a broken disk leaves."""

from __future__ import annotations

from collections.abc import AsyncIterator
from copy import deepcopy
from hashlib import sha256
from pathlib import Path
from typing import Any

import cbor2

from appliance.storage.keys import Key
from appliance.storage.record import Record
from appliance.sync import enrolment, keylog, protocol, registry
from appliance.sync.enrolment import Registration
from appliance.sync.keylog import KeyLog
from appliance.sync.protocol import Batch, Receipt, accept, kid
from collector.office import database
from collector.office.shelf import Shelf
from tests.sync.line import Line

ROOT = Key(b"the root key of a test collector")
OWN = Key(b"the key of a collector with page")
DAY = 86_400_000
START = 1_767_225_600_000  # 2026-01-01, 00:00 UTC
SIRET, OTHER = "73282932000074", "55208131766522"
SHOP = ["Épicerie des Halles", ["12 rue des Halles"], SIRET, "4711D", "FR21732829320", "real", []]


def at(day: int, hour: int = 12) -> int:
    """UTC ms on a day of January 2026, the first is 1."""
    return START + (day - 1) * DAY + hour * 3_600_000


class Store:
    """Objects by name, as `collector.office.glass` reads them."""

    def __init__(self) -> None:
        first = KeyLog(ROOT.public, (), ()).next(OWN.public, START, None)
        self.objects = {f"keys/{0:012d}": keylog.seal(first, ROOT.sign)}
        self.log = keylog.read(list(self.objects.values()), ROOT.public)

    async def get(self, name: str) -> bytes | None:
        return self.objects.get(name)

    async def names(self, prefix: str, after: str = "") -> AsyncIterator[str]:
        for name in [*self.objects]:
            if name.startswith(f"{prefix}/") and name > after:
                yield name

    def shelf(self) -> Shelf:
        return Shelf(self, database.opened(None), ROOT.public)

    def put(self, folder: Path) -> None:
        """As a collector's folder holds them."""
        for name, data in self.objects.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)


class Till(Line):
    """`now` is the time of the next record; a batch is received an hour after its last record."""

    def __init__(self, store: Store, seed: int, till: str = "B01", siret: str = SIRET, shop: Any = SHOP) -> None:
        self.now, self.z, self.perpetual, self.store = at(1, 7), 0, 0, store
        super().__init__(seed, till, siret)
        self.receipts: list[bytes] = []
        self.siret, self.shop = siret, shop
        self.enrol()

    def record(self, seq: int, kind: int, body: dict[int, Any]) -> Record:
        self.now += 1000
        return super().record(seq, kind, body)._replace(t=self.now)

    def clone(self) -> Till:
        """The same keys and receipts, the same store: a copied card."""
        store, self.store = self.store, Store()
        it = deepcopy(self)
        it.store = self.store = store
        return it

    def enrol(self) -> None:
        network = Key((self.seed ^ 1).to_bytes(32, "big"))
        asked = enrolment.seal(
            bytes(16), self.genesis, (network.public, network.sign), self.key.sign, "SN", "0.1.0"
        ).encode()
        said = Registration(
            self.chain_id, self.siret, self.till, ROOT.public, self.store.log.data, "https://collector.example",
            enrolment.POLICY, ROOT.public, network.public, self.now, kid(OWN.public),
        )  # fmt: skip
        registration = enrolment.seal_registration(said, OWN.sign)
        self.enter(registry.ENROLLED, cbor2.dumps([asked, registration]))

    def enter(self, what: str, details: bytes = b"") -> None:
        """An entry of the registry."""
        before = [data for name, data in sorted(self.store.objects.items()) if name.startswith(self.registry)]
        digest = sha256(before[-1]).digest() if before else None
        entry = registry.Entry(self.chain_id, len(before), what, self.now, digest, kid(OWN.public), details)
        self.store.objects[f"{self.registry}/{len(before):012d}"] = registry.seal(entry, OWN.sign)

    @property
    def registry(self) -> str:
        return f"registry/{self.chain_id.hex()}"

    def day(self, day: int, total: int = 1234, number: int | None = None) -> None:
        """Opened, sold and closed on a day of January; sent in two batches."""
        self.now = at(day, 8)
        self.z = self.z + 1 if number is None else number
        self.add(self.record(self.seq, 20, {1: self.z, 2: 15_000, 3: f"2026-01-{day:02d}", 4: self.shop}))
        self.sell(2)
        self.push()
        self.now = at(day, 18)
        self.perpetual += total
        self.sell()
        closing = {1: self.z, 2: f"2026-01-{day:02d}", 10: total, 25: self.perpetual}
        self.add(self.record(self.seq, 50, closing))
        self.push()

    @property
    def next_seq(self) -> int:
        return protocol.read_receipt(self.receipts[-1])[0].next_seq if self.receipts else 0

    def push(self, quarantined: bool = False) -> str:
        """The next batch, stored with its receipt; its name."""
        batch = self.cut(self.next_seq)
        data = batch.encode()
        before = protocol.read_receipt(self.receipts[-1])[0] if self.receipts else None
        key, sig_alg = accept(batch, before)
        said = (self.chain_id, batch.first_seq, batch.next_seq, batch.head, sha256(data).digest())
        receipt = Receipt(*said, self.now + 3_600_000, kid(OWN.public), key, sig_alg, quarantined, None)
        self.receipts.append(protocol.seal_receipt(receipt, OWN.sign))
        name = protocol.place(self.chain_id, batch.first_seq)
        self.store.objects[name] = protocol.stored(data, self.receipts[-1])
        return name

    def fork(self, batch: Batch, shown: bytes | None) -> None:
        """Kept as evidence."""
        data = batch.encode()
        name = f"forks/{self.chain_id.hex()}/{batch.first_seq:012d}/{sha256(data).hexdigest()}"
        self.store.objects[name] = protocol.request(data, shown)

    @property
    def places(self) -> list[str]:
        """Names of its batches, in order."""
        folder = protocol.place(self.chain_id, 0).rpartition("/")[0]
        return sorted(name for name in self.store.objects if name.startswith(folder))
