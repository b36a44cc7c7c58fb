"""The manifest of a till's archive gets a certain date, once, and only when its chain is stored here."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import httpx
import pytest

from appliance.storage.keys import Key
from appliance.sync import countersign
from collector.archives import place
from tests.collector.replica import Replica
from tests.collector.world import Till, World
from tests.sync.line import SIRET, Line
from tests.sync.test_statements import archived


def post(replica: Replica, data: bytes, media_type: str = countersign.ARCHIVE.type) -> httpx.Response:
    return replica.http.post("/v1/archives", content=data, headers={"Content-Type": media_type})


def sent(shop: World, turns: int = 0) -> Till:
    """Four batches; with `turns` the key changes at the end of the second and third."""
    till = shop.till()
    for at in range(4):
        till.line.sell(2)
        if 1 <= at <= turns:
            till.line.turn()
        assert till.push(shop.replicas[0]).status_code == 201
    return till


def test_a_certain_date(shop: World) -> None:
    """201 with the collector's word; from any replica the same bytes again; another archive gets another."""
    till = sent(shop)
    manifest = archived(till.line, 2, 5)
    first = post(shop.replicas[0], manifest)
    assert first.status_code == 201
    said = countersign.proven(first.content, manifest, shop.log)
    assert said[:4] == (sha256(manifest).digest(), till.line.chain_id, 2, 5)
    assert said.received == countersign.read(first.content, shop.log).received
    again = post(shop.replicas[1], manifest)
    assert (again.status_code, again.content) == (200, first.content)
    assert shop.run(shop.parts.store.get(place(till.line.chain_id, said.sha256))) == first.content
    assert post(shop.replicas[1], archived(till.line, 2, 5, software="0.1.1")).status_code == 201


@pytest.mark.parametrize(("first", "last"), [(0, 0), (0, 8), (3, 3), (3, 4), (1, 8)])
def test_any_run_of_records(shop: World, first: int, last: int) -> None:
    """Within one batch, over several, from the genesis record on, up to the newest."""
    assert post(shop.replicas[0], archived(sent(shop).line, first, last)).status_code == 201


def test_keys_of_then_and_since(shop: World) -> None:
    """An old period signed by any key from its last record's on; not by one that was over, nor by a stranger's."""
    till = sent(shop, turns=2)
    keys = [Key(seed.to_bytes(32, "big")) for seed in (till.line.seed - 2000, till.line.seed - 1000, till.line.seed)]
    ends = {0: 1, 1: 7, 2: 10}  # the last record of a batch that this key has signed
    for active, last in ends.items():
        answers = [post(shop.replicas[0], archived(till.line, 0, last, key)).status_code for key in keys]
        assert answers == [401] * active + [201] * (3 - active)
    assert post(shop.replicas[0], archived(till.line, 0, 1, Key(b"\7" * 32))).status_code == 401


def test_what_gets_no_date(shop: World) -> None:
    """What has not come, another head, another till, another form: a sentence each, nothing stored."""
    till = sent(shop)
    line, ahead = till.line, till.line.clone()
    ahead.sell()
    wrong: list[tuple[int, bytes]] = [
        (422, archived(ahead, 0, line.seq)),
        (422, archived(line, 0, 3, end=bytes(32))),
        (422, archived(line, 2, 3, start=bytes(32))),
        (422, archived(line, 0, 3, till="B02")),
        (422, archived(line, 0, 3, siret=SIRET[::-1])),
        (400, archived(line, 5, 3)),
        (400, archived(line, 0, 3, files=None)),
        (400, archived(line, 0, 3) + b"\0"),
        (404, archived(Line(7), 0, 0)),
        (401, archived(line, 0, 3)[:-1] + bytes([archived(line, 0, 3)[-1] ^ 1])),
        (413, bytes(countersign.ARCHIVE_BYTES + 1)),
    ]
    for status, data in wrong:
        answer = post(shop.replicas[0], data)
        assert answer.status_code == status, answer.content
    assert post(shop.replicas[0], archived(line, 0, 3), "application/cbor").status_code == 415

    async def listed() -> list[Any]:
        return [name async for name in shop.parts.store.names(f"archives/{line.chain_id.hex()}")]

    assert shop.run(listed()) == []
