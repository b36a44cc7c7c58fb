"""What a replica believes of a chain: asked again after a while, and then only for what came since."""

from __future__ import annotations

from typing import Any

import pytest

from appliance.sync.registry import BRANCH, REVOKED
from collector import registry
from collector.registry import Registry
from tests.collector.world import World


class Asked:
    """The store, and which names were read."""

    def __init__(self, world: World) -> None:
        self._store, self.read = world.parts.store, list[str]()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def get(self, name: str) -> bytes | None:
        self.read.append(name)
        return await self._store.get(name)


def test_another_replica_hears_of_a_revocation(shop: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """One question when nothing came; both entries when they came; the same chain for both, to the byte."""
    monkeypatch.setattr(registry, "AGAIN", -1.0)
    chain_id, asked = shop.till().line.chain_id, Asked(shop)
    here = Registry(asked, shop.parts.keys)
    there = Registry(shop.parts.store, shop.parts.keys)
    assert not shop.run(here.standing(chain_id)).revoked
    before = len(asked.read)
    assert not shop.run(here.standing(chain_id)).revoked
    assert asked.read[before:] == [f"registry/{chain_id.hex()}/{1:012d}"]

    shop.run(there.record(chain_id, BRANCH, b"a note", 1_900_000_000_000))
    shop.run(there.record(chain_id, REVOKED, b"", 1_900_000_000_001))
    heard = shop.run(here.standing(chain_id))
    assert heard.revoked
    assert [entry.what for entry in heard.entries] == ["enrolled", BRANCH, REVOKED]
    assert heard == shop.run(there.standing(chain_id))
