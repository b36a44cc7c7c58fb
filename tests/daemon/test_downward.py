"""The whole till and what its owner signs: applied between days, whole over any cut, refused once, answered once."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cbor2
import pytest

from appliance.daemon.downward import TOLD
from appliance.daemon.virtual import PowerCut, SimulatedWorld
from appliance.simulator import cards
from appliance.simulator.player import Player
from appliance.simulator.script import Step, split
from appliance.simulator.upstream import RELEASE
from appliance.storage.flash import Mode, OsDisk
from appliance.sync import diagnostics, parcel
from appliance.sync.enrolment import Policy
from tests.daemon.test_upstream import ENROLLED, LOGIN, PINS, SHOP
from tests.daemon.world import UNASKED

POLICY = Policy(60, 512, 26 * 3600)  # the till asks every minute: hours of virtual time are slow
QUARTER = "wait 2m\n"
OPEN = 'login "Sophie"\nopen day float 100.00\n'
CLOSE = 'login "Sophie"\nclose day\n'
DEAR = 'ring "Café"\nexpect total 2.20\npay cash 2.20\nprint no\n'
CHEAP = 'ring "Café"\nexpect total 1.50\npay cash 1.50\nprint no\n'
PUBLISH = 'collector publishes "Café" 2.20\n'


class Failing(OsDisk):
    """The power goes, or a write fails, at the act number `left` on the shop's files or the shelf."""

    def __init__(self) -> None:
        super().__init__()
        self.left = 0
        self.why: BaseException = PowerCut()

    def _count(self, path: Path) -> None:
        if self.left and {"shelf", "shop"} & set(path.parts):
            self.left -= 1
            if not self.left:
                raise self.why

    def open(self, path: Path, mode: Mode) -> int:
        if mode is Mode.CREATE:
            self._count(path)
        return super().open(path, mode)

    def rename(self, old: Path, new: Path) -> None:
        self._count(old)
        super().rename(old, new)

    def unlink(self, path: Path) -> None:
        self._count(path)
        super().unlink(path)

    def fsync_directory(self, path: Path) -> None:
        self._count(path)
        super().fsync_directory(path)


class Till:
    def __init__(self, data: Path, shop: Path = SHOP) -> None:
        self.data, self.disk = data, Failing()
        self.world = SimulatedWorld(data, shop, (800, 480), disk=self.disk, beside=UNASKED)
        self.collector.policy = POLICY
        self.world.power_on()

    @property
    def collector(self) -> Any:
        return self.world.beyond.collector

    def play(self, text: str) -> None:
        lines = LOGIN.sub(lambda found: f'logout\ntap "{found[1]}"\npin {PINS[found[1]]}', text).splitlines()
        steps = [Step("downward", number, split(line)) for number, line in enumerate(lines, 1) if line]
        failure = Player(self.world, cards.read(SHOP)).play(steps)
        assert failure is None, failure

    def records(self, kind: str) -> list[dict[str, Any]]:
        return [record["body"] for record in self.world.records() if record["kind"] == kind]

    def kinds(self) -> list[str]:
        return [record["kind"] for record in self.world.records()]


@pytest.fixture
def till(tmp_path: Path) -> Iterator[Till]:
    made = Till(tmp_path / "data")
    yield made
    made.world.close()


def test_it_waits_for_the_next_opening(till: Till) -> None:
    """Recorded before the day is opened, and only once; a restart meanwhile changes nothing."""
    till.play(ENROLLED + PUBLISH + QUARTER + 'login "Sophie"\n' + CHEAP)
    till.play('power cut\npower on\nlogin "Sophie"\n' + CHEAP + "close day\n")
    assert till.records("applied") == []
    till.play(OPEN + DEAR + "close day\n" + OPEN + DEAR)
    assert [(it["scope"], it["version"]) for it in till.records("applied")] == [("catalogue", 1)]
    kinds = till.kinds()
    assert kinds.index("applied") > kinds.index("day-close")
    assert kinds[kinds.index("applied") :].count("day-open") == 2
    assert not list((till.data / "shelf").iterdir())


def test_a_cut_at_every_write(till: Till, tmp_path: Path) -> None:
    """Whatever act of the replacement the power goes at: the next start sells at the old or at the new price by
    files that are whole, the next opening at the new one, and one record says so."""
    till.play(ENROLLED + PUBLISH + QUARTER + CLOSE)
    till.world.stop()
    till.collector.hang_up()  # or it would see that there are several of this till
    shop = (till.data.parent, till.world._shop)
    cuts = 0
    while True:
        place = tmp_path / f"cut-{cuts}"
        shutil.copytree(till.data, place / "data", ignore=shutil.ignore_patterns("socket", "lock"))
        shutil.copytree(shop[1], place / "shop")
        other = Till(place / "data", place / "shop")
        try:
            other.play('login "Sophie"\n')
            other.disk.left = cuts + 1
            other.play("open day float 100.00\n")
            if other.world.alive:
                break
            other.disk.left = 0
            other.play("power on\n")
            known = other.world.till
            assert known
            if known.service.state.ledger.day is None:
                other.play(OPEN)
            else:
                other.play('login "Sophie"\n')
            other.play(DEAR)
            assert len(other.records("applied")) == 1
        finally:
            other.world.close()
        cuts += 1
    assert cuts >= 12


def test_a_folder_that_cannot_be_written(till: Till) -> None:
    """The old files stand, the day opens, it is said once; when there is room again the next opening takes it."""
    till.play(ENROLLED + PUBLISH + QUARTER + CLOSE)
    for _ in range(2):
        till.disk.left, till.disk.why = 1, OSError(28, "no space")
        till.play(OPEN + CHEAP + "close day\n")
    assert [it["what"] for it in till.records("upstream")] == ["refused"]
    assert "ne peut pas être écrit" in till.records("upstream")[0]["text"]
    till.play(OPEN + DEAR)
    assert len(till.records("applied")) == 1


def test_half_replaced_no_day_is_opened(till: Till) -> None:
    """A rename that fails after the decision: the next try finishes it first, and its record is written."""
    till.play(ENROLLED + PUBLISH + QUARTER + CLOSE)
    till.disk.left, till.disk.why = 10, OSError(5, "input/output error")
    till.play('tap "Ouvrir la caisse"\nexpect shows "en cours de remplacement"\n')
    assert till.disk.left == 0
    assert (till.data / "shelf" / "catalogue.going").exists()
    assert till.records("applied") == []
    till.play('tap "Fermer"\nopen day float 100.00\n' + DEAR)
    assert len(till.records("applied")) == 1
    assert not list((till.data / "shelf").iterdir())


def test_an_older_one_is_refused_once(till: Till) -> None:
    """Signed as it should be, and put back: recorded and said, not at every asking, not after a restart."""
    till.play(ENROLLED + PUBLISH + PUBLISH + QUARTER + CLOSE + OPEN + DEAR)
    assert till.records("applied")[-1]["version"] == 2
    del till.collector.pointers["catalogue", 2]
    till.play("wait 3m\npower cut\npower on\nwait 3m\n")
    (said,) = till.records("upstream")
    assert (said["what"], "le n° 2 est en place" in said["text"]) == ("refused", True)
    assert bytes.fromhex(said["evidence"]) == till.collector.pointers["catalogue", 1]
    till.play(CLOSE + OPEN + DEAR)
    assert len(till.records("applied")) == 1


def test_invented_refusals_do_not_fill_the_journal(till: Till) -> None:
    till.play(ENROLLED)
    for number in range(3):
        till.collector.invented[:] = [bytes([number, each]) for each in range(20)]
        till.play(QUARTER)
    assert len(till.records("upstream")) == TOLD


def test_settings_of_another_till_are_refused(till: Till) -> None:
    """Well signed and well formed: the SIRET and the number of the journal decide."""
    till.play(ENROLLED)
    files = {name: (SHOP / name).read_bytes() for name in parcel.FILES["config"]}
    files["shop.toml"] = files["shop.toml"].replace(b'till = "1"', b'till = "2"')
    till.collector.publish("config", 1, parcel.pack("config", files))
    till.play(QUARTER)
    assert "une autre caisse" in till.records("upstream")[0]["text"]
    files["shop.toml"] = files["shop.toml"].replace(b'till = "2"', b'till = "1"').replace(b"Halles", b"Halles Neuves")
    till.collector.publish("config", 2, parcel.pack("config", files))
    till.play(QUARTER + CLOSE + OPEN)
    kinds = till.kinds()
    assert kinds.index("config", kinds.index("applied")) < kinds.index("day-open", kinds.index("applied"))


def test_software_is_announced_to_the_technician(till: Till) -> None:
    """Recorded once, installed by nobody."""
    till.play(ENROLLED)
    till.collector.publish("software", 7, bytes(10))
    till.play("wait 3m\n")
    assert [(it["scope"], it["version"]) for it in till.records("applied")] == [("software", 7)]
    till.play('login "Marc"\ntap "Plus"\ntap "Technique"\nexpect shows "logiciel n° 7 disponible"\n')


def test_diagnostics_hold_no_sale_and_no_name(till: Till) -> None:
    """Recorded, sent once; every text and every figure in the statement is walked."""
    till.play(ENROLLED + 'ring "Café"\npay cash 20.00\nprint no\nlogout\nnetwork down\nwait 2m\nnetwork up\nwait 3m\n')
    nonce = till.collector.ask(next(iter(till.collector.network)))
    till.play("wait 3m\n")
    assert [it["text"] for it in till.records("jet") if it["code"] == 240] == [f"diagnostic {nonce.hex()}"]
    data = till.collector.diagnostics[nonce]
    till.collector.wanted[nonce] = till.collector.wanted.pop(nonce)
    world = till.world.till
    assert world
    said = diagnostics.proven(data, next(iter(till.collector.network.values())))
    assert said.chain_id == world.journal.chain_id
    assert {it.kind for it in said.devices} >= {"printer", "scanner", "upstream"}
    assert said.queue.tickets == 0
    assert said.clock.trusted == 1
    texts, figures = leaves(cbor2.loads(diagnostics.FORM.open(data)[0]))
    assert names_of(SHOP) & {word for text in texts for word in re.findall(r"\w{4,}", text.lower())} == set()
    assert not {150, 2000, 1850, 10_000, 10_150} & set(figures), "an amount of the day"
    known = {"absent", "ready", "care", "down"}
    assert {it.level for it in said.devices} <= known


def test_a_request_is_answered_once(till: Till) -> None:
    """The same nonce again, signed anew for longer, is refused; one that nobody signed is too."""
    till.play(ENROLLED)
    nonce = till.collector.ask(next(iter(till.collector.network)))
    till.play(QUARTER)
    chain = next(iter(till.collector.network))
    again = diagnostics.Wanted(chain, nonce, till.world.clock.t + 7 * 86_400_000)
    till.collector.invented += [diagnostics.ask(again, RELEASE.sign), diagnostics.ask(again, till.collector.key.sign)]
    till.play("wait 3m\n")
    said = sorted(it["text"].partition("\u00a0: ")[0] for it in till.records("upstream"))
    assert said == ["Demande de diagnostic refusée", "Mise à jour refusée"]
    assert len([it for it in till.records("jet") if it["code"] == 240]) == 1


def leaves(value: Any) -> tuple[list[str], list[int]]:
    """Every text and every integer below."""
    if isinstance(value, dict | list):
        below = [leaves(each) for each in (value.values() if isinstance(value, dict) else value)]
        return [text for texts, _ in below for text in texts], [n for _, figures in below for n in figures]
    return ([value], []) if isinstance(value, str) else ([], [value] if isinstance(value, int) else [])


def names_of(shop: Path) -> set[str]:
    """Every longer word that a person wrote into the shop's files, but those that are the format's own."""
    own = {"none", "true", "false", "name", "label", "code", "kind", "till", "piece", "goods", "service"}
    text = "\n".join((shop / name).read_text("utf-8") for names in parcel.FILES.values() for name in names)
    values = "\n".join(line.partition("=")[2] or line for line in text.splitlines())
    return set(re.findall(r"\w{4,}", values.lower())) - own
