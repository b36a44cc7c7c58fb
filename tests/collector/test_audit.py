"""A store proven again without a server: clean as it is, and each kind of damage named."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from appliance.storage.record import decode
from appliance.sync import protocol
from appliance.sync import shop as shop_closing
from collector import build
from collector.audit import Audit, Report
from collector.command import main
from tests.collector import seaweed, world
from tests.collector.replica import Here
from tests.collector.test_archives import post
from tests.collector.test_shops import DAY, close
from tests.collector.world import ROOT, Till, World
from tests.sync.line import SIRET
from tests.sync.test_statements import archived


def lived(shop: World) -> list[Till]:
    tills = [shop.till(), shop.till("B02")]
    for till in tills:
        for turn in range(3):
            till.line.sell(2)
            if turn == 1:
                till.line.turn()
            assert till.push(shop.replicas[turn % 2]).status_code == 201
    close(tills[1].line)
    assert tills[1].push(shop.replicas[0]).status_code == 201
    shop.run(shop.parts.manifests.make(SIRET[:9], "2026-11-21"))
    shop.run(shop.parts.shops.make(SIRET, "day", DAY))
    assert post(shop.replicas[0], archived(tills[1].line, 0, tills[1].line.seq - 1)).status_code == 201
    return tills


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[World]:
    with world.opened(tmp_path) as it:
        yield it


def audit(shop: World) -> Report:
    return shop.run(Audit(shop.parts.store, ROOT.public).run())  # type: ignore[no-any-return]


def test_what_is_wrong_is_named(shop: World, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing; then a byte changed, a batch gone, a chain cut at its end, one that nobody enrolled."""
    one, two = lived(shop)
    where = ["audit", "--config", str(shop.settings)]
    assert audit(shop) == Report(2, 7, one.line.seq + two.line.seq, ())
    assert main(where) == 0

    store = shop.home / "store"
    middle = store / protocol.place(one.line.chain_id, protocol.read_receipt(one.receipts[0])[0].next_seq)
    last = store / protocol.place(two.line.chain_id, protocol.read_receipt(two.receipts[2])[0].next_seq)
    kept = middle.read_bytes()
    middle.write_bytes(kept[:200] + bytes([kept[200] ^ 1]) + kept[201:])
    assert any("does not hold" in finding for finding in audit(shop).findings)
    middle.unlink()
    assert any("are missing" in finding for finding in audit(shop).findings)
    middle.write_bytes(kept)
    assert audit(shop).findings == ()
    end = last.read_bytes()
    last.unlink()
    assert ["that is not here" in finding for finding in audit(shop).findings] == [True] * 3
    last.write_bytes(end)
    closing = store / "closings" / SIRET / "day" / DAY / f"{0:012d}"
    moved = closing.parent.parent / "2026-11-01" / closing.name
    moved.parent.mkdir()
    moved.write_bytes(closing.read_bytes())
    other = store / "archives" / one.line.chain_id.hex() / bytes(32).hex()
    other.parent.mkdir()
    other.write_bytes(next((store / "archives" / two.line.chain_id.hex()).iterdir()).read_bytes())
    assert ["another archive" in finding for finding in audit(shop).findings if "archives" in finding] == [True]
    other.unlink()
    assert ["another shop or period" in finding for finding in audit(shop).findings] == [True]
    moved.write_bytes(closing.read_bytes()[:-1])
    assert ["does not hold" in finding for finding in audit(shop).findings] == [True]
    moved.unlink()

    for entry in (store / "registry" / two.line.chain_id.hex()).iterdir():
        entry.unlink()
    assert ["never enrolled" in finding for finding in audit(shop).findings] == [True]
    capsys.readouterr()
    with pytest.raises(SystemExit) as left:
        main(where)
    assert left.value.code == 1
    assert "never enrolled" in capsys.readouterr().out


def test_a_place_that_was_filled_twice(weed: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A delete marker lets a name be created again; the locked bucket keeps both, and the audit says so."""
    s3 = seaweed.client(weed)
    s3.create_bucket(Bucket="audited", ObjectLockEnabledForBucket=True)
    with world.opened(tmp_path, weed, "audited") as it:
        till = lived(it)[0]
        where = ["audit", "--config", str(tmp_path / "direct.toml")]
        assert main(where) == 0
        name = protocol.place(till.line.chain_id, 0)
        whole = it.object(till.line.chain_id, 0)
        s3.delete_object(Bucket="audited", Key=name)
        assert it.object(till.line.chain_id, 0) is None
        assert whole
        assert it.run(it.parts.store.create(name, whole)) == whole
        capsys.readouterr()
        with pytest.raises(SystemExit):
            main(where)
        assert f"{name}: 2 versions, deleted at some time" in capsys.readouterr().out


def damaged(path: Path, findings: Callable[[], tuple[str, ...]], word: str) -> None:
    """A byte in its middle changed, it is named; put right, it is not."""
    kept = path.read_bytes()
    path.write_bytes(kept[: len(kept) // 2] + bytes([kept[len(kept) // 2] ^ 1]) + kept[len(kept) // 2 + 1 :])
    assert [word in finding for finding in findings() if path.name in finding] == [True]
    path.write_bytes(kept)


def test_evidence_of_a_fork_has_to_hold(desk: World) -> None:
    """What one key has signed twice is another history; changed, of another place or the stored one, it is nothing."""
    till = desk.till()
    till.line.sell(2)
    assert till.push(desk.replicas[0]).status_code == 201
    copy = till.clone()
    till.line.sell(2)
    assert till.push(desk.replicas[0]).status_code == 201
    copy.line.sell(3, "Croissant")
    body = protocol.request(copy.cut().encode(), copy.last)
    assert copy.post(desk.replicas[0], f"{copy.chain}/forks", body, protocol.BATCH_TYPE).status_code == 201
    path = next((desk.home / "store" / "forks").rglob("*/*/*"))
    assert ["was kept as evidence" in finding for finding in audit(desk).findings] == [True]

    damaged(path, lambda: audit(desk).findings, "does not hold")
    moved = path.with_name("00" * 32)
    path.rename(moved)
    assert ["of another place" in finding for finding in audit(desk).findings] == [True]
    mine = till.line.cut(copy.first, till.first)
    moved.write_bytes(protocol.request(mine.encode(), copy.last))
    moved.rename(moved.with_name(sha256(mine.encode()).hexdigest()))
    assert ["history that is stored" in finding for finding in audit(desk).findings] == [True]


def test_the_list_of_what_came_after_a_revocation(desk: World) -> None:
    """Each batch that is marked is listed, each that is listed is marked."""
    till = desk.till()
    till.line.sell()
    assert till.push(desk.replicas[0]).status_code == 201
    desk.run(desk.parts.registry.record(till.line.chain_id, "revoked", b"", build.now()))
    desk.replicas[:] = [Here(desk.settings)]  # type: ignore[list-item]
    till.line.sell()
    assert till.push(desk.replicas[0]).status_code == 201
    listed = next((desk.home / "store" / "quarantine").rglob(f"*/{2:012d}"))
    assert audit(desk).findings == ()

    damaged(listed, lambda: audit(desk).findings, "not stored as quarantined")
    listed.rename(listed.with_name(f"{0:012d}"))
    assert ["not on the list" in finding for finding in audit(desk).findings] == [False, True]


def z(till: Till, number: int, cents: int, perpetual: int) -> None:
    """A day's closing, sent."""
    before = till.line.seq
    close(till.line, f"2031-05-0{number}", cents, number=number)
    record = decode(till.line.frames[-1][1][0])
    till.line.frames.pop()
    till.line.heads.pop()
    assert till.line.seq == before
    till.line.add(till.line.record(before, 50, {**record.body, 25: perpetual, 26: perpetual}))


def test_totals_that_do_not_follow(desk: World) -> None:
    """Each Z goes on from the one before; a shop's closing is the sum of the tills' own, whoever signed it."""
    one, two = desk.till(), desk.till("B02")
    for number, cents, perpetual in ((1, 100, 100), (2, 250, 350), (3, 1, 351)):
        z(one, number, cents, perpetual)
    z(two, 1, 100, 100)
    z(two, 3, 5, 106)
    for till in (one, two):
        assert till.push(desk.replicas[0]).status_code == 201
    desk.run(desk.parts.shops.make(SIRET, "day", "2031-05-02"))
    said = audit(desk).findings
    assert [two.line.chain_id.hex() in finding for finding in said] == [True] * 3
    assert [word in finding for word, finding in zip(("number 1", "perpetual", "absolute"), said, strict=True)] == [
        True
    ] * 3

    true = shop_closing.read(desk.run(desk.parts.shops.closings(SIRET, "day", "2031-05-02"))[0], desk.log)
    part = true.parts[0]._replace(total=240)
    for lie in (
        true._replace(parts=(part,), sums=true.sums._replace(total=240)),
        true._replace(sums=true.sums._replace(tickets=9)),
    ):
        name = desk.home / "store" / "closings" / SIRET / "day" / "2031-05-02" / f"{0:012d}"
        name.write_bytes(shop_closing.seal(lie, desk.own.sign))
        assert [finding for finding in audit(desk).findings if "not those of the tills' own" in finding]
