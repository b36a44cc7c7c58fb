"""A store proven again without a server: clean as it is, and each kind of damage named."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.sync import protocol
from collector.audit import Audit, Report
from collector.command import main
from tests.collector import seaweed, world
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
