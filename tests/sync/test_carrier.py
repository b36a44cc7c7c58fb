"""A stick between a till and a collector: fed, carried, brought back; torn, full of nonsense, or another till's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from appliance.storage import chain
from appliance.storage.flash import OsDisk
from appliance.storage.keys import Key
from appliance.sync import carrier, protocol
from appliance.sync.carrier import CarryError, Home
from appliance.sync.client import Client
from appliance.sync.command import sync_main
from tests.sync.test_exchange import STRANGER, Shop, collector, lie, shop

__all__ = ["collector", "shop"]
DISK = OsDisk()


class Stick:
    """Of one shop; `home` is what the till has journaled."""

    def __init__(self, shop: Shop, folder: Path) -> None:
        self.shop, self.folder = shop, folder
        folder.mkdir()
        self.next_seq, self.receipt = 0, b""

    @property
    def home(self) -> Home:
        return Home(self.next_seq, self.receipt or None, self.shop.home.journal.next_seq)

    @property
    def place(self) -> Path:
        return self.folder / carrier.FOLDER / self.shop.home.journal.chain_id.hex()

    def feed(self) -> int:
        return carrier.export(self.folder, self.shop.home.cutter, self.home, DISK)

    def carry(self) -> int:
        return carrier.push(self.folder, Client(self.shop.collector.url))

    def back(self) -> int:
        """Receipts that the till takes from it."""
        found = list(carrier.answers(self.folder, self.shop.home.cutter, self.shop.collector.log, self.home))
        if found:
            self.next_seq, self.receipt = found[-1][0].next_seq, found[-1][1]
        return len(found)

    @property
    def whole(self) -> bool:
        theirs = self.shop.collector.records(self.shop.home.journal.chain_id)
        return chain.follow(chain.START, theirs) == self.shop.home.journal.head


@pytest.fixture
def stick(shop: Shop, tmp_path: Path) -> Stick:
    return Stick(shop, tmp_path / "stick")


def test_there_and_back(stick: Stick) -> None:
    """Twice, with a change of key between: everything is there, and what was received leaves the stick."""
    for _ in range(2):
        stick.shop.home.add(300)
        stick.shop.home.turn()
        stick.shop.home.add(300)
        assert stick.feed() == stick.shop.home.journal.next_seq
        assert stick.carry() >= 2
        assert stick.whole
        assert stick.back() >= 2
        assert stick.next_seq == stick.shop.home.journal.next_seq
        stick.feed()
        assert list(stick.place.glob("0*")) == []


def test_fed_little_by_little(stick: Stick) -> None:
    """The last batch is cut anew while nobody has answered it; never more files than batches."""
    for _ in range(20):
        stick.shop.home.add(3)
        assert stick.feed() == stick.shop.home.journal.next_seq
    assert len(list(stick.place.glob("*.batch"))) == 1
    stick.carry()
    assert stick.whole


def test_carried_while_the_till_sells_on(stick: Stick) -> None:
    """What was answered stays as it was sent; what came since stands behind it."""
    stick.shop.home.add(10)
    stick.feed()
    stick.carry()
    stick.shop.home.add(10)
    stick.feed()
    stick.carry()
    assert stick.whole
    assert stick.back() == 2


def test_carrying_twice_is_safe(stick: Stick) -> None:
    """The answers were lost with the stick: the same ones come again."""
    stick.shop.home.add(10)
    stick.feed()
    stick.carry()
    for path in stick.place.glob("*.receipt"):
        path.unlink()
    assert stick.carry() == 1
    assert stick.carry() == 0
    assert stick.back() == 1


def test_forged_answers_are_passed_over(stick: Stick) -> None:
    """Another key, another head, nonsense: nothing is taken from the stick."""
    stick.shop.home.add(10)
    stick.feed()
    stick.carry()
    answer = next(stick.place.glob("0*.receipt"))
    good = answer.read_bytes()
    lie(stick.shop.collector, lambda it: it, STRANGER)
    forged = protocol.read_stored(next(iter(stick.shop.collector.stored.values())))[1]
    lie(stick.shop.collector, lambda it: it._replace(head=bytes(32)))
    wrong = protocol.read_stored(next(iter(stick.shop.collector.stored.values())))[1]
    for data in (forged, wrong, b"", b"nonsense", good[:-1], good + b"\0"):
        answer.write_bytes(data)
        assert stick.back() == 0
    answer.write_bytes(good)
    assert stick.back() == 1


def test_a_torn_batch_is_written_anew(stick: Stick) -> None:
    """A stick that was pulled out: the next minute makes it whole."""
    stick.shop.home.add(10)
    stick.feed()
    batch = next(stick.place.glob("*.batch"))
    batch.write_bytes(batch.read_bytes()[:50])
    with pytest.raises(CarryError, match="does not take batch 0"):
        stick.carry()
    stick.feed()
    stick.carry()
    assert stick.whole


def test_by_hand(stick: Stick, capsys: pytest.CaptureFixture[str]) -> None:
    """`sceau sync export`, `push`, `status`, and a line that says what to do when it cannot."""
    stick.shop.home.add(10)
    data, folder = str(stick.shop.directory), str(stick.folder)
    assert sync_main(["export", data, folder]) == 0
    assert sync_main(["push", folder, "--url", stick.shop.collector.url]) == 0
    assert stick.whole
    assert sync_main(["status", data]) == 0
    assert "not enrolled" in capsys.readouterr().out
    assert sync_main(["export", data, folder + "/nowhere"]) == 2
    assert "plug the stick in" in capsys.readouterr().err
    stick.shop.collector.hang_up()
    stick.shop.home.add(1)
    assert sync_main(["export", data, folder]) == 0
    assert sync_main(["push", folder, "--url", stick.shop.collector.url]) == 2


def test_beside_a_till_that_runs_the_last_frame_is_left_out(stick: Stick) -> None:
    """It may not be durable yet; when nothing listens it is taken."""
    stick.shop.home.add(4)
    (stick.shop.directory / "socket").touch()
    assert sync_main(["export", str(stick.shop.directory), str(stick.folder)]) == 0
    last = protocol.read_batch(sorted(stick.place.glob("*.batch"))[-1].read_bytes()).next_seq
    assert last == stick.shop.home.cutter.frame_of(stick.shop.home.journal.next_seq - 1)


@pytest.mark.parametrize(("field", "value", "said"), [("head", bytes(32), "d'autres actes"), ("next_seq", 1000, "999")])
def test_a_proven_answer_that_tells_another_history_is_said(stick: Stick, field: str, value: Any, said: str) -> None:
    """Under the collector's own key: another head, or more records than there are. Forged ones are nobody's word."""
    stick.shop.home.add(10)
    stick.feed()
    stick.carry()
    answer = next(stick.place.glob("0*.receipt"))
    log, cutter = stick.shop.collector.log, stick.shop.home.cutter
    assert carrier.contradiction(stick.folder, cutter, log, stick.home) == ""

    def told(signer: Key | None = None) -> str:
        lie(stick.shop.collector, lambda it: it._replace(**{field: value}), *([signer] if signer else []))
        answer.write_bytes(protocol.read_stored(next(iter(stick.shop.collector.stored.values())))[1])
        return carrier.contradiction(stick.folder, cutter, log, stick.home)

    assert said in told()
    assert told(STRANGER) == ""
