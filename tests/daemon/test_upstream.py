"""The whole till and its collector in virtual time: when it sends, how it waits, what a clone and an old image do."""

from __future__ import annotations

import ast
import re
import shutil
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from appliance.daemon.config import ConfigError, decode
from appliance.daemon.upstream import cabled
from appliance.daemon.virtual import SimulatedWorld
from appliance.simulator import cards
from appliance.simulator.player import Player
from appliance.simulator.script import Step, split
from appliance.simulator.upstream import problem
from appliance.storage import chain
from appliance.sync.client import Client
from appliance.sync.uploader import FIRST, QUARTER
from tests.daemon.world import UNASKED

ROOT = Path(__file__).resolve().parents[2]
SHOP = ROOT / "samples" / "epicerie"
LOGIN = re.compile(r'^login "(\w+)"$', re.MULTILINE)
PINS = {"Sophie": "1234", "Marc": "9876"}
ENROLLED = """
network up
login "Marc"
enrol
tap "Fermer"
login "Sophie"
open day float 100.00
"""
SALE = """
ring "Café"
pay cash 2.00
print no
"""
FORKED = """
expect shows "Journal contredit."
logout
login "Sophie"
expect shows "Un responsable doit s'identifier"
logout
login "Marc"
tap "Reprendre la vente"
expect record resumed
login "Sophie"
expect screen sale
"""


class Shop:
    """A till at `data` in a world with a collector; `play` is a flow as text."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.world = SimulatedWorld(data, SHOP, (800, 480), beside=UNASKED)
        self.world.power_on()

    @property
    def collector(self) -> Any:
        return self.world.beyond.collector

    def play(self, text: str) -> None:
        lines = LOGIN.sub(lambda found: f'logout\ntap "{found[1]}"\npin {PINS[found[1]]}', text).splitlines()
        steps = [Step("upstream", number, split(line)) for number, line in enumerate(lines, 1) if line]
        failure = Player(self.world, cards.read(SHOP)).play(steps)
        assert failure is None, failure

    def records(self, kind: str) -> list[dict[str, Any]]:
        return [record["body"] for record in self.world.records() if record["kind"] == kind]

    def heard(self, method: str) -> list[int]:
        """When the collector was asked so, ms."""
        return [t for t, text in self.collector.heard if text.startswith(method)]

    @property
    def whole(self) -> bool:
        """Whether the collector holds this journal from its first record on, and nothing else."""
        till = self.world.till
        assert till
        theirs = self.collector.records(till.journal.chain_id)
        ours = [till.journal.sealed(seq).data for seq in range(len(theirs))]
        return bool(theirs) and theirs == ours


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    made = Shop(tmp_path / "data")
    yield made
    made.world.close()


def test_a_quarter_of_an_hour(shop: Shop) -> None:
    """What was sold waits for its quarter, then it is there; nothing new asks for nothing."""
    shop.play(ENROLLED)
    before = len(shop.heard("PUT"))
    begin = shop.world.clock.t
    shop.play(SALE * 3)
    assert len(shop.heard("PUT")) == before
    shop.play("wait 20m")
    sent = shop.heard("PUT")[before:]
    assert sent
    assert sent[0] - begin <= QUARTER
    assert shop.whole
    quiet = len(shop.heard("PUT"))
    shop.play("wait 40m")
    assert len(shop.heard("PUT")) - quiet <= 1  # the idle lock was recorded meanwhile


def test_a_closing_is_sent_at_once(shop: Shop) -> None:
    shop.play(ENROLLED + SALE + 'wait 20m\nlogin "Sophie"\n' + SALE)
    before = len(shop.heard("PUT"))
    shop.play("close day")
    assert len(shop.heard("PUT")) > before
    assert shop.whole
    closing = next(r["seq"] for r in shop.world.records() if r["kind"] == "day-close")
    assert shop.records("receipt")[-1]["next_seq"] > closing


def test_many_records_are_sent_before_their_quarter(shop: Shop) -> None:
    """512 of them, whatever the clock says."""
    shop.play(ENROLLED)
    before, begin = len(shop.heard("PUT")), shop.world.clock.t
    while len(shop.heard("PUT")) == before:
        shop.play(SALE)
    assert shop.world.clock.t - begin < QUARTER
    assert shop.whole


def test_the_pause_grows_and_is_never_longer_than_a_quarter(shop: Shop) -> None:
    """Full jitter: each pause lies below 2 s · 2^k, and they do grow."""
    shop.play(ENROLLED)
    shop.collector.trouble += [problem(503, "later")] * 9
    begin = len(shop.heard("PUT"))
    shop.play("close day\nwait 45m")
    times = shop.heard("PUT")[begin : begin + 9]
    pauses = [after - before for before, after in pairwise(times)]
    assert len(pauses) == 8
    assert all(pause <= min(QUARTER, FIRST << step) + 1000 for step, pause in enumerate(pauses))
    assert max(pauses) > 30_000
    assert shop.whole


def test_the_collectors_pause_is_kept(shop: Shop) -> None:
    """Retry-After in seconds is waited for, no less."""
    shop.play(ENROLLED)
    begin = len(shop.heard("PUT"))
    shop.collector.trouble.append(problem(429, "later", ("Retry-After", "600")))
    shop.play("close day\nwait 30m")
    first, second = shop.heard("PUT")[begin : begin + 2]
    assert second - first >= 600_000


def test_a_cable_that_comes_back_is_used_within_a_minute(shop: Shop) -> None:
    """After hours without a network the pause is long; the link that comes up cuts it short."""
    shop.play(ENROLLED + "network down\n" + SALE + "wait 50m")
    begin = shop.world.clock.t
    before = len(shop.heard("PUT"))
    shop.play("network up\nwait 3m")
    assert len(shop.heard("PUT")) > before
    assert shop.heard("PUT")[before] - begin <= 120_000
    assert shop.whole


def test_a_clone_was_there_first(shop: Shop) -> None:
    """Evidence, a stop, a manager's decision; then the till sells on and sends nothing more, over a restart too."""
    shop.play(ENROLLED + SALE + 'wait 20m\nlogin "Sophie"\ncollector forks\n' + SALE + 'wait 16m\nlogin "Sophie"')
    shop.play(FORKED + SALE)
    assert [body["what"] for body in shop.records("upstream")] == ["fork"]
    assert [body["source"] for body in shop.records("defect")] == ["collector"]
    assert len(shop.collector.forks) == 1
    before = len(shop.collector.heard)
    shop.play('power cut\npower on\nlogin "Sophie"\nexpect screen sale\nexpect shows "Transmission arrêtée."\nwait 1h')
    assert len(shop.collector.heard) == before
    assert len(shop.records("defect")) == 1


def test_an_old_image_is_told_at_its_first_start(shop: Shop, tmp_path: Path) -> None:
    """Put back with key, anchor and all, it sells nothing before a manager has decided."""
    shop.play(ENROLLED + SALE)
    shop.world.power_cut()
    shutil.copytree(shop.data, tmp_path / "image")
    shop.world.power_on()
    shop.play('login "Sophie"\n' + SALE * 3 + "close day\nwait 1m")
    shop.world.power_cut()
    shutil.rmtree(shop.data)
    shutil.copytree(tmp_path / "image", shop.data)
    shop.world.power_on()
    shop.play('wait 1m\nlogin "Sophie"' + FORKED)
    assert [body["what"] for body in shop.records("upstream")] == ["rollback"]


def test_a_lie_stops_nothing(shop: Shop) -> None:
    """Nonsense with a right status: recorded once, said, sold on, and healed when the truth comes back."""
    shop.play(ENROLLED)
    shop.collector.trouble += [problem(201, "no receipt")] * 3
    shop.play("close day\nwait 90m")
    assert [body["what"] for body in shop.records("upstream")] == ["lying"]
    assert shop.records("defect") == []
    assert shop.whole


def test_a_store_that_lost_its_end_is_filled_again(shop: Shop) -> None:
    """Told at the next start; all of it is sent again, and the journal says why."""
    shop.play(ENROLLED + SALE * 3 + "close day\ncollector loses\npower cut\npower on\nwait 20m")
    assert [body["what"] for body in shop.records("upstream")] == ["collector-behind"]
    assert shop.whole
    assert shop.records("receipt")[-1]["next_seq"] > shop.records("upstream")[0]["record"]


def test_a_code_file_enrols(tmp_path: Path) -> None:
    """The provisioning file is read at a start while the till is not enrolled, and a bad one is said."""
    shop = Shop(tmp_path / "data")
    try:
        code = tmp_path / "code"
        shop.collector.listen()
        code.write_text("123456")
        shop.world.enrolment_file = code
        shop.play("power cut\npower on\nwait 1m")
        assert [body["what"] for body in shop.records("refused")] == ["enrolment"]
        code.write_text(shop.world.enrolment_code() + "\n")
        shop.play("power cut\npower on\nwait 1m")
        assert len(shop.records("enrolment")) == 1
        assert shop.whole
    finally:
        shop.world.close()


def test_only_who_is_responsible_enrols(shop: Shop) -> None:
    """A cashier's scan is refused, and the secret is in no record."""
    shop.play('network up\nlogin "Sophie"')
    code = shop.world.enrolment_code()
    shop.world.scan(code)
    shop.play('expect shows "Un responsable doit s\'identifier"\nlogout')
    shop.world.scan(code)
    assert shop.records("enrolment") == []
    assert all(code[:20] not in str(record) for record in shop.world.records())


def test_the_network_key_is_sealed_and_signs_no_journal(shop: Shop) -> None:
    shop.play(ENROLLED)
    path = shop.data / "network"
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.read_bytes().startswith(b"SEAL")
    assert bytes.fromhex(shop.records("enrolment")[0]["network_key"]) != bytes.fromhex(
        shop.records("genesis")[0]["key"]
    )
    assert chain.fit(bytes.fromhex(shop.records("enrolment")[0]["network_key"]))


def test_only_one_module_speaks_to_a_network() -> None:
    """Of what runs in a shop; the simulator listens on loopback, and other sockets are local ones."""
    speaks = {"http", "ssl", "urllib.request", "requests", "httpx", "aiohttp", "smtplib", "ftplib"}
    found = set()
    for path in (ROOT / "appliance").rglob("*.py"):
        tree = ast.parse(path.read_text("utf-8"))
        names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
        names |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        inet = any(isinstance(node, ast.Attribute) and node.attr in ("AF_INET", "AF_INET6") for node in ast.walk(tree))
        if inet or any(name == each or name.startswith(f"{each}.") for name in names for each in speaks):
            found.add(str(path.relative_to(ROOT / "appliance")))
    asks = "daemon/network.py"  # the kernel, for the addresses of its cards: nothing leaves it
    said = (ROOT / "appliance" / asks).read_text("utf-8")
    assert not re.search(r"\.(connect|bind|send|sendto|sendmsg|recv)\w*\(", said)
    assert {name for name in found if not name.startswith("simulator/")} == {"sync/client.py", asks}


@pytest.mark.parametrize(
    "url", ["http://collector.example", "ftp://x", "https://", "https://a@b", "//x", "https://x?y=1", "http://10.0.0.1"]
)
def test_addresses_that_are_none(url: str) -> None:
    """Without TLS only this very machine is spoken to."""
    with pytest.raises(ValueError, match="is no address of a collector"):
        Client(url)


@pytest.mark.parametrize("table", [{"upstream": 1}, {"upstream": {"ca": 1}}, {"upstream": {"uri": "https://x"}}])
def test_configuration(table: dict[str, Any]) -> None:
    with pytest.raises(ConfigError):
        decode({"data": "/a", "shop": "/b", **table}, "here")
    good = decode({"data": "/a", "shop": "/b", "upstream": {"ca": "/c.pem", "code": "/code"}}, "here").upstream
    assert (good.ca, good.code) == (Path("/c.pem"), Path("/code"))


def test_a_link(tmp_path: Path) -> None:
    """The loopback is none."""
    for name, state, wanted in (("lo", "unknown", False), ("eth0", "down", False), ("wlan0", "up", True)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "operstate").write_text(f"{state}\n")
        assert cabled(tmp_path) == wanted
    assert not cabled(tmp_path / "nothing")
