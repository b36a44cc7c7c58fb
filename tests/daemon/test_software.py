"""The whole till and the software its owner releases for it: fetched beside the sale, judged, announced once whole."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from secrets import token_hex
from zoneinfo import ZoneInfo

import cbor2
import pytest

from appliance.core.input import Input, SoftwareReady
from appliance.core.ledger import Ledger
from appliance.daemon import software
from appliance.daemon.clock import SystemClock
from appliance.daemon.loop import SelectorsLoop
from appliance.daemon.registered import Publisher
from appliance.simulator.upstream import Collector
from appliance.storage.flash import OsDisk
from appliance.storage.keys import Key
from appliance.sync import pointer, pulling
from appliance.sync.client import Client
from appliance.sync.fetching import Fetched
from appliance.sync.pieces import PIECE
from appliance.sync.reading import Network, Reading
from appliance.sync.uploader import ThreadCourier
from tests.daemon.test_downward import CHEAP, CLOSE
from tests.daemon.test_upstream import ENROLLED
from tests.daemon.updates import DATA, FETCHED, NAME, ROW, Machine, listened
from tests.sync.publisher import BOARD, PUBLISHER, bundle, cut, published, register, release


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[SoftwareReady]:
    return listened(monkeypatch)


@pytest.fixture
def till(tmp_path: Path, said: list[SoftwareReady]) -> Iterator[Machine]:
    made = Machine(tmp_path / "data", said)
    yield made
    made.world.close()


def test_it_is_fetched_beside_the_sale(till: Machine) -> None:
    """Recorded and announced once it is whole, and not before; the sale goes on meanwhile."""
    till.play(ENROLLED)
    missing = cut(DATA)[-1]
    till.publish(release(DATA))
    held_back = till.collector.objects.pop(sha256(missing).hexdigest())
    till.play(FETCHED + 'login "Sophie"\n' + CHEAP + "logout\n")
    assert (till.records("applied"), till.said) == ([], [])
    assert till.names() == [pulling.PART, "register", "wanted"]
    assert till.told() == "logiciel 0.2.0\u00a0: 90 % reçus"
    till.collector.objects[sha256(missing).hexdigest()] = held_back
    till.play("wait 2m\n")
    assert [(it["scope"], it["version"]) for it in till.records("applied")] == [("software", 1)]
    assert till.said == [SoftwareReady("collector", "0.2.0", str(till.updates / NAME))]
    assert (till.updates / NAME).read_bytes() == DATA
    assert till.told() == "logiciel 0.2.0 prêt à installer"
    till.play("wait 2m\n")
    assert len(till.said) == len(till.records("applied")) == 1


def test_it_is_installed(till: Machine) -> None:
    """Offered once the day is closed, after a start too; the system below is given the file that was fetched."""
    till.play(ENROLLED)
    till.publish(release(DATA))
    till.play(FETCHED + CLOSE + "power cut\npower on\n" + FETCHED)
    till.play('login "Sophie"\ntap "Installer et éteindre"\n' + FETCHED)
    orders = till.world.hardware.system.taken
    assert [f"bundle={till.updates / NAME}\n" in each for each in orders] == [True]


def test_records_go_first(till: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between two pieces what is due goes up: a batch never waits for a whole bundle."""
    monkeypatch.setattr(software, "PAUSE", 20_000)
    till.play(ENROLLED)
    data = bundle(8 * PIECE)
    till.publish(release(data, published(data)), data=data)
    till.play('wait 70s\nlogin "Sophie"\n' + CHEAP + "logout\nwait 5m\n")
    heard = [text.split()[0] for _, text in till.collector.heard if "objects" in text or "PUT" in text]
    times = [at for at, text in till.collector.heard if "objects" in text]
    first = heard.index("GET")
    assert "PUT" in heard[first : len(heard) - heard[::-1].index("GET")]
    assert heard.count("GET") == 1 + 8
    assert min(later - sooner for sooner, later in pairwise(times[1:])) >= software.PAUSE
    assert till.said


def test_it_is_announced_again_after_a_start(till: Machine) -> None:
    """Checked by its hash first; one that flash has spoilt loses its name and is repaired."""
    till.play(ENROLLED)
    till.publish(release(DATA))
    till.play(FETCHED)
    till.said.clear()
    till.again()
    till.play(FETCHED)
    assert [it.path for it in till.said] == [str(till.updates / NAME)]
    till.world.power_cut()
    with (till.updates / NAME).open("r+b") as file:
        file.seek(PIECE + 5)
        file.write(b"spoilt")
    till.said.clear()
    before = len(till.collector.heard)
    till.start()
    till.play("wait 2m\n")
    assert (till.updates / NAME).read_bytes() == DATA
    assert [it.path for it in till.said] == [str(till.updates / NAME)]
    assert len([text for _, text in till.collector.heard[before:] if "objects" in text]) == 1
    assert len(till.records("applied")) == 1


def test_a_cut_at_every_act(tmp_path: Path, said: list[SoftwareReady]) -> None:
    """Whatever write, flush or rename in the folder the power goes at, the till sells on; in the end it is whole."""
    cuts, data = 0, bundle(PIECE + 1000)
    while True:
        till = Machine(tmp_path / str(cuts) / "data", said)
        try:
            till.play(ENROLLED)
            till.publish(release(data), data=data)
            till.disk.left = cuts + 1
            till.play(FETCHED)
            if till.world.alive:
                break
            till.disk.left = 0
            said.clear()
            till.start()
            till.play('login "Sophie"\n' + CHEAP + "logout\nwait 3m\n")
            assert [it.path for it in said] == [str(till.updates / NAME)]
            assert (till.updates / NAME).read_bytes() == data
            assert len(till.records("applied")) == 1
        finally:
            till.world.close()
        cuts += 1
    assert cuts >= 12


def test_once_it_runs_it_goes(till: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """The system of this version runs: its bundle has done its work."""
    till.play(ENROLLED)
    till.publish(release(DATA))
    till.play(FETCHED)
    monkeypatch.setattr("appliance.daemon.wiring.VERSION", "0.2.0")
    till.said.clear()
    till.again()
    till.play("wait 1m\n")
    assert (till.names(), till.said, till.refusals()) == (["register"], [], [])


def test_a_newer_one_takes_its_place(till: Machine) -> None:
    """One bundle at a time; the installer is told that the old one is gone."""
    till.play(ENROLLED)
    till.publish(release(DATA))
    till.play(FETCHED)
    newer = bundle(PIECE + 1, seed=2)
    row = published(newer, "0.3.0")
    till.publish(release(newer, row, register(ROW, row, number=2)), 2, newer)
    till.play(FETCHED)
    assert till.names() == ["register", f"sceau-{BOARD}-0.3.0.raucb", "wanted"]
    assert [(it.version, bool(it.path)) for it in till.said] == [("0.2.0", True), ("0.2.0", False), ("0.3.0", True)]
    assert [it["version"] for it in till.records("applied")] == [1, 2]


def test_a_full_medium(till: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """One sentence in a process, and it comes once there is room."""
    room = [0]
    monkeypatch.setattr(pulling.Pull.__init__, "__defaults__", (lambda folder: room[0],))
    till.play(ENROLLED)
    till.publish(release(DATA))
    till.play("wait 4m\n")
    assert till.refusals() == [software.NO_ROOM.format("0.2.0", 36)]
    assert not list(till.updates.glob("*.part"))
    room[0] = 10**9
    till.play("wait 2m\n")
    assert till.said


def test_a_collector_that_lies(till: Machine) -> None:
    """About one piece: said once, nothing refused, and the right one is taken."""
    till.play(ENROLLED)
    till.publish(release(DATA))
    name = sha256(cut(DATA)[1]).hexdigest()
    right, till.collector.objects[name] = till.collector.objects[name], bytes(PIECE)
    till.play("wait 4m\n")
    assert [it["what"] for it in till.records("upstream")] == ["lying"]
    till.collector.objects[name] = right
    till.play("wait 2m\n")
    assert till.said


def test_a_release_that_contradicts_itself(till: Machine) -> None:
    """The owner signed pieces of something else than the publisher's bundle."""
    till.play(ENROLLED)
    wrong = b"".join(sha256(each).digest() for each in cut(bundle(len(DATA), seed=9)))
    till.publish(release(DATA)._replace(hashes=wrong), data=bundle(len(DATA), seed=9))
    till.play("wait 4m\n")
    assert till.refusals() == [software.APART.format("0.2.0")]
    assert (till.names(), till.said) == (["register"], [])


def test_what_flash_has_spoilt_of_what_is_wanted(till: Machine) -> None:
    """The till starts, and the collector is asked again."""
    till.play(ENROLLED)
    missing = cut(DATA)[-1]
    till.publish(release(DATA))
    del till.collector.objects[sha256(missing).hexdigest()]
    till.play(FETCHED)
    for spoilt in (b"", b"\x80", cbor2.dumps([b"x", b"y"]), bytes(100)):
        till.world.power_cut()
        (till.updates / "wanted").write_bytes(spoilt)
        (till.updates / "register").write_bytes(spoilt)
        till.start()
        till.play(FETCHED)
    till.collector.objects[sha256(missing).hexdigest()] = missing
    till.play("wait 2m\n")
    assert till.said[-1].path == str(till.updates / NAME)


def test_on_threads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a shop: the courier's thread fetches and writes, the loop hears of it; what is thrown away meanwhile stays
    away, and the next release takes its place."""
    monkeypatch.setattr(software, "PAUSE", 0)
    chain_id, network = bytes(range(16)), Key(b"the network key of a test's till")
    loop = SelectorsLoop(SystemClock(ZoneInfo("Europe/Paris")))
    far = Collector(lambda: loop.clock.now().t)
    far.listen()
    far.network[chain_id] = network.public
    said: list[Input] = []
    publisher = Publisher(PUBLISHER.public, BOARD, "0.1.0")
    signing = Network(network.public, network.sign, lambda: loop.clock.now().t // 1000, lambda: token_hex(8))
    courier, nobody = ThreadCourier(loop), Ledger()

    def unheard(what: object) -> None:
        pass

    around = software.Around(loop, OsDisk(), lambda: chain_id, lambda: nobody, said.append, unheard, unheard)
    it = software.Software(tmp_path, publisher, around)
    it.begun(courier)
    it.follow(courier, Reading(Client(far.url), signing))

    def until(version: str) -> None:
        ready = SoftwareReady("collector", version, str(tmp_path / f"sceau-{BOARD}-{version}.raucb"))
        for _ in range(6000):
            loop.turn(5)
            if ready in said:
                return
        raise AssertionError("it never came")

    try:
        for number, version in enumerate(("0.2.0", "0.3.0", "0.4.0"), start=1):
            data = bundle(3 * PIECE, seed=number)
            row = published(data, version)
            far.publish("software", number, release(data, row, register(row, number=number)).encode())
            far.objects |= {sha256(each).hexdigest(): each for each in cut(data)}
            statement = far.pointers["software", number]
            found = Fetched(pointer.read(statement), statement, far.objects[pointer.read(statement).sha256.hex()])
            assert it.why_not(found.pointer, found.data) == ""
            it.want(found)
            if version != "0.2.0":
                until(version)
        assert sorted(path.name for path in tmp_path.iterdir()) == ["register", f"sceau-{BOARD}-0.4.0.raucb", "wanted"]
    finally:
        it.close()
        courier.close()
        far.hang_up()
