"""A shop's closing over all its tills: made from what they sent, again when one sends late, never less than it knew."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.sync import registry, shop
from appliance.sync.protocol import ProtocolError
from appliance.sync.shop import ShopClosing
from collector import build
from collector.command import main
from collector.shops import Shops, bounds
from collector.store import Unavailable
from tests.collector.test_manifest import enrolled
from tests.collector.world import Till, World
from tests.sync.line import Line

DAY = (datetime.now(UTC) + timedelta(1)).date().isoformat()  # so that every till is enrolled before it ends
MONTH = DAY[:7]
FUTURE = "2031-05-05"
FIELDS = {50: (1, 2, *range(6, 13), 25, 26), 53: (1, 2, *range(8, 17)), 54: (1, 2, *range(8, 17))}


def close(line: Line, period: str = DAY, cents: int = 425, kind: int = 50, number: int = 1) -> None:
    """One frame with a till's closing, as far as the shop's asks for it."""
    counts = [2, cents, 0, 0, cents, [[550, cents - 22, 22, cents]], [["Espèces", "cash", 2, cents]], cents, cents]
    body: dict[int, Any] = dict(zip(FIELDS[kind], [number, period, *counts], strict=True))
    line.add(line.record(line.seq, kind, body))


def made(shop_: World, siret_: str, level: str = "day", period: str = DAY) -> tuple[int, ShopClosing]:
    it = shop_.run(shop_.parts.shops.make(siret_, level, period))
    assert it.faults == ()
    return it.number, shop.read(it.data, shop_.log)


def two(world: World, siret_: str) -> tuple[Till, Till]:
    return enrolled(world, siret_, "B01"), enrolled(world, siret_, "B02")


def test_a_late_till_gives_a_newer_one(shop: World, siret: str) -> None:
    """Missing first, then there; the older one stays; the same again makes none; only this shop's tills read it."""
    one, late = two(shop, siret)
    for cents in (425, 110):
        close(one.line, cents=cents)
        one.line.sell(2)
        assert one.push(shop.replicas[0]).status_code == 201
    number, first = made(shop, siret)
    assert (number, first.sums.total, len(first.parts), first.missing) == (0, 535, 2, (late.line.chain_id,))

    close(late.line, cents=-100)
    assert made(shop, siret)[0] == 0
    assert late.push(shop.replicas[1]).status_code == 201
    number, second = made(shop, siret)
    assert (number, second.sums.total, second.missing, len(second.parts)) == (1, 435, (), 3)
    assert second.sums.vat == ((550, 435 - 66, 66, 435),)
    assert made(shop, siret) == (1, second)

    path = f"/v1/closings/{siret}/day/{DAY}?chain={late.line.chain_id.hex()}"
    newest, older = late.get(shop.replicas[0], path), late.get(shop.replicas[1], f"{path}&number=0")
    kept = shop.run(shop.parts.shops.closings(siret, "day", DAY))
    assert [older.content, newest.content] == kept
    assert late.get(shop.replicas[0], f"{path}&number=2").status_code == 404
    assert late.get(shop.replicas[0], path.replace(DAY, "2026-11-20")).status_code == 404
    assert late.get(shop.replicas[0], path.replace(DAY, "2026-13-20")).status_code == 400
    other = shop.till()
    assert other.get(shop.replicas[0], path.replace(late.chain[-32:], other.chain[-32:])).status_code == 403
    assert other.get(shop.replicas[0], path).status_code == 401

    stolen = enrolled(shop, siret, "B03")
    shop.run(shop.parts.registry.record(stolen.line.chain_id, registry.REVOKED, b"", build.now()))
    theirs = path.replace(late.chain[-32:], stolen.chain[-32:])
    assert stolen.get(shop.replicas[1], theirs).status_code == 403  # it was not asked of this till before


def test_months_years_and_chains_that_ended(shop: World, siret: str) -> None:
    """Each level has its own closings; a till that was retired before the period is not expected and still counts."""
    one, gone = two(shop, siret)
    shop.run(shop.parts.registry.record(gone.line.chain_id, registry.RETIRED, b"", build.now()))
    close(one.line, MONTH, 900, 53)
    close(one.line, MONTH, 7000, 54)
    close(gone.line, FUTURE[:7], 50, 53)
    for till in (one, gone):
        assert till.push(shop.replicas[0]).status_code == 201
    month = made(shop, siret, "month", MONTH)[1]
    assert (month.sums.total, month.missing) == (900, (gone.line.chain_id,))
    assert made(shop, siret, "year", MONTH)[1].sums.total == 7000
    future = made(shop, siret, "month", FUTURE[:7])[1]
    assert (future.sums.total, future.missing) == (50, (one.line.chain_id,))
    nobody = made(shop, f"{Random().randrange(10**14):014d}")[1]
    assert (nobody.parts, nobody.missing, nobody.sums) == ((), (), ShopClosing("", "", "", (), (), nobody.sums, 0).sums)


def test_only_what_came_since_is_read(shop: World, siret: str) -> None:
    """Batches that were received more than a month before the period, but the last of them, are not opened."""
    till = enrolled(shop, siret, "B01")
    for _ in range(9):
        till.line.sell(1)
        assert till.push(shop.replicas[0]).status_code == 201
    close(till.line, FUTURE)
    assert till.push(shop.replicas[0]).status_code == 201
    parts, asked = shop.parts, list[int]()

    class Counting:
        async def at(self, chain_id: bytes, first: int) -> Any:
            asked.append(first)
            return await parts.batches.at(chain_id, first)

    counted = Shops(parts.store, parts.keys, parts.registry, Counting(), build.now)  # type: ignore[arg-type]
    it = shop.run(counted.make(siret, "day", FUTURE))
    assert len(set(asked)) <= 4
    assert len(it.data) > 100


def test_a_closing_that_cannot_be_read(
    shop: World,
    siret: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """It is named, the others count; the command says so with exit code 1, and without it 0."""
    one, two_ = two(shop, siret)
    close(one.line)
    assert one.push(shop.replicas[0]).status_code == 201
    words = ["closing", siret, "day", DAY, "--config", str(shop.home / "direct.toml")]
    assert main(words) == 0
    assert "2 tickets, 425 cents over 1 closings" in capsys.readouterr().out
    two_.line.add(two_.line.record(two_.line.seq, 50, {1: 1, 2: DAY}))
    assert two_.push(shop.replicas[0]).status_code == 201
    with pytest.raises(SystemExit) as left:
        main(words)
    assert left.value.code == 1
    assert "the closing in record 1 has not the form of one" in capsys.readouterr().out


def test_a_hole_is_no_sum(shop: World, siret: str) -> None:
    """A chain whose batches do not follow each other is not added up."""
    till = enrolled(shop, siret, "B01")
    for _ in range(3):
        close(till.line)
        assert till.push(shop.replicas[0]).status_code == 201
    parts, middle = shop.parts, shop.log.receipt(till.receipts[0]).next_seq

    class Holed:
        """The store without one batch."""

        def __getattr__(self, name: str) -> Any:
            return getattr(parts.store, name)

        async def names(self, prefix: str, after: str = "") -> Any:
            async for each in parts.store.names(prefix, after):
                if not each.endswith(f"{till.line.chain_id.hex()}/{middle:012d}"):
                    yield each

    holed = Shops(Holed(), parts.keys, parts.registry, parts.batches, build.now)
    with pytest.raises(Unavailable, match="are missing"):
        shop.run(holed.make(siret, "day", DAY))


@pytest.mark.parametrize(
    ("level", "period"),
    [("day", "2026-11"), ("day", "2026-02-30"), ("month", "2026-11-21"), ("year", "2026"), ("week", "2026-11"),
     ("month", "2026-00"), ("year", "9999-12"), ("day", "9999-12-31"), ("day", "２026-11-21")],
)  # fmt: skip
def test_what_is_no_period(level: str, period: str) -> None:
    with pytest.raises(ProtocolError):
        bounds(level, period)


@given(st.dates(max_value=date(9990, 1, 1)))
def test_a_day_lies_in_its_month_and_year(day: Any) -> None:
    """And no period is empty."""
    text = day.isoformat()
    begins, ends = bounds("day", text)
    assert ends - begins == 86_400_000
    for level in ("month", "year"):
        first, behind = bounds(level, text[:7])
        assert first <= begins < ends <= behind
