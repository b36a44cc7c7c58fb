"""Commands beside the till: over its socket while it runs, else under its lock; and long work in children."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from appliance.audit.archive_period import Refusal
from appliance.audit.command import verify_main
from appliance.audit.manifest import DOMAIN, to_be_signed
from appliance.core import event as ev
from appliance.core.effect import Work
from appliance.core.input import Asked, WorkDone, WorkGoes
from appliance.daemon.clock import SystemClock
from appliance.daemon.loop import SelectorsLoop
from appliance.daemon.requests import NAME, Requests
from appliance.daemon.tills import RunningTill, held, running
from appliance.daemon.virtual import SimulatedWorld
from appliance.daemon.work import Place
from appliance.daemon.worker import ChildWorker
from appliance.simulator import cards
from appliance.simulator.player import Player
from appliance.simulator.script import Step, split
from appliance.storage.keys import Key
from tests.powerloss.recording import SHOP

DAY = """
login "Sophie"
open day float 10.00
ring "Café"
pay cash 2.00
print no
close day
"""


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with one closed day, its till stopped."""
    data = tmp_path_factory.mktemp("closed") / "data"
    world = SimulatedWorld(data, SHOP, segment_size=512 << 10)
    try:
        world.power_on()
        steps = [Step("day", number, split(line)) for number, line in enumerate(DAY.splitlines(), 1) if line]
        assert Player(world, cards.read(SHOP)).play(steps) is None
        world.stop()
    finally:
        world.close()
    return data


@pytest.fixture
def loop() -> Iterator[SelectorsLoop]:
    made = SelectorsLoop(SystemClock(ZoneInfo("Europe/Paris")))
    yield made
    made.close()


def beside(loop: SelectorsLoop, talk: Callable[[], Any]) -> Any:
    """Runs `talk` in another thread while the loop turns; what it returned or raised."""
    found: list[Any] = []

    def run() -> None:
        try:
            found.append(talk())
        except Exception as error:  # noqa: BLE001 - given to the test
            found.append(error)
        loop.post(loop.stop)

    thread = Thread(target=run)
    thread.start()
    loop.run()
    thread.join()
    return found[0]


def test_a_running_till_records_for_a_command(tmp_path: Path, loop: SelectorsLoop) -> None:
    """Its key signs manifests and nothing else; an act comes back as a number; what is not allowed, as a sentence."""
    heard: list[Asked] = []
    key = Key(bytes(32))

    def feed(asked: Asked) -> None:
        heard.append(asked)
        requests.answer(asked.token, 41 if asked.kind == ev.NOTE else -1)

    requests = Requests(tmp_path, loop, key, "0.1.0", feed)

    def talk() -> list[object]:
        with running(tmp_path) as till:
            said: list[object] = [till.public, till.software, till.record(ev.NOTE, {1: 3, 2: "x"})]
            said.append(till.sign(to_be_signed(b"payload")))
            for wrong in (lambda: till.sign(b"sceau/cp/1\0" + DOMAIN), lambda: till.record(ev.TICKET, {1: 1})):
                with pytest.raises(Refusal):
                    wrong()
            return said

    said = beside(loop, talk)
    requests.close()

    assert said[:3] == [key.public, "0.1.0", 41]
    assert len(said[3]) == 64
    assert heard[0] == Asked(ev.NOTE, {1: 3, 2: "x"}, 1)
    assert not (tmp_path / NAME).exists()


@pytest.mark.parametrize(
    "line", [b"nonsense", b"[1]", b'{"do": "record", "act": "zz"}', b'{"do": "fly"}', b'{"do": 1}']
)
def test_nonsense_gets_a_sentence(tmp_path: Path, loop: SelectorsLoop, line: bytes) -> None:
    """A hostile neighbour is told so, and the till goes on."""
    requests = Requests(tmp_path, loop, Key(bytes(32)), "0.1.0", lambda asked: None)

    def talk() -> dict[str, str]:
        with socket.socket(socket.AF_UNIX) as peer:
            peer.connect(str(tmp_path / NAME))
            peer.sendall(line + b"\n")
            said: dict[str, str] = json.loads(peer.makefile("rb").readline())
            return said

    said = beside(loop, talk)
    requests.close()

    assert "error" in said


def test_a_line_without_an_end_is_cut_off(tmp_path: Path, loop: SelectorsLoop) -> None:
    """No more than a record's size is kept for anybody."""
    requests = Requests(tmp_path, loop, Key(bytes(32)), "0.1.0", lambda asked: None)

    def talk() -> bytes:
        with socket.socket(socket.AF_UNIX) as peer:
            peer.connect(str(tmp_path / NAME))
            try:
                for _ in range(512):
                    peer.sendall(b"x" * 4096)
            except OSError:
                return b""
            return peer.recv(1)

    said = beside(loop, talk)
    requests.close()

    assert said == b"" or isinstance(said, OSError)


def test_a_stopped_till_is_held_by_the_command(
    closed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its start, the act and its stop are records; only one holds it at a time."""
    with held(closed) as till:
        seq = till.record(ev.NOTE, {1: 1, 2: "erreur de saisie"})
        assert not isinstance(till, RunningTill)
        with pytest.raises(Refusal), held(closed):
            pass
        with pytest.raises(Refusal):
            till.record(ev.TICKET, {1: 1})

    assert seq > 0
    assert verify_main([str(closed)]) == 0
    with pytest.raises(Refusal), held(tmp_path):
        pass


def test_long_work_is_done_by_a_child(closed: Path, loop: SelectorsLoop) -> None:
    """One after the other, each with what came of it; a folder that is none gives a sentence."""
    said: list[WorkDone | WorkGoes] = []

    def say(what: WorkDone | WorkGoes) -> None:
        said.append(what)
        if sum(isinstance(each, WorkDone) for each in said) == 2:
            loop.stop()

    worker = ChildWorker(Place(closed, SHOP), loop, say)
    worker.do(Work("verify"))
    worker.do(Work("copies", (str(closed / "nowhere"),)))
    loop.run()
    worker.close()
    verified, copied = (each for each in said if isinstance(each, WorkDone))

    assert (verified.name, verified.facts["intact"]) == ("verify", True)
    assert "is not there" in copied.facts["detail"]


def test_why_a_child_died_stands_in_the_log(
    closed: Path, loop: SelectorsLoop, capfd: pytest.CaptureFixture[str]
) -> None:
    said: list[WorkDone | WorkGoes] = []

    def say(what: WorkDone | WorkGoes) -> None:
        said.append(what)
        loop.stop()

    worker = ChildWorker(Place(closed, SHOP), loop, say)
    worker.do(Work("no such work"))
    loop.run()
    worker.close()

    assert isinstance(said[0], WorkDone)
    assert "recommencer" in said[0].facts["error"]
    assert "no such work: the child ended without an answer: Traceback" in capfd.readouterr().err
