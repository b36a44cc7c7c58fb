"""Proves a whole store again, without a server: every chain from its genesis on, every receipt, every manifest.

What is wrong is a sentence each; nothing is repaired. The keys of the collector are not needed, only its public root.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from hashlib import sha256
from typing import Any, Final, NamedTuple

from appliance.storage.record import Record, decode
from appliance.sync import countersign, keylog, manifest, merkle, protocol, registry, shop
from appliance.sync.keylog import KeyLog
from appliance.sync.protocol import ProtocolError, Receipt, accept, same_state
from collector.archives import place
from collector.batches import Stored, opened
from collector.closings import Closings
from collector.config import S3
from collector.keys import PREFIX
from collector.log import check
from collector.log.check import Check, Kept, Said
from collector.part import read_fork
from collector.registry import prefix
from collector.store import Store, Unavailable, numbered

RECEIPT: Final = 64  # kind of a till's record of a receipt; field 5 is the statement


class Report(NamedTuple):
    """What was read, and every sentence on what does not hold; `logged`: receipts in the log."""

    chains: int
    batches: int
    records: int
    findings: tuple[str, ...]
    logged: int = 0


class Audit:
    """`seen`: checkpoints that somebody outside has kept, one behind the other."""

    def __init__(self, store: Store, root: bytes, seen: bytes = b"") -> None:
        self._store, self._root, self._seen = store, root, seen
        self._log = KeyLog(root, (), ())
        self._findings: list[str] = []
        self._heads: dict[tuple[bytes, int], bytes] = {}  # (chain, next_seq) of every receipt
        self._batches = 0
        self._receipts: dict[tuple[bytes, int], Kept] = {}  # by (chain, first_seq)
        self._quarantined: dict[str, bytes] = {}  # hash of the receipt, by the name under which it should be listed
        self._said: dict[tuple[int, bytes], Said] = {}
        self._closings = Closings()

    async def run(self) -> Report:
        """Raises Unavailable for a store that cannot be read, ProtocolError for a key log that is not the root's."""
        self._log = keylog.read(await numbered(self._store, PREFIX), self._root)
        places: dict[str, list[int]] = defaultdict(list)
        async for name in self._store.names("chains"):
            _, _, chain, first = name.split("/")
            places[chain].append(int(first))
        known = {name.split("/")[1] async for name in self._store.names("registry")}
        for chain in sorted(known | set(places)):
            await self._chain(bytes.fromhex(chain), sorted(places[chain]))
        await self._quarantine()
        async for name in self._store.names("manifests"):
            await self._manifest(name)
        came = dict(sorted(self._heads))  # of each chain the highest
        async for name in self._store.names("closings"):
            await self._closing(name)
        async for name in self._store.names("archives"):
            await self._archive(name, came)
        async for name in self._store.names("forks"):
            await self._fork(name)
        logged = await self._receipts_log()
        return Report(len(known | set(places)), self._batches, sum(came.values()), tuple(self._findings), logged)

    async def _receipts_log(self) -> int:
        outside = list(check.seen(self._seen, self._log))
        it = Check(self._store, self._log, self._receipts, [*self._said.values(), *outside])
        self._findings += [sentence async for sentence in it.findings()]
        return it.size

    async def _chain(self, chain_id: bytes, places: list[int]) -> None:
        name = chain_id.hex()
        try:
            entries = await numbered(self._store, prefix(chain_id))
            if not registry.read(entries, chain_id, self._log):
                self._findings.append(f"{name}: it has batches and was never enrolled")
        except ProtocolError as error:
            self._findings.append(f"{name}: its registry does not hold: {error}")
        before: Receipt | None = None
        for first in places:
            due = before.next_seq if before else 0
            if first != due:
                self._findings.append(f"{name}: records {due} to {first - 1} are missing, or {first} overlaps")
                return
            before = await self._batch(chain_id, first, before)
            if before is None:
                return

    async def _batch(self, chain_id: bytes, first: int, before: Receipt | None) -> Receipt | None:
        """Its receipt; None when the rest of the chain cannot be proven."""
        try:
            data = await self._store.get(protocol.place(chain_id, first))
            there = opened(data or b"", self._log)
            key, sig_alg = accept(there.batch, before)
            said = there.receipt
            told = (said.chain_id, said.first_seq, said.next_seq, said.head, said.key, said.sig_alg)
            if told != (chain_id, first, there.batch.next_seq, there.batch.head, key, sig_alg):
                raise ProtocolError("its receipt says something else than the batch")
        except (ProtocolError, Unavailable) as error:
            self._findings.append(f"{chain_id.hex()}: the batch from record {first} does not hold: {error}")
            return None
        self._batches += 1
        self._heads[chain_id, said.next_seq] = said.head
        self._within(there)
        return said

    def _within(self, there: Stored) -> None:
        """What the receipt and the records say of the rest of the store."""
        said, chain_id = there.receipt, there.batch.chain_id
        self._receipts[chain_id, said.first_seq] = Kept(merkle.leaf(there.data), said.received)
        self._checkpoint(said, "its receipt")
        if said.quarantined:
            self._quarantined[f"quarantine/{chain_id.hex()}/{said.first_seq:012d}"] = sha256(there.data).digest()
        records = [decode(each) for each in there.batch.records]
        self._findings += self._closings.take(records, chain_id)
        for record in records:
            if record.kind == RECEIPT:
                self._journaled(record, chain_id)

    def _checkpoint(self, said: Receipt, whose: str) -> None:
        if said.checkpoint is not None:
            where = f"{said.chain_id.hex()}: {whose} for record {said.first_seq}"
            self._said.setdefault(said.checkpoint, Said(where, *said.checkpoint))

    def _journaled(self, record: Record, chain_id: bytes) -> None:
        """A receipt that the till has kept: the one of the store, and its checkpoint one of the log's."""
        statement = record.body.get(5)
        try:
            said = self._log.receipt(statement if isinstance(statement, bytes) else b"")
        except ProtocolError:
            return  # of another collector, or of none
        kept = self._receipts.get((chain_id, said.first_seq))
        if said.chain_id == chain_id and (kept is None or kept.hashed != merkle.leaf(statement)):  # type: ignore[arg-type]
            records = f"records {said.first_seq} to {said.next_seq - 1}"
            self._findings.append(
                f"{chain_id.hex()}: the till keeps another receipt for {records} (its record {record.seq}): "
                "the store was put back once"
            )
        self._checkpoint(said, "the till's receipt")

    async def _quarantine(self) -> None:
        listed = {name async for name in self._store.names("quarantine")}
        for name in sorted(listed | self._quarantined.keys()):
            digest = sha256(await self._store.get(name) or b"").digest()
            if name not in listed:
                self._findings.append(f"{name}: a batch that came after a revocation is not on the list")
            elif self._quarantined.get(name) != digest:
                self._findings.append(f"{name}: it lists a batch that is not stored as quarantined")

    async def _fork(self, name: str) -> None:
        """Evidence must hold, or it accuses nobody: signed by the chain's own key, and not what is stored."""
        _, chain, first, digest = name.split("/")
        chain_id = bytes.fromhex(chain)
        try:
            data = await self._store.get(name) or b""
            it = read_fork(chain_id, data, self._log)
            batch = protocol.read_batch(protocol.read_request(data)[0])
            if (f"{it.first_seq:012d}", it.sha256.hex()) != (first, digest):
                raise ProtocolError("it is of another place")
            stored = await self._store.get(protocol.place(chain_id, it.first_seq))
            if stored is not None and same_state(opened(stored, self._log).batch, batch):
                raise ProtocolError("it is the history that is stored")
        except (ProtocolError, Unavailable) as error:
            self._findings.append(f"{name} does not hold: {error}")
            return
        self._findings.append(f"{name}: another history of this chain was kept as evidence")

    async def _manifest(self, name: str) -> None:
        try:
            it = manifest.read(await self._store.get(name) or b"", self._log)
        except ProtocolError as error:
            self._findings.append(f"{name} does not hold: {error}")
            return
        for row in it.rows:
            if row.next_seq and self._heads.get((row.chain_id, row.next_seq)) != row.head:
                self._findings.append(
                    f"{name}: till {row.till} had come to record {row.next_seq - 1}; that is not here"
                )

    async def _closing(self, name: str) -> None:
        try:
            it = shop.read(await self._store.get(name) or b"", self._log)
        except ProtocolError as error:
            self._findings.append(f"{name} does not hold: {error}")
            return
        if not name.startswith(f"closings/{it.siret}/{it.level}/{it.period}/"):
            self._findings.append(f"{name}: it is the closing of another shop or period")
        self._findings += [f"{name}: {sentence}" for sentence in self._closings.added_up(it)]

    async def _archive(self, name: str, came: dict[bytes, int]) -> None:
        try:
            it = countersign.read(await self._store.get(name) or b"", self._log)
        except ProtocolError as error:
            self._findings.append(f"{name} does not hold: {error}")
            return
        if name != place(it.chain_id, it.sha256):
            self._findings.append(f"{name}: it is the countersignature of another archive")
        if came.get(it.chain_id, 0) <= it.last:
            self._findings.append(f"{name}: an archive up to record {it.last} was countersigned; that is not here")


def rewritten(where: S3) -> Iterator[str]:
    """Names of a bucket with more than one version or a delete marker: object lock keeps them all, and shows them."""
    import boto3

    named = {"aws_access_key_id": where.key, "aws_secret_access_key": where.secret, "region_name": where.region}
    pages = boto3.client("s3", endpoint_url=where.endpoint, **named).get_paginator("list_object_versions")
    count: dict[str, int] = defaultdict(int)
    marked: set[str] = set()
    for page in pages.paginate(Bucket=where.bucket):
        for each in _listed(page, "Versions"):
            count[each] += 1
        marked |= set(_listed(page, "DeleteMarkers"))
    for name in sorted(count.keys() | marked):
        if count[name] > 1 or name in marked:
            gone = ", deleted at some time" if name in marked else ""
            yield f"{name}: {count[name]} versions{gone}: only the oldest counts"


def _listed(page: dict[str, Any], kind: str) -> list[str]:
    return [each["Key"] for each in page.get(kind, [])]
