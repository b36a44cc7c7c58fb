"""The folders and processes of a small fleet: one store, a replica of the collector and a cable for each till.

Three replicas over one store know nothing of one another: that is how a collector grows, and here each has the address
of one till's cable, so that one cable can be pulled alone.
"""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

from appliance.sync import protocol, token
from collector import build, config
from collector.command import main as collector_command
from fleet.cable import HOST, Cable
from fleet.process import ROOT, Process

SAMPLE: Final = ROOT / "samples" / "epicerie"
TILLS: Final = 3


@dataclass
class House:
    """One till's part of the town. `settings`: of its replica. `photo`: an image of its data, taken earlier."""

    number: int
    shop: Path
    data: Path
    code: Path
    photo: Path
    settings: Path
    cable: Cable
    replica: Process | None = None


class Seen(NamedTuple):
    """What the collector holds of one chain; `received` UTC ms."""

    chain_id: bytes
    till: str
    next_seq: int
    received: int
    revoked: bool


class Town:
    """Made in `home` the first time, found there again later."""

    def __init__(self, home: Path, tills: int = TILLS) -> None:
        self.home = home
        home.mkdir(parents=True, exist_ok=True)
        self.houses = [self._house(number) for number in range(1, tills + 1)]
        first = self.houses[0]
        if not (home / "collector").is_dir():
            collector_command(["init", str(home / "collector"), "--url", first.cable.url, "--listen", f"{HOST}:0"])
        self._address()
        for house in self.houses:
            house.replica = self._replica(house)

    def _house(self, number: int) -> House:
        shop = self.home / f"shop-{number}"
        if not shop.is_dir():
            shutil.copytree(SAMPLE, shop)
            text = (shop / "shop.toml").read_text("utf-8")
            (shop / "shop.toml").write_text(text.replace('till = "1"', f'till = "{number}"'), "utf-8")
        names = (f"data-{number}", f"code-{number}.txt", f"photo-{number}", f"collector/replica-{number}.toml")
        data, code, photo, settings = (self.home / name for name in names)
        return House(number, shop, data, code, photo, settings, self._cable(number))

    def _cable(self, number: int) -> Cable:
        """A till that is enrolled knows the address of its collector: the port stays."""
        kept = self.home / f"port-{number}"
        cable = Cable(int(kept.read_text("ascii")) if kept.is_file() else 0)
        kept.write_text(str(cable.port), "ascii")
        return cable

    def _address(self) -> None:
        """Each replica is addressed by its till's cable."""
        text = (self.home / "collector" / config.NAME).read_text("utf-8")
        for house in self.houses:
            house.settings.write_text(re.sub(r'^url = ".*"$', f'url = "{house.cable.url}"', text, flags=re.M), "utf-8")

    def _replica(self, house: House) -> Process:
        made = Process(["-m", "collector", "serve", "--config", str(house.settings)], _port)
        house.cable.target = int(made.told)
        return made

    def offer(self, house: House) -> str:
        """A new one-time code for this till, in `house.code` too."""
        siret = str(tomllib.loads((house.shop / "shop.toml").read_text("utf-8"))["siret"])
        offered = asyncio.run(self.parts(house).enrolments.offer(siret, str(house.number)))
        house.code.write_text(token.digits(offered), "ascii")
        return token.digits(offered)

    def parts(self, house: House | None = None) -> build.Parts:
        return build.parts(config.load((house or self.houses[0]).settings))

    def seen(self) -> list[Seen]:
        return asyncio.run(self._seen())

    async def _seen(self) -> list[Seen]:
        """Of every chain in the store, by its till's number."""
        parts, last = self.parts(), dict[bytes, str]()
        async for name in parts.store.names("chains/"):
            chain_id = bytes.fromhex(name.split("/")[-2])
            last[chain_id] = max(last.get(chain_id, ""), name)
        found = []
        for chain_id, name in last.items():
            stored = await parts.store.get(name)
            standing = await parts.registry.standing(chain_id)
            if stored is not None:
                receipt, _, _ = protocol.read_receipt(protocol.read_stored(stored)[1])
                till = standing.registration.till
                found.append(Seen(chain_id, till, receipt.next_seq, receipt.received, standing.revoked))
        return sorted(found, key=lambda each: each.till)

    def batches(self, chain_id: bytes) -> Iterator[protocol.Batch]:
        """All that is stored of a chain, in order."""

        async def read() -> list[bytes]:
            store, prefix = self.parts().store, f"chains/{chain_id.hex()[:2]}/{chain_id.hex()}/"
            return [data async for name in store.names(prefix) if (data := await store.get(name)) is not None]

        for data in asyncio.run(read()):
            yield protocol.read_batch(protocol.read_stored(data)[0])

    def close(self) -> None:
        for house in self.houses:
            house.cable.pull()
            if house.replica is not None:
                house.replica.end()


def _port(line: str) -> str:
    try:
        said = json.loads(line)
    except ValueError:
        return ""
    return str(said["port"]) if isinstance(said, dict) and said.get("event") == "listening" else ""
