"""The collector's word on a till's archives: asked for once all has come, proven, kept beside each."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from appliance.simulator.upstream import ROOT, Reply, problem
from appliance.storage.flash import durable_file
from appliance.storage.keys import Key
from appliance.sync import countersign, dating
from appliance.sync.command import sync_main
from appliance.sync.protocol import ProtocolError
from tests.daemon.test_upstream import ENROLLED, SALE, Shop

CLOSED = ENROLLED + SALE + "close day\nwait 2m\n"
NEXT = 'login "Sophie"\nopen day float 100.00\n' + SALE + "close day\nwait 2m\n"


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    made = Shop(tmp_path / "data")
    yield made
    made.world.close()


def archives(shop: Shop) -> list[Path]:
    return sorted((shop.data / "archives").glob("*.zip"))


def word(archive: Path) -> Path:
    return archive.with_name(archive.name + dating.SUFFIX)


def test_each_archive_gets_its_date(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    shop.play(CLOSED)
    (archive,) = archives(shop)
    said = dating.dated(archive, ROOT.public)
    assert said.received <= shop.world.clock.t
    assert sync_main(["dated", str(archive), "--root", ROOT.public.hex()]) == 0
    assert f"records {said.first} to {said.last}, at the collector 2026-" in capsys.readouterr().out
    assert sync_main(["dated", str(archive), "--root", Key(b"another root of nobody's".ljust(32)).public.hex()]) == 1
    assert "does not hold" in capsys.readouterr().out
    assert sync_main(["dated", str(archive) + "x", "--root", ROOT.public.hex()]) == 2
    asked = len(shop.heard("POST /v1/archives"))
    shop.play(NEXT)
    assert all(word(each).is_file() for each in archives(shop))
    assert len(shop.heard("POST /v1/archives")) - asked == len(archives(shop)) - 1


def test_an_archive_waits_for_the_network(shop: Shop) -> None:
    """Made without a cable: dated when the cable comes."""
    shop.play(ENROLLED + SALE + "network down\nclose day\nwait 5m\n")
    (archive,) = archives(shop)
    assert not word(archive).exists()
    shop.play("network up\nwait 20m\n")
    assert dating.dated(archive, ROOT.public)


def test_a_word_that_is_cut_short_or_of_another_is_refused(shop: Shop) -> None:
    shop.play(CLOSED + NEXT)
    one, other = archives(shop)[:2]
    whole = word(one).read_bytes()
    for wrong in (b"", whole[:-1], word(other).read_bytes(), whole.replace(b"archive", b"archivf")):
        word(one).write_bytes(wrong)
        if wrong == whole:
            continue
        with pytest.raises(ProtocolError):
            dating.dated(one, ROOT.public)


def test_a_lying_collector_is_recorded_once_and_nothing_kept(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shop.collector, "_dated", lambda manifest: Reply(201, b"\x00"))
    shop.play(CLOSED + NEXT)
    assert [each["what"] for each in shop.records("upstream")] == ["lying"]
    assert len(archives(shop)) == 2
    assert not any(word(each).exists() for each in archives(shop))


def test_a_refused_archive_is_not_asked_for_again(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shop.collector, "_dated", lambda manifest: problem(422, "another head"))
    shop.play(CLOSED + "wait 40m\n")
    assert len(shop.heard("POST /v1/archives")) == 1
    assert shop.records("upstream") == []


def test_a_word_that_cannot_be_kept_is_asked_for_again(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk is full once, or the power goes before the name stands: the next receipt asks again."""
    left = [OSError(28, "No space left on device")]

    def full_once(*given: Any) -> None:
        if left:
            raise left.pop()
        durable_file(*given)

    monkeypatch.setattr(dating, "durable_file", full_once)
    shop.play(CLOSED)
    assert left == []
    shop.play(NEXT)
    assert len(archives(shop)) == 2
    assert all(dating.dated(each, ROOT.public) for each in archives(shop))
    assert shop.records("upstream") == []


def test_what_is_no_archive_is_passed_over(shop: Shop) -> None:
    shop.play(CLOSED)
    torn = shop.data / "archives" / "0.zip"
    torn.write_bytes(archives(shop)[0].read_bytes()[:-1])
    shop.play(NEXT)
    assert [word(each).exists() for each in archives(shop)] == [False, True, True]
    assert dating.manifest_of(torn) == b""
    assert countersign.ARCHIVE_BYTES >= len(dating.manifest_of(archives(shop)[1])) > 0
