"""`sceau report shop DATA…`: the closings of one shop over all its tills, from their journals alone (CLO-13)."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from appliance.audit.reading import Period, Reading
from appliance.audit.report import euros
from appliance.audit.source import Unreadable
from appliance.core import event as ev
from appliance.core.shop import Identity
from appliance.sync.shape import ProtocolError
from appliance.sync.shop import ShopClosing, TillClosing, closed, closing_of

TITLES = {"day": "day", "month": "month", "year": "year from"}


class Till(NamedTuple):
    """A journal as far as it is proven; `broken` says where it stops being so."""

    path: Path
    chain_id: bytes
    siret: str
    name: str
    closings: tuple[TillClosing, ...]
    broken: str


def shop(paths: Sequence[Path], period: Period, *, as_json: bool) -> int:
    """0 when every journal held and every till closed every period; 1 when not, and the last line says where."""
    tills = [read(path) for path in paths]
    _one_shop(tills)
    found = list(closings(tills, period))
    if as_json:
        sys.stdout.write(json.dumps([plain(each) for each in found], ensure_ascii=False) + "\n")
    else:
        sys.stdout.writelines(f"{line}\n" for each in found for line in lines(each, tills))
    return _verdict(tills, found)


def read(path: Path) -> Till:
    """Raises Unreadable."""
    reading = Reading(path)
    siret, name, seen = "", "", list[TillClosing]()
    try:
        for record in reading.records():
            name = record.till
            if record.kind == ev.DAY_OPEN:
                siret = Identity.of(record.body[4]).siret
            closing = closing_of(record, b"")
            if closing is not None:
                seen.append(closing)
    except ProtocolError as error:
        raise Unreadable(f"{path}: {error}: run sceau verify") from error
    chain_id = reading.chain
    broken = "" if reading.broken is None else f"record {reading.broken.seq}: {reading.broken.why}"
    return Till(path, chain_id, siret, name, tuple(each._replace(chain_id=chain_id) for each in seen), broken)


def _one_shop(tills: Sequence[Till]) -> None:
    """Raises Unreadable for journals that are not of one shop, or one journal twice."""
    if len({till.siret for till in tills}) > 1:
        named = ", ".join(f"{till.path} is of {till.siret}" for till in tills)
        raise Unreadable(f"these are several shops ({named}): name the tills of one")
    if len({till.chain_id for till in tills}) < len(tills):
        raise Unreadable("one till is named twice: name each data folder once")


def closings(tills: Sequence[Till], period: Period) -> Iterator[ShopClosing]:
    """Days, then months, then years, in order; a month or year when it touches the period."""
    every = [each for till in tills for each in till.closings]
    chains = {till.chain_id for till in tills}
    for level in TITLES:
        names = sorted({each.period for each in every if each.level == level and _touches(period, each.period)})
        for name in names:
            yield closed(tills[0].siret, level, name, every, chains, 0)


def _touches(period: Period, name: str) -> bool:
    return period.holds(name) if len(name) == 10 else period.holds(f"{name}-01") or period.holds(f"{name}-28")


def lines(each: ShopClosing, tills: Sequence[Till]) -> Iterator[str]:
    names = {till.chain_id: till.name for till in tills}
    tickets, total = each.sums.tickets, euros(each.sums.total)
    yield f"{TITLES[each.level]} {each.period}: {tickets} tickets, total {total}"
    for part in each.parts:
        yield f"  till {part.till}, closing {part.number}, record {part.record}: {euros(part.total)}"
    for rate, ht, vat, ttc in each.sums.vat:
        yield f"  rate {rate / 100:g} %: HT {euros(ht)}, VAT {euros(vat)}, TTC {euros(ttc)}"
    for label, _, count, amount in each.sums.means:
        yield f"  means {label}: {count} payments, {euros(amount)}"
    for chain_id in each.missing:
        yield f"  till {names[chain_id]} (chain {chain_id.hex()}) did not close it"


def plain(each: ShopClosing) -> dict[str, object]:
    """For JSON; amounts in cents."""
    rows = {"vat": [list(row) for row in each.sums.vat], "means": [list(row) for row in each.sums.means]}
    sums = {**each.sums._asdict(), **rows}
    parts = [{**part._asdict(), "chain_id": part.chain_id.hex()} for part in each.parts]
    missing = [chain_id.hex() for chain_id in each.missing]
    return {"siret": each.siret, "level": each.level, "period": each.period, "parts": parts, "missing": missing, **sums}


def _verdict(tills: Sequence[Till], found: Sequence[ShopClosing]) -> int:
    broken = next((till for till in tills if till.broken), None)
    if broken is not None:
        sys.stderr.write(f"broken: {broken.path}: {broken.broken}\n")
        return 1
    gaps = [each for each in found if each.missing]
    if gaps:
        sys.stderr.write(f"incomplete: {TITLES[gaps[0].level]} {gaps[0].period}: not every till closed it\n")
    return int(bool(gaps))
