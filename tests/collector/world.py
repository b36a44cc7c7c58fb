"""A store, two replicas that share it, and what a test asks of them; the tills are real chains with real keys."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from secrets import randbits
from typing import Any

import httpx

from appliance.storage.keys import Key
from appliance.sync import enrolment, keylog, message, protocol
from appliance.sync.keylog import KeyLog
from appliance.sync.protocol import BATCH_TYPE, Batch, Receipt
from collector import build, config, keys
from collector.build import Parts
from tests.collector import seaweed
from tests.collector.faulty import Proxy
from tests.collector.replica import Replica
from tests.sync.line import SIRET, Line

ROOT = Key(b"the root key of a test collector")
RELEASE = Key(b"the release key of a test's shop")
URL = "https://collector.example"


class World:
    """`home`: settings and keys; `proxy` lies between replicas and store where the store is an S3."""

    def __init__(self, home: Path, endpoint: str | None = None, bucket: str = "") -> None:
        home.mkdir(parents=True, exist_ok=True)
        self.home, self.bucket, self.endpoint = home, bucket, endpoint
        self.proxy = Proxy(endpoint) if endpoint else None
        self.own = keys.make(home / "collector.key")
        self.settings = self._written("collector.toml", self.proxy.endpoint if self.proxy else None)
        direct = self._written("direct.toml", endpoint)
        self.parts: Parts = build.parts(config.load(direct))
        first = KeyLog(ROOT.public, (), ()).next(self.own.public, build.now(), None)
        self.log = self.run(keys.publish(self.parts.store, ROOT.public, keylog.seal(first, ROOT.sign)))
        self.replicas: list[Replica] = []  # the two that every test may ask
        self._others: list[Replica] = []

    def _written(self, name: str, endpoint: str | None) -> Path:
        store = f'bucket = "{self.bucket}"\nendpoint = "{endpoint}"\nkey = "{seaweed.KEY}"\nsecret = "{seaweed.SECRET}"'
        path = self.home / name
        path.write_text(
            f'url = "{URL}"\nroot = "{ROOT.public.hex()}"\nrelease_key = "{RELEASE.public.hex()}"\n'
            f'key = "collector.key"\n[listen]\nport = 0\n[store]\n' + (store if endpoint else 'folder = "store"') + "\n"
        )
        return path

    def run(self, asked: Any) -> Any:
        """On a thread of its own: where a browser is driven, this one has a loop already."""
        with ThreadPoolExecutor(1) as thread:
            return thread.submit(asyncio.run, asked).result()

    def start(self, before: Sequence[str] = ()) -> Replica:
        """One more, which a test may watch or kill."""
        self._others.append(Replica(self.settings, before))
        return self._others[-1]

    def close(self) -> None:
        for replica in (*self.replicas, *self._others):
            replica.end()
        if self.proxy:
            self.proxy.close()

    def till(self, till: str = "B01") -> Till:
        """A new chain, enrolled with a token."""
        return self.till_at(self.replicas[0], till)

    def till_at(self, replica: Replica, till: str) -> Till:
        it = Till(self, Line(randbits(120), till))
        answer = it.enrol(replica)
        assert answer.status_code == 201, answer.content
        return it

    def object(self, chain_id: bytes, first_seq: int) -> bytes | None:
        """What the store holds, past the replicas and past the proxy."""
        return self.run(self.parts.store.get(protocol.place(chain_id, first_seq)))  # type: ignore[no-any-return]

    def proven(self, data: bytes) -> Receipt:
        """A receipt that holds, and whose batch is in the store, whole, at this very moment."""
        receipt: Receipt = self.log.receipt(data)
        found = self.object(receipt.chain_id, receipt.first_seq)
        assert found is not None, "a receipt for what is not stored"
        batch, sealed = protocol.read_stored(found)
        assert sealed == data
        assert sha256(batch).digest() == receipt.batch_sha256
        assert protocol.read_batch(batch).head == receipt.head
        return receipt


class Till:
    """`receipts`: what it was given, as bytes; `first`: where its next batch begins."""

    def __init__(self, world: World, line: Line) -> None:
        self.world, self.line = world, line
        self.receipts: list[bytes] = []
        self.network = Key((line.seed ^ 1).to_bytes(32, "big"))

    def enrol(self, replica: Replica, token: bytes | None = None) -> httpx.Response:
        enrolments = self.world.parts.enrolments
        secret = token or self.world.run(enrolments.offer(SIRET, self.line.till)).secret
        network = (self.network.public, self.network.sign)
        self.asked = enrolment.seal(secret, self.line.genesis, network, self.line.key.sign, "SN", "0.1.0").encode()
        return self.post(replica, "/v1/enrolments", self.asked, enrolment.ENROLMENT_TYPE)

    @property
    def last(self) -> bytes | None:
        return self.receipts[-1] if self.receipts else None

    @property
    def first(self) -> int:
        return protocol.read_receipt(self.receipts[-1])[0].next_seq if self.receipts else 0

    @property
    def chain(self) -> str:
        return f"/v1/chains/{self.line.chain_id.hex()}"

    def cut(self, until: int | None = None) -> Batch:
        return self.line.cut(self.first, until)

    def put(self, replica: Replica, batch: Batch, before: bytes | None = None) -> httpx.Response:
        """As it is, behind the last receipt unless `before` is another."""
        body = protocol.request(batch.encode(), before or self.last)
        path = f"{self.chain}/batches/{batch.first_seq}"
        return replica.http.put(path, content=body, headers={"Content-Type": BATCH_TYPE})

    def push(self, replica: Replica, until: int | None = None) -> httpx.Response:
        """The next batch; its receipt is kept when it is for this till's own history."""
        answer = self.put(replica, self.cut(until))
        if answer.status_code in (200, 201):
            receipt = self.world.proven(answer.content)
            if receipt.next_seq <= self.line.seq and self.line.heads[receipt.next_seq] == receipt.head:
                self.receipts.append(answer.content)
        return answer

    def post(self, replica: Replica, path: str, data: bytes, media_type: str) -> httpx.Response:
        return replica.http.post(path, content=data, headers={"Content-Type": media_type})

    def get(self, replica: Replica, path: str, key: Key | None = None, **how: Any) -> httpx.Response:
        """Signed by the network key, `how`: created, nonce."""
        by = key or self.network
        created, nonce = how.get("created", int(time.time())), how.get("nonce", "n")
        fields = message.sign("GET", URL + path, b"", created, nonce, (by.public, by.sign))
        return replica.http.get(path, headers={**fields, **how.get("headers", {})})

    def clone(self) -> Till:
        """The same keys, the same receipts: a copied card."""
        it = Till(self.world, self.line.clone())
        it.receipts, it.network = list(self.receipts), self.network
        return it


@contextmanager
def opened(home: Path, endpoint: str | None = None, bucket: str = "") -> Iterator[World]:
    world = World(home, endpoint, bucket)
    try:
        world.replicas += [Replica(world.settings) for _ in range(2)]
        yield world
    finally:
        world.close()
