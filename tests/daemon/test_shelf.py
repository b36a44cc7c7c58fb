"""The power goes at every act while the owner's files take their place: the old shop or the new one, whole."""

from __future__ import annotations

from datetime import date
from hashlib import sha256
from pathlib import Path

import pytest

from appliance.daemon.heard import ANSWERED, MOST, REFUSED, SEEN, Heard
from appliance.daemon.shelf import GOING, NAME, OTHER, WANTED, Shelf, fault
from appliance.simulator.upstream import RELEASE
from appliance.storage.flash import OsDisk, durable_file
from appliance.sync import parcel, pointer
from appliance.sync.parcel import FILES
from appliance.sync.pointer import Pointer
from tests.daemon.world import SAMPLE
from tests.storage.memory import MemoryDisk
from tests.storage.recorder import Fate, Recorder

DATA, SHOP = Path("/data"), Path("/shop")
ALL = [name for names in FILES.values() for name in names]
OLD = {name: b"old " + name.encode() for name in ALL}
SEEDS = 4


def statement(scope: str, data: bytes, version: int = 1) -> bytes:
    said = Pointer(scope, version, sha256(data).digest(), len(data), 0, 10**12, "*")
    return pointer.seal(said, RELEASE.sign)


def wanted(scope: str) -> dict[str, bytes]:
    return {name: b"new " + name.encode() * 900 for name in FILES[scope]}


def disk_with_a_shop() -> MemoryDisk:
    disk = MemoryDisk()
    for folder in (Path("/"), DATA, SHOP):
        disk.mkdir(folder)
    for name, content in OLD.items():
        durable_file(disk, SHOP / name, content)
    return disk


def shop_of(disk: MemoryDisk) -> dict[str, bytes]:
    return {name: bytes(disk.files[disk.names[SHOP / name]]) for name in ALL}


def replaced(*scopes: str) -> dict[str, bytes]:
    return OLD | {name: content for scope in scopes for name, content in wanted(scope).items()}


def replace(disk: Recorder, scope: str) -> tuple[int, int]:
    """Put, taken, settled; the stamps at which `put` and `take` had returned."""
    shelf, data = Shelf(DATA, SHOP, disk), parcel.pack(scope, wanted(scope))
    shelf.put(statement(scope, data), data)
    put = len(disk.ops)
    (it,) = shelf.waiting()
    shelf.take(it)
    taken = len(disk.ops)
    shelf.settled(lambda scope: 1)
    return put, taken


@pytest.mark.parametrize("scope", FILES)
def test_every_cut_leaves_one_set(scope: str) -> None:
    """And a second cut while the next start repairs; then nothing lies about."""
    disk = Recorder(on=disk_with_a_shop())
    put, taken = replace(disk, scope)
    assert shop_of(disk) == replaced(scope)
    seen = set()
    for stamp in range(len(disk.ops)):
        for fate in Fate:
            for seed in range(SEEDS):
                again = Recorder(on=disk.cut(stamp, fate, seed))
                Shelf(DATA, SHOP, again).finish()
                for at in range(-1, len(again.ops)):
                    last = again.cut(at, fate, seed) if at >= 0 else again.copy()
                    seen.add(judge(last, scope, waits=put <= stamp < taken, stands=stamp >= taken))
    assert seen == {"old", "new"}


def judge(disk: MemoryDisk, scope: str, *, waits: bool, stands: bool) -> str:
    """After `finish`: whole, nothing left, and what waits or stands is known. `old` or `new`."""
    shelf = Shelf(DATA, SHOP, disk)
    shelf.finish()
    shop = shop_of(disk)
    assert shop in (OLD, replaced(scope))
    assert not [name for name in disk.listdir(SHOP) if name.endswith(WANTED)]
    if stands:
        assert shop == replaced(scope)
    if waits:
        known = [*shelf.waiting(), *shelf.going()]
        assert [it.data for it in known] == [parcel.pack(scope, wanted(scope))]
        assert bool(shelf.going()) == (shop != OLD)
    return "old" if shop == OLD else "new"


def test_two_scopes_do_not_touch_each_other() -> None:
    """One is settled when its record is there, the other not before its own is."""
    disk = disk_with_a_shop()
    shelf = Shelf(DATA, SHOP, disk)
    for scope in FILES:
        data = parcel.pack(scope, wanted(scope))
        shelf.put(statement(scope, data), data)
    for it in shelf.waiting():
        shelf.take(it)
    assert shop_of(disk) == replaced(*FILES)
    shelf.settled({"config": 1, "catalogue": 0}.__getitem__)
    assert [it.pointer.scope for it in shelf.going()] == ["catalogue"]
    assert shelf.waiting() == ()


def test_a_newer_one_takes_the_place_of_what_waits() -> None:
    disk = disk_with_a_shop()
    shelf = Shelf(DATA, SHOP, disk)
    for version in (1, 2):
        data = parcel.pack("catalogue", wanted("catalogue"))
        shelf.put(statement("catalogue", data, version), data)
    assert [it.pointer.version for it in shelf.waiting()] == [2]


@pytest.mark.parametrize("suffix", ["", GOING])
def test_what_flash_has_spoilt_is_dropped(suffix: str) -> None:
    """The collector is asked again; the till starts."""
    disk = disk_with_a_shop()
    shelf, data = Shelf(DATA, SHOP, disk), parcel.pack("catalogue", wanted("catalogue"))
    shelf.put(statement("catalogue", data), data)
    whole = bytes(disk.files[disk.names[DATA / NAME / "catalogue"]])
    for spoilt in (b"", whole[:50], whole[:-1] + b"x", b"\x80"):
        durable_file(disk, DATA / NAME / f"catalogue{suffix}", spoilt)
        shelf.finish()
        assert (shelf.going() if suffix else shelf.waiting()) == ()
        assert f"catalogue{suffix}" not in disk.listdir(DATA / NAME)


def test_the_real_reader(tmp_path: Path) -> None:
    """It says the first fault, it looks at the files that stay, and the shop's own folder is not touched."""
    siret, till = "12345678200010", "1"
    own = {name: (SAMPLE / name).read_bytes() for name in ALL}
    before = sorted(path.name for path in SAMPLE.iterdir())

    def said(scope: str, **changes: bytes) -> str:
        files = own | {name.replace("_", "."): content for name, content in changes.items()}
        data = parcel.pack(scope, files)
        return fault(SAMPLE, pointer.read(statement(scope, data)), data, date(2026, 11, 21), (siret, till))

    shop = own["shop.toml"]
    assert siret.encode() in shop.replace(b" ", b"")
    assert said("catalogue") == said("config") == ""
    assert said("catalogue", catalogue_csv=b"label\n").startswith("catalogue.csv:1:")
    assert said("config", shop_toml=b"not TOML").startswith("shop.toml:")
    assert said("config", shop_toml=shop.replace(b'till = "1"', b'till = "2"')) == OTHER
    assert sorted(path.name for path in SAMPLE.iterdir()) == before


def test_what_was_heard(tmp_path: Path) -> None:
    """Kept over a start, bounded, and a file that does not read is none."""
    heard = Heard(tmp_path, OsDisk())
    assert heard.add(REFUSED, b"a")
    assert not heard.add(REFUSED, b"a")
    assert heard.add(SEEN, b"a")
    heard.add(ANSWERED, b"b")
    again = Heard(tmp_path, OsDisk())
    assert again.refused == frozenset({b"a"})
    assert again.answered == frozenset({b"b"})
    assert again.knows(SEEN, b"a")
    for number in range(MOST):
        again.add(REFUSED, bytes([number]) * 8)
    assert len(again.refused) == MOST
    assert b"a" not in again.refused
    for spoilt in (b"", b"\xff", b"\x80", b"\xa1\x01\x01"):
        (tmp_path / "heard").write_bytes(spoilt)
        assert Heard(tmp_path, OsDisk()).refused == frozenset()
