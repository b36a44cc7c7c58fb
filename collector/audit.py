"""Proves a whole store again, without a server: every chain from its genesis on, every receipt, every manifest.

What is wrong is a sentence each; nothing is repaired. The keys of the collector are not needed, only its public root.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any, NamedTuple

from appliance.sync import countersign, keylog, manifest, protocol, registry, shop
from appliance.sync.keylog import KeyLog
from appliance.sync.protocol import ProtocolError, Receipt, accept
from collector.archives import place
from collector.batches import opened
from collector.config import S3
from collector.keys import PREFIX
from collector.registry import prefix
from collector.store import Store, Unavailable, numbered


class Report(NamedTuple):
    """What was read, and every sentence on what does not hold."""

    chains: int
    batches: int
    records: int
    findings: tuple[str, ...]


class Audit:
    def __init__(self, store: Store, root: bytes) -> None:
        self._store, self._root = store, root
        self._log = KeyLog(root, (), ())
        self._findings: list[str] = []
        self._heads: dict[tuple[bytes, int], bytes] = {}  # (chain, next_seq) of every receipt
        self._batches = 0

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
        async for name in self._store.names("manifests"):
            await self._manifest(name)
        came = dict(sorted(self._heads))  # of each chain the highest
        async for name in self._store.names("closings"):
            await self._closing(name, came)
        async for name in self._store.names("archives"):
            await self._archive(name, came)
        async for name in self._store.names("forks"):
            self._findings.append(f"{name}: another history of this chain was kept as evidence")
        return Report(len(known | set(places)), self._batches, sum(came.values()), tuple(self._findings))

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
        return said

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

    async def _closing(self, name: str, came: dict[bytes, int]) -> None:
        try:
            it = shop.read(await self._store.get(name) or b"", self._log)
        except ProtocolError as error:
            self._findings.append(f"{name} does not hold: {error}")
            return
        if not name.startswith(f"closings/{it.siret}/{it.level}/{it.period}/"):
            self._findings.append(f"{name}: it is the closing of another shop or period")
        for part in it.parts:
            if came.get(part.chain_id, 0) <= part.record:
                self._findings.append(f"{name}: till {part.till} closed with record {part.record}; that is not here")

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
