"""A till ends: all closed, archived and copied, counters signed, keys gone; the next chain begins at zero."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.audit.command import verify_main
from appliance.command import main
from appliance.daemon import retire
from appliance.daemon.keeping import StartError
from appliance.provision import lock, retirement
from appliance.simulator.stick import Stick
from appliance.sync.shape import ProtocolError
from tests.daemon.blank import BlankWorld, blank_world, stick
from tests.daemon.world import play
from tests.provision import made

MARC = bytes.fromhex("04B2C3D4E5F680")
SALES = ('ring "Café"', "pay cash 2.00", "print no")


def provisioned(world: BlankWorld, folder: Path) -> None:
    stick(world, folder / "bundle", made.bundle())
    world.scan(lock.digits(made.CODE))
    world.badge(MARC)
    play(world, 'type "4711"', 'type "4711"')


@pytest.fixture
def medium(tmp_path: Path) -> Iterator[Path]:
    """On another file system than the till's, as a stick is."""
    held = Stick(tmp_path / "mounted", tmp_path / "medium")
    held.plug()
    yield tmp_path / "mounted"
    held.unplug()


def command(folder: Path, medium: Path, *more: str) -> int:
    words = ["provision", "decommission", str(folder / "data"), "--shop", str(folder / "shop"), "--stick", str(medium)]
    return main([*words, *more])


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sold")
    with blank_world(folder) as world:
        provisioned(world, folder)
        play(world, "open day float 100.00", *SALES, *SALES, "close day")
        world.wait(20_000)
        world.stop()
    return folder


@pytest.fixture
def sold(played: Path, tmp_path: Path) -> None:
    """A till that has sold for a day, closed it and was stopped."""
    for name in ("data", "shop"):
        shutil.copytree(played / name, tmp_path / name)


def test_a_till_is_retired(sold: None, tmp_path: Path, medium: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Month and year closed, archives and statement on the stick, no key left; the old journal verifies without."""
    assert command(tmp_path, medium) == 0
    assert "it sells; give --do" in capsys.readouterr().out
    assert command(tmp_path, medium, "--do") == 0
    it = retirement.read(next(medium.glob("12345678200010-*/retirement.cose")).read_bytes())
    assert (it.siret, it.till, it.ticket, it.perpetual, it.absolute) == (made.SIRET, "1", 2, 300, 300)
    home = tmp_path / "data" / "retired" / it.chain.hex()
    assert sorted(path.name for path in medium.glob("*.zip")) == sorted(
        path.name for path in home.glob("archives/*.zip")
    )
    assert verify_main([str(home), "--chain", it.chain.hex()]) == 0
    assert not {*retire.SECRETS} & {path.name for path in (tmp_path / "data").iterdir()}
    assert {path.name for path in (tmp_path / "data").iterdir()} <= set(retire.STAY)
    assert list((tmp_path / "shop").iterdir()) == []

    main(["dump", str(home)])
    records = [json.loads(line) for line in capsys.readouterr().out.splitlines() if line.startswith("{")]
    kinds = [record["kind"] for record in records]
    assert {"month-close", "year-close", "archive-copy"} <= set(kinds)
    ended = next(record for record in records if record["kind"] == "retired")
    assert ended["body"]["perpetual"] == 300
    assert (ended["seq"], len(records)) == (it.record, it.next_seq)


def test_the_next_chain_begins_at_zero(sold: None, tmp_path: Path, medium: Path) -> None:
    """CON-04: another enterprise on the same machine: another chain, ticket 1, nothing carried over."""
    assert command(tmp_path, medium, "--do") == 0
    other = made.inside(
        shop_toml=made.files()["shop.toml"]
        .replace(b"12345678200010", b"73282932000074")
        .replace(b"FR11123456782", b"FR44732829320")
    )
    with blank_world(tmp_path) as world:
        stick(world, tmp_path / "other", made.bundle(other, siret="73282932000074"))
        world.scan(lock.digits(made.CODE))
        world.badge(MARC)
        play(world, 'type "4711"', 'type "4711"', "open day float 0.00", *SALES)
        tickets = [record["body"] for record in world.records() if record["kind"] == "ticket"]
        assert [(each["number"], each["perpetual"], each["absolute"]) for each in tickets] == [(1, 150, 150)]
        assert next(record["body"]["predecessor"] for record in world.records()) is None


def test_the_next_chain_names_the_one_before(sold: None, tmp_path: Path, medium: Path) -> None:
    """The same enterprise goes on, after a fork or a repair: record 0 names chain, head and totals; ticket 1."""
    assert command(tmp_path, medium, "--do") == 0
    (home,) = (tmp_path / "data" / "retired").iterdir()
    it = retirement.read((home / retire.STATEMENT).read_bytes())
    (tmp_path / "data" / "retired" / "torn").mkdir()
    (tmp_path / "data" / "retired" / "torn" / retire.STATEMENT).write_bytes((home / retire.STATEMENT).read_bytes()[:-1])
    with blank_world(tmp_path) as world:
        provisioned(world, tmp_path)
        play(world, "open day float 0.00", *SALES)
        records = world.records()
        assert records[0]["body"]["predecessor"] == [it.chain.hex(), it.head.hex(), it.perpetual, it.absolute]
        tickets = [record["body"] for record in records if record["kind"] == "ticket"]
        assert [(each["number"], each["perpetual"], each["absolute"]) for each in tickets] == [(1, 150, 150)]
        world.stop()
    assert verify_main([str(tmp_path / "data")]) == 0


def test_an_open_day_is_closed_first(tmp_path: Path, medium: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Its drawer wants to be counted: no command does that. Nothing has ended."""
    with blank_world(tmp_path) as world:
        provisioned(world, tmp_path)
        play(world, "open day float 100.00", *SALES)
        world.stop()
    assert command(tmp_path, medium, "--do") == 2
    assert "a day is open: close it at the till first" in capsys.readouterr().err
    assert retire._last_retired(tmp_path / "data") is None


def test_without_a_stick(sold: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The till's own storage keeps nothing when it burns."""
    (tmp_path / "here").mkdir()
    assert command(tmp_path, tmp_path / "here", "--do") == 2
    assert "is on the till's own storage" in capsys.readouterr().err


STEPS = ["_sealed", "_stated", "_moved"]


@pytest.mark.parametrize("step", STEPS)
def test_given_again_after_a_cut(
    sold: None, tmp_path: Path, medium: Path, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The power goes before a step: the till does not sell on, and the command goes on from there."""

    class Cut(Exception):
        pass

    def cut(*given: object) -> None:
        raise Cut

    with monkeypatch.context() as patch:
        patch.setattr(retire, step, cut)
        with pytest.raises(Cut):
            command(tmp_path, medium, "--do")
    if step == "_stated":
        with pytest.raises(StartError, match="was retired"), blank_world(tmp_path):
            pass
    assert command(tmp_path, medium, "--do") == 0
    (statement,) = medium.glob("12345678200010-*/retirement.cose")
    home = tmp_path / "data" / "retired" / retirement.read(statement.read_bytes()).chain.hex()
    assert verify_main([str(home)]) == 0
    assert list((tmp_path / "shop").iterdir()) == []


def test_a_statement_is_what_was_signed(sold: None, tmp_path: Path, medium: Path) -> None:
    """One bit changed is refused."""
    assert command(tmp_path, medium, "--do") == 0
    data = next(medium.glob("12345678200010-*/retirement.cose")).read_bytes()
    for at in range(0, len(data), 3):
        with pytest.raises(ProtocolError):
            retirement.read(data[:at] + bytes((data[at] ^ 1,)) + data[at + 1 :])
    assert "Ces compteurs sont arrêtés ici." in next(medium.glob("*/retirement.txt")).read_text("utf-8")
