"""What lies beyond a simulated till: a collector, the cable to it, a stick that is carried, a clone."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from appliance.core import event as ev
from appliance.daemon.upstream import Away
from appliance.simulator.upstream import Collector, Wanted
from appliance.storage import keys
from appliance.storage.flash import OsDisk
from appliance.storage.journal import Journal
from appliance.storage.record import Record
from appliance.storage.seal import sealer_for
from appliance.sync import carrier, protocol
from appliance.sync.client import Answer
from appliance.sync.cut import WHOLE, Cutter
from appliance.sync.parcel import FILES, pack
from appliance.sync.uploader import LoopCourier


class Beyond:
    """`now`: UTC ms. Nothing listens before a cable is plugged in."""

    def __init__(self, now: Callable[[], int], shop: Path = Path()) -> None:
        """`shop`: the till's own folder, or a link to one that is copied when the cable is plugged in."""
        self.collector = Collector(now)
        self._shop, self._version = shop, 0
        self._up = False
        self._random = Random(5)

    def away(self) -> Away:
        return Away(LoopCourier, lambda: self._up, self._random.random)

    def cards(self) -> tuple[tuple[str, str], ...]:
        """The till's one network card."""
        return (("eth0", "up 192.168.1.20" if self._up else "down"),)

    def close(self) -> None:
        self.collector.hang_up()

    def switch(self, what: str, state: str, data: Path) -> bool:
        """Whether there is such a switch; `data` is the till's folder."""
        match what, state:
            case "network", "up":
                self._own_shop()
                self.collector.listen()
                self._up = True
            case "network", "down":
                self.collector.hang_up()
                self._up = False
            case "collector", "forks":
                clone(data, self.collector)
            case "collector", "asks":
                for chain_id in self.collector.network:
                    self.collector.ask(chain_id)
            case "collector", _ if state.startswith("publishes "):
                self._publish(*state.removeprefix("publishes ").rsplit(" ", 1))
            case "collector", _ if state.startswith("carries "):
                carrier.push(data.parent / state.removeprefix("carries "), Direct(self.collector))
            case "collector", "loses":
                self._lose()
            case _:
                return False
        return True

    def _own_shop(self) -> None:
        """From here on an owner may replace the till's files, and a sample is nobody's to change."""
        if self._shop.is_symlink():
            sample = self._shop.resolve()
            self._shop.unlink()
            shutil.copytree(sample, self._shop)

    def _publish(self, label: str, price: str) -> None:
        """The shop's catalogue with another price for one article, signed by the owner."""
        files = {name: (self._shop / name).read_bytes() for name in FILES["catalogue"]}
        files["catalogue.csv"] = priced(files["catalogue.csv"], label, price)
        self._version += 1
        self.collector.publish("catalogue", self._version, pack("catalogue", files))

    def _lose(self) -> None:
        for chain_id, first_seq in list(self.collector.last.items()):
            self.collector.forget(chain_id, first_seq)


class Direct:
    """From elsewhere: the collector is asked without the till's cable."""

    def __init__(self, collector: Collector) -> None:
        self.url, self._collector = collector.url, collector

    def ask(self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Answer:
        named = {name.lower(): value for name, value in (headers or {}).items()}
        said = self._collector.answer(Wanted(method, path.split("?")[0], {}, named, body, path))
        return Answer(said.status, {name.lower(): value for name, value in said.headers}, said.body)


def priced(catalogue: bytes, label: str, price: str) -> bytes:
    """`catalogue.csv` with this price in the row of this label."""
    rows = list(csv.reader(io.StringIO(catalogue.decode("utf-8-sig"), newline="")))
    at = rows[0].index("price")
    changed = [[*row[:at], price, *row[at + 1 :]] if label in row else row for row in rows]
    said = io.StringIO(newline="")
    csv.writer(said, lineterminator="\n").writerows(changed)
    return said.getvalue().encode()


def clone(data: Path, collector: Collector) -> None:
    """A copy of the till, keys and all, writes a record of its own and sends it first."""
    with TemporaryDirectory() as place:
        home = Path(place) / "clone"
        shutil.copytree(data, home, ignore=shutil.ignore_patterns("socket", "lock"))
        disk = OsDisk()
        journal = Journal.open(home, disk, keys.load(home, disk, sealer_for()))
        try:
            last = journal.sealed(journal.next_seq - 1).record
            journal.append([Record(*last._replace(seq=last.seq + 1, kind=ev.DRAWER_SEEN, body={1: 0}))])
            _send(Cutter(home, disk), journal.chain_id, journal.next_seq, collector)
        finally:
            journal.close(clean=False)


def _send(cutter: Cutter, chain_id: bytes, until: int, collector: Collector) -> None:
    first = collector.last.get(chain_id)
    receipt = protocol.read_stored(collector.stored[chain_id, first])[1] if first is not None else None
    begin = protocol.read_receipt(receipt)[0].next_seq if receipt else 0
    batch = cutter.cut(begin, until, WHOLE)
    if batch is None:
        raise ValueError("the clone has nothing to send")
    Direct(collector).ask(
        "PUT",
        f"/v1/chains/{chain_id.hex()}/batches/{begin}",
        protocol.request(batch.encode(), receipt),
        {"Content-Type": protocol.BATCH_TYPE},
    )
