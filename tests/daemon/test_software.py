"""The whole till and the software its owner releases for it: fetched beside the sale, judged, announced once whole."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from secrets import token_hex
from typing import Any
from zoneinfo import ZoneInfo

import cbor2
import pytest

from appliance.core.input import Input, SoftwareReady
from appliance.core.ledger import Ledger
from appliance.daemon import software
from appliance.daemon.clock import SystemClock
from appliance.daemon.config import Config, ConfigError, SystemConfig, decode
from appliance.daemon.loop import SelectorsLoop
from appliance.daemon.virtual import PowerCut, SimulatedWorld
from appliance.simulator.upstream import RELEASE, Collector
from appliance.storage.flash import Mode, OsDisk
from appliance.storage.keys import Key
from appliance.sync import pieces, pointer, pulling, releases
from appliance.sync.client import Client
from appliance.sync.fetching import Fetched
from appliance.sync.pieces import PIECE, Release
from appliance.sync.reading import Network, Reading
from appliance.sync.releases import Published
from appliance.sync.uploader import ThreadCourier
from tests.daemon.test_downward import CHEAP, CLOSE, POLICY, Till
from tests.daemon.test_upstream import ENROLLED, SHOP
from tests.daemon.world import UNASKED
from tests.sync.publisher import BOARD, PUBLISHER, SECOND, bundle, cut, published, register, release, turn

DATA = bundle()
ROW = published(DATA)
NAME = f"sceau-{BOARD}-0.2.0.raucb"
FETCHED = "wait 2m\n"


class Failing(OsDisk):
    """The power goes, or a write fails, at the act number `left` on what lies in `updates`."""

    def __init__(self) -> None:
        super().__init__()
        self.left = 0
        self.why: BaseException = PowerCut()
        self.updates: set[int] = set()

    def _count(self, path: Path) -> None:
        if self.left and "updates" in path.parts:
            self.left -= 1
            if not self.left:
                raise self.why

    def open(self, path: Path, mode: Mode) -> int:
        if mode is Mode.CREATE:
            self._count(path)
        handle = super().open(path, mode)
        if "updates" in path.parts:
            self.updates.add(handle)
        return handle

    def close(self, handle: int) -> None:
        self.updates.discard(handle)
        super().close(handle)

    def pwrite(self, handle: int, data: bytes, offset: int) -> None:
        if handle in self.updates:
            self._count(Path("updates"))
        super().pwrite(handle, data, offset)

    def fdatasync(self, handle: int) -> None:
        if handle in self.updates:
            self._count(Path("updates"))
        super().fdatasync(handle)

    def rename(self, old: Path, new: Path) -> None:
        self._count(old)
        super().rename(old, new)

    def unlink(self, path: Path) -> None:
        self._count(path)
        super().unlink(path)

    def fsync_directory(self, path: Path) -> None:
        self._count(path)
        super().fsync_directory(path)


class Updated(SimulatedWorld):
    """A machine whose system takes updates."""

    def _config(self) -> Config:
        return replace(super()._config(), publisher=PUBLISHER.public, board=BOARD)


class Machine(Till):
    """`said`: what the installer is told."""

    def __init__(self, data: Path, said: list[SoftwareReady]) -> None:
        self.said = said
        self.data, self.disk = data, Failing()  # type: ignore[assignment]
        self.world = Updated(data, SHOP, (800, 480), disk=self.disk, beside=UNASKED)
        self.world.hardware.system.fit()
        self.updates = self.world.hardware.system.updates
        self.collector.policy = POLICY
        self.start()

    def start(self) -> None:
        self.world.power_on()

    def publish(self, it: Release | bytes, version: int = 1, data: bytes = DATA, share: int | None = None) -> None:
        said = it if isinstance(it, bytes) else it.encode()
        self.collector.publish("software", version, said, share=share)
        self.collector.objects |= {sha256(each).hexdigest(): each for each in cut(data)}

    def again(self) -> None:
        self.world.power_cut()
        self.start()

    def refusals(self) -> list[str]:
        return [it["text"] for it in self.records("upstream") if it["what"] == "refused"]

    def told(self) -> str:
        """On the technician's page."""
        known = self.world.till
        assert known
        return known.service.state.devices["update"].detail

    def names(self) -> list[str]:
        return sorted(each.name for each in self.updates.iterdir())


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[SoftwareReady]:
    """Hours of virtual time are slow: what failed is tried again soon."""
    monkeypatch.setattr(software, "RETRY", 60_000)
    heard: list[SoftwareReady] = []
    whole = software.Software._say_ready

    def listened(it: software.Software, version: str, path: str) -> None:
        heard.append(SoftwareReady("collector", version, path))
        whole(it, version, path)

    monkeypatch.setattr(software.Software, "_say_ready", listened)
    return heard


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


def other(row: Published, number: int = 1, **said: Any) -> Release:
    return release(DATA, row, register(row, number=number, **said))


@pytest.mark.parametrize(
    ("it", "why"),
    [
        (other(published(DATA, board="generic-amd64")), "un autre modèle de caisse (generic-amd64)"),
        (other(published(DATA, "0.0.9")), "n'est pas plus récent que le 0.1.0"),
        (other(published(DATA, withdrawn=True)), "a été retiré par l'éditeur"),
        (other(ROW, key=SECOND), "n'est pas au registre de l'éditeur"),
        (release(DATA, ROW, register(published(b"x"))), "n'est pas au registre de l'éditeur"),
        (b"no release at all", "ne se lit pas"),
        (release(DATA)._replace(hashes=bytes(32)).encode(), "ne se lit pas"),
        (release(DATA)._replace(size=2**62).encode(), "ne se lit pas"),
    ],
)
def test_what_is_refused_is_never_fetched(till: Machine, it: Release | bytes, why: str) -> None:
    """Recorded once, over restarts too."""
    till.play(ENROLLED)
    till.publish(it)
    till.play(FETCHED)
    till.again()
    till.play(FETCHED)
    (said,) = till.refusals()
    assert why in said
    assert (till.records("applied"), till.said) == ([], [])
    assert not {NAME, pulling.PART, "wanted"} & set(till.names())
    digests = {sha256(each).hexdigest() for each in cut(DATA)}
    assert not [text for _, text in till.collector.heard if text.rpartition("/")[2] in digests]


def test_what_runs_already_is_in_force(till: Machine) -> None:
    """It came with the machine or from a stick: recorded as applied, nothing is fetched and nobody is alarmed."""
    till.play(ENROLLED)
    till.publish(other(published(DATA, "0.1.0")), 4)
    till.play(FETCHED)
    assert [it["version"] for it in till.records("applied")] == [4]
    assert (till.refusals(), till.said, till.names()) == ([], [], ["register"])


def test_an_older_register_is_refused(till: Machine) -> None:
    """The highest number counts, after a restart too, and whatever the clock says: the register bears no date that
    anybody asks."""
    till.play(ENROLLED)
    till.publish(other(ROW, number=5))
    till.play(FETCHED)
    till.again()
    newer = bundle(PIECE, seed=3)
    row = published(newer, "0.3.0")
    till.publish(release(newer, row, register(ROW, row, number=4)), 2, newer)
    till.play(FETCHED)
    assert "number 4, and number 5 was seen" in till.refusals()[0]
    till.publish(release(newer, row, register(ROW, row, number=6)), 3, newer)
    till.play(FETCHED)
    assert till.said[-1].version == "0.3.0"


def test_a_new_root_of_the_publisher_s(till: Machine) -> None:
    """The system knows the first one; what it handed over to is followed, and there is no way back."""
    till.play(ENROLLED)
    turns = (turn(PUBLISHER, SECOND, 2),)
    till.publish(other(ROW, number=2, key=SECOND, turns=turns))
    till.play(FETCHED)
    assert till.said
    newer = bundle(PIECE, seed=3)
    row = published(newer, "0.3.0")
    till.again()
    till.publish(release(newer, row, register(row, number=9)), 2, newer)
    till.play(FETCHED)
    assert "nor of one that follows it" in till.refusals()[0]


def test_it_is_withdrawn(till: Machine) -> None:
    """A register that says so, though its own release is not taken, is enough: the bundle that lies here goes."""
    till.play(ENROLLED)
    till.publish(release(DATA))
    till.play(FETCHED)
    gone = ROW._replace(withdrawn=True)
    till.publish(other(gone, number=2), 2)
    till.play(FETCHED)
    till.again()
    till.play(FETCHED)
    assert till.names() == ["register"]
    assert len([each for each in till.refusals() if "a été retiré par l'éditeur" in each]) == 2


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


def test_only_some_tills_go_first(till: Machine) -> None:
    """Outside the share nothing happens and nothing is said; the wider pointer of the same version is followed."""
    till.play(ENROLLED)
    chain_id = next(iter(till.collector.network))
    place = pointer.place_of(chain_id, "software", 1)
    till.publish(release(DATA), share=max(1, place))
    till.play(FETCHED)
    assert (till.records("applied"), till.refusals(), till.updates.exists() and till.names()) == ([], [], [])
    till.publish(release(DATA), share=place + 1)
    till.play(FETCHED)
    assert till.said


def test_a_pointer_whose_time_is_over(till: Machine) -> None:
    """What is not whole by then is given up."""
    till.play(ENROLLED)
    till.publish(release(DATA))
    missing = till.collector.objects.pop(sha256(cut(DATA)[-1]).hexdigest())
    said = pointer.read(till.collector.pointers["software", 1])
    soon = said._replace(expires=till.collector._now() + 3 * 60_000)
    till.collector.pointers["software", 1] = pointer.seal(soon, RELEASE.sign)
    till.play("wait 4m\n")
    assert "n'est plus valable" in till.refusals()[0]
    till.collector.objects[sha256(missing).hexdigest()] = missing
    till.play("wait 2m\n")
    assert (till.said, till.names()) == ([], ["register"])


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


def test_without_a_publisher_it_is_only_made_known(tmp_path: Path) -> None:
    assert pieces.read(release(DATA).encode()).parts == 3
    assert releases.order("0.2.0") > releases.order("0.1.0")
    config = Config(tmp_path, tmp_path, system=SystemConfig(tmp_path, tmp_path, tmp_path))
    nothing: Any = None
    for one in (config, replace(config, publisher=bytes(32)), replace(config, board=BOARD)):
        assert software.software(one, "0.1.0", *[nothing] * 7) is None
    whole = replace(config, publisher=bytes(32), board=BOARD)
    assert software.software(whole, "0.1.0-of-a-workshop", *[nothing] * 7) is None


def test_what_a_configuration_says(tmp_path: Path) -> None:
    """A key that is none and a model that is no text are said at the start."""
    said = {"data": "d", "shop": "s"}
    config = decode({**said, "publisher": PUBLISHER.public.hex(), "board": BOARD}, "sceau.toml")
    assert (config.publisher, config.board) == (PUBLISHER.public, BOARD)
    for wrong, why in (
        ({"publisher": "x"}, "publisher: 'x' is no public key"),
        ({"board": 1}, "board must be the name"),
    ):
        with pytest.raises(ConfigError, match=why):
            decode({**said, **wrong}, "sceau.toml")


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
    publisher = software.Publisher(PUBLISHER.public, BOARD, "0.1.0")
    signing = Network(network.public, network.sign, lambda: loop.clock.now().t // 1000, lambda: token_hex(8))
    courier, nobody = ThreadCourier(loop), Ledger()
    it = software.Software(
        tmp_path,
        publisher,
        loop,
        OsDisk(),
        lambda: chain_id,
        lambda: nobody,
        said.append,
        lambda _: None,
        lambda _: None,
    )
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
