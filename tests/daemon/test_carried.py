"""A stick that is left in the till: one that cannot be written says so, one that tells another history is recorded."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.sync import protocol
from tests.daemon.test_upstream import ENROLLED, SALE, Shop
from tests.sync.test_exchange import lie

LEFT_IN = "network down\n" + SALE + "usb insert stick\nwait 61s\n"


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    made = Shop(tmp_path / "data")
    yield made
    made.world.close()


def test_a_stick_that_cannot_be_written_says_so_until_another_comes(shop: Shop) -> None:
    stick = shop.data.parent / "stick"
    stick.mkdir()
    (stick / "sceau").write_text("a file where the folder would be")
    shop.play(
        ENROLLED
        + LEFT_IN
        + """logout
expect shows "La copie n'a pas pu être faite"
usb remove
usb insert other
wait 61s
expect shows "Enregistré et copié jusqu'au ticket 000001."
expect not shows "La copie n'a pas pu être faite"
"""
    )


def test_an_answer_that_contradicts_the_journal_is_recorded_once(shop: Shop) -> None:
    shop.play(ENROLLED + LEFT_IN + "usb remove\ncollector carries stick\n")
    (place,) = (shop.data.parent / "stick" / "sceau").iterdir()
    lie(shop.collector, lambda it: it._replace(head=bytes(32)))
    for answer in place.glob("0*.receipt"):
        answer.write_bytes(
            protocol.read_stored(shop.collector.stored[bytes.fromhex(place.name), int(answer.name[:12])])[1]
        )
    before = len(shop.records("receipt"))
    shop.play('usb insert stick\nwait 61s\nlogin "Sophie"\n' + SALE + 'wait 3m\nexpect not shows "contredit"\n')
    (said,) = shop.records("upstream")
    assert said["what"] == "lying"
    assert "d'autres actes" in said["text"]
    assert len(shop.records("receipt")) == before
