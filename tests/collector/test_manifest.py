"""Which till should have sent what: a chain that is missing whole is seen too."""

from __future__ import annotations

from random import Random

import pytest

from appliance.sync import manifest, registry
from appliance.sync.protocol import ProtocolError
from collector.manifests import Manifests
from tests.collector.world import Till, World
from tests.sync.line import Line

DAY = "2026-11-21"


def enrolled(shop: World, siret: str, name: str) -> Till:
    it = Till(shop, Line(Random().getrandbits(120), name, siret))
    secret = shop.run(shop.parts.enrolments.offer(siret, name)).secret
    assert it.enrol(shop.replicas[0], secret).status_code == 201
    return it


def test_a_day(shop: World, siret: str) -> None:
    """One till sends, one is closed, one has never sent: three rows, made once, given to a till of this taxpayer."""
    sends, closed, mute = (enrolled(shop, siret, name) for name in ("B01", "B02", "B03"))
    for _ in range(2):
        sends.line.sell(2)
        assert sends.push(shop.replicas[1]).status_code == 201
    shop.run(shop.parts.registry.record(closed.line.chain_id, registry.RETIRED, b"", 1_800_000_000_000))
    data = shop.run(shop.parts.manifests.make(siret[:9], DAY))
    rows = {row.chain_id: row for row in manifest.read(data, shop.log).rows}

    assert {row.till for row in rows.values()} == {"B01", "B02", "B03"}
    assert rows[sends.line.chain_id][3:5] == (sends.line.seq, sends.line.heads[-1])
    assert (rows[closed.line.chain_id].closed, rows[sends.line.chain_id].closed) == (True, False)
    assert rows[mute.line.chain_id][3:6] == (0, bytes(32), 0)
    sends.line.sell()
    sends.push(shop.replicas[0])
    assert shop.run(shop.parts.manifests.make(siret[:9], DAY)) == data

    path = f"/v1/manifests/{siret[:9]}/{DAY}?chain={sends.line.chain_id.hex()}"
    assert sends.get(shop.replicas[1], path).content == data
    assert sends.get(shop.replicas[1], path.replace(DAY, "2026-11-20")).status_code == 404
    other = shop.till()
    theirs = path.replace(sends.line.chain_id.hex(), other.line.chain_id.hex())
    assert other.get(shop.replicas[1], theirs).status_code == 403
    with pytest.raises(ProtocolError, match="nine digits"):
        shop.run(shop.parts.manifests.make("1", DAY))


def test_silence_is_seen(shop: World, siret: str) -> None:
    """A till that was enrolled and has sent nothing for longer than its policy says."""
    enrolled(shop, siret, "B01")
    parts = shop.parts
    later = Manifests(parts.store, parts.keys, parts.registry, parts.batches, lambda: 4_000_000_000_000)
    row = manifest.read(shop.run(later.make(siret[:9], DAY)), shop.log).rows[0]

    assert row.silent
