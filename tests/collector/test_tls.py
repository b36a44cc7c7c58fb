"""A till's uploader and a collector with TLS between them, under an authority that the till trusts or not."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest

from appliance.core.input import Receipted, UpstreamFound
from appliance.core.standing import Upstream
from appliance.daemon.clock import SystemClock
from appliance.daemon.loop import SelectorsLoop
from appliance.ports import Health, Level
from appliance.storage.flash import OsDisk
from appliance.storage.keys import Key
from appliance.sync import enrolment, token
from appliance.sync.client import Client, Unreachable, Untrusted
from appliance.sync.cut import Cutter
from appliance.sync.enrol import Registered, checked, enrol
from appliance.sync.exchange import Exchange
from appliance.sync.keylog import KeyLog
from appliance.sync.reading import Network
from appliance.sync.uploader import Standing, ThreadCourier, Uploader
from collector import build, config
from tests.collector.authority import Authority
from tests.collector.replica import Replica
from tests.collector.world import URL, World
from tests.sync.test_cut import Home

NETWORK = Key(b"the network key of a test's till")
PATIENCE = 60_000  # ms


class Office(NamedTuple):
    """A collector behind TLS."""

    world: World
    url: str
    ca: Path
    other: Path


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    home = tmp_path_factory.mktemp("tls")
    it, ca, other = World(home / "collector"), Authority(home, "ours"), Authority(home, "theirs")
    ca.serve(home / "collector")
    with socket.socket() as free:  # its address stands in what tills sign, so it is known before it runs
        free.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"https://127.0.0.1:{port}"
    tls = '[tls]\ncertificate = "tls.pem"\nkey = "tls.key"\n[store]'
    text = it.settings.read_text().replace(URL, url).replace("port = 0", f"port = {port}").replace("[store]", tls)
    it.settings.write_text(text)
    it.parts = build.parts(config.load(it.settings))
    replica = Replica(it.settings)
    yield Office(it, url, ca.path, other.path)
    assert replica.end() == 0
    it.close()


class Till:
    """A journal, its enrolment and an uploader on a loop of its own, in real time."""

    def __init__(self, folder: Path, office: Office) -> None:
        folder.mkdir()
        self.home, self.folder, self.office = Home(folder), folder, office
        self.loop = SelectorsLoop(SystemClock(ZoneInfo("Europe/Paris")))
        self.health: list[Health] = []
        self.said: list[Receipted | UpstreamFound] = []
        self.receipt: Receipted | None = None

    def enrol(self, ca: Path) -> tuple[Registered | str, KeyLog | None]:
        world = self.office.world
        code = token.read(token.digits(world.run(world.parts.enrolments.offer("73282932000074", "1"))))
        pair = (NETWORK.public, NETWORK.sign)
        genesis = self.home.journal.sealed(0).data
        wanted = enrolment.seal(code.secret, genesis, pair, self.home.ring.sign, "", "0.1.0")
        found = enrol(Client(code.url, ca), wanted, code)
        return found, checked(found.statement, wanted, code)[1] if isinstance(found, Registered) else None

    def standing(self) -> Standing:
        at = self.receipt.next_seq if self.receipt else 0
        upstream = Upstream(url=self.office.url, next_seq=at)
        return Standing(self.home.journal.next_seq, upstream, self.receipt.statement if self.receipt else None)

    def say(self, what: Receipted | UpstreamFound) -> None:
        self.said.append(what)
        if isinstance(what, Receipted):
            self.receipt = what

    def upload(self, ca: Path, log: KeyLog, until: Callable[[], bool]) -> None:
        names = count()
        moment = lambda: self.loop.clock.now().t // 1000  # noqa: E731
        network = Network(NETWORK.public, NETWORK.sign, moment, lambda: f"n-{next(names)}")
        exchange = Exchange(Client(self.office.url, ca), Cutter(self.folder, OsDisk()), log, network)
        courier = ThreadCourier(self.loop)
        it = Uploader(self.loop, courier, exchange, self.standing, self.say, self.health.append, lambda: 0.0)
        it.start()
        end = self.loop.clock.monotonic() + PATIENCE
        while not until() and self.loop.clock.monotonic() < end:
            self.loop.turn(20)
        it.close()
        assert until(), (self.said, self.health)


def test_all_comes_over_tls(office: Office, tmp_path: Path) -> None:
    """Enrolled and sent, a signed read first; the collector has each record; without an authority it is not trusted."""
    till = Till(tmp_path / "till", office)
    registered, log = till.enrol(office.ca)
    assert isinstance(registered, Registered)
    assert log
    assert registered.registration.url == office.url
    till.home.add(60)
    till.upload(office.ca, log, lambda: bool(till.receipt and till.receipt.next_seq == till.home.journal.next_seq))
    assert till.health[-1].level is Level.READY
    chain_id = till.home.journal.chain_id
    there = office.world.run(office.world.parts.batches.at(chain_id, 0))
    assert there[1].batch.head == till.home.journal.head

    with pytest.raises(Untrusted):
        Client(office.url).ask("GET", "/healthz")
    with pytest.raises(Untrusted, match="localhost"):
        Client(office.url.replace("127.0.0.1", "localhost"), office.ca).ask("GET", "/healthz")
    with pytest.raises(Unreachable, match="certificates cannot be read"):
        Client(office.url, tmp_path / "nothing.pem").ask("GET", "/healthz")


def test_another_authority(office: Office, tmp_path: Path) -> None:
    """Neither enrolled nor sent; the sentence says what to look at; nothing is said of a fork or a refusal."""
    till = Till(tmp_path / "till", office)
    why, _ = till.enrol(office.other)
    assert isinstance(why, str)
    assert why.startswith("Le certificat de 127.0.0.1 n'est pas reconnu")
    assert "heure de la caisse" in why
    registered, log = till.enrol(office.ca)
    assert isinstance(registered, Registered)
    assert log
    till.home.add(5)
    till.upload(office.other, log, lambda: len(till.health) > 1)
    assert {(each.level, each.code) for each in till.health} == {(Level.DOWN, "unreachable")}
    assert till.said == []
    assert till.health[-1].detail.startswith("Le certificat de 127.0.0.1 n'est pas reconnu")
