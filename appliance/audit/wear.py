"""`sceau wear`: what the journal has cost its medium, what the medium says, and how many years that leaves."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from appliance.audit.dump import time
from appliance.audit.source import Broken, Unreadable, find
from appliance.audit.verify import BROKEN, UNREADABLE, Verdict
from appliance.audit.walk import Walk
from appliance.storage import mount
from appliance.storage.mount import Sentence
from appliance.storage.record import Record, Value
from appliance.storage.wear import AMPLIFICATION, CYCLES, NAND_PAGE, Health, Medium, budget_years, medium, programmed

SHOWN = 30  # days
_PAGES = f"a flush programs {NAND_PAGE // 1024} KiB and moves {AMPLIFICATION:g} times that"
_ASSUMED = f"a cell bears {CYCLES} cycles, {_PAGES}, and the medium spreads its writes"
_END = {
    1: "spare blocks normal",
    2: "spare blocks 80 % used: replace it soon",
    3: "spare blocks used up: replace it now",
}


class Day(NamedTuple):
    """What the `wear` records of one local date add up to."""

    date: str
    bytes: int
    flushes: int


class Wear(NamedTuple):
    """`days`: the last 30 on which wear was recorded, newest last; `told`: the medium's word in the last record."""

    bytes: int
    flushes: int
    days: tuple[Day, ...]
    told: Health | None


def wear_main(argv: Sequence[str], kind: int | None = None) -> int:
    """0 shown, 1 the journal does not hold up to its end, 2 nothing that can be read."""
    options = _parser().parse_args(argv)
    try:
        wear = gather(records(options.path, _kind() if kind is None else kind))
        below = medium(options.path)
    except Broken as broken:
        sys.stderr.write(Verdict(BROKEN, broken.why, broken.seq, broken.number).line + "\n")
        return BROKEN
    except (Unreadable, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return UNREADABLE
    faults = mount.faults(options.path)
    made = [_json(wear, below, faults)] if options.json else lines(wear, below, faults)
    sys.stdout.writelines(f"{line}\n" for line in made)
    return 0


def records(path: Path, kind: int) -> Iterator[Record]:
    """The `wear` records of a journal, in order. Raises Broken, Unreadable."""
    for step in Walk(find(path)).steps():
        yield from (record for record in step.records if record.kind == kind)


def gather(found: Iterator[Record]) -> Wear:
    """Adds up the records of each day: {1: bytes, 2: flushes, 3 and 4: the same since birth, 5: health or null}."""
    days: dict[str, Day] = {}
    last: Record | None = None
    for last in found:
        date = time(last.t, last.tz)[:10]
        before = days.pop(date, Day(date, 0, 0))
        days[date] = Day(date, before.bytes + _number(last, 1), before.flushes + _number(last, 2))
        if len(days) > SHOWN:
            del days[next(iter(days))]
    if last is None:
        return Wear(0, 0, (), None)
    return Wear(_number(last, 3), _number(last, 4), tuple(days.values()), _health(last.body.get(5)))


def years(wear: Wear, below: Medium | None) -> float | None:
    """At the pace of the days shown, each taken as a day of the year; None without a day or a known medium."""
    if not wear.days or below is None or not below.capacity:
        return None
    moved = sum(programmed(day.bytes, day.flushes) for day in wear.days) / len(wear.days)
    return budget_years(moved, below.capacity)


def lines(wear: Wear, below: Medium | None, faults: Sequence[Sentence]) -> Iterator[str]:
    """For a person."""
    if not wear.days:
        yield "No wear is recorded yet: the first closing of a day records it."
    else:
        yield f"since birth  {_size(wear.bytes)} in {wear.flushes} flushes"
    yield from (f"{day.date}   {_size(day.bytes)} in {day.flushes} flushes" for day in wear.days)
    if wear.told:
        yield f"told         {_said(wear.told)} (the till's medium, in the last record)"
    yield from _medium_lines(below)
    left = years(wear, below)
    if left is not None:
        yield f"lasts        {_years(left)} at this pace"
        yield f"             if {_ASSUMED}"
    yield from (f"mount        {fault.text}" for fault in faults)
    if not faults:
        yield "mount        as it should be"


def _medium_lines(below: Medium | None) -> Iterator[str]:
    if below is None:
        yield "medium       not one that can be asked"
        return
    said = _said(below.health) if below.health else "says nothing of its wear (cards and NVMe tell none to sysfs)"
    yield f"medium       {below.name}, {_size(below.capacity)}: {said}"


def _said(health: Health) -> str:
    parts = [f"up to {health.used} % of its life used"] if health.used and health.used <= 100 else []
    if health.used and health.used > 100:
        parts = ["beyond its life: replace it now"]
    return ", ".join([*parts, *([_END[health.end]] if health.end in _END else [])]) or "says nothing of its wear"


def _json(wear: Wear, below: Medium | None, faults: Sequence[Sentence]) -> str:
    """`years` is null where it cannot be told; `mount` is empty when all is well."""
    left = years(wear, below)
    said = {
        "since_birth": {"bytes": wear.bytes, "flushes": wear.flushes},
        "days": [day._asdict() for day in wear.days],
        "told": wear.told._asdict() if wear.told else None,
        "medium": below._replace(health=None)._asdict() | {"health": _fields(below.health)} if below else None,
        "years": round(left, 1) if left is not None and left != float("inf") else None,
        "mount": [fault._asdict() for fault in faults],
    }
    return json.dumps(said, ensure_ascii=False)


def _fields(health: Health | None) -> dict[str, int] | None:
    return health._asdict() if health else None


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "sceau wear",
        description="Says what the journal has cost its medium, day by day, and how many years that leaves.",
        epilog="exit code: 0 said, 1 the journal does not hold up to its end, 2 nothing that can be read",
    )
    parser.add_argument("path", type=Path, metavar="PATH", help="a data folder, its journal/ or one segment")
    parser.add_argument("--json", action="store_true", help="one JSON object in place of the lines")
    return parser


def _kind() -> int:
    from appliance.core.event import WEAR

    return WEAR


def _number(record: Record, key: int) -> int:
    value = record.body.get(key)
    return value if isinstance(value, int) else 0


def _health(value: Value) -> Health | None:
    if isinstance(value, list) and len(value) == len(Health._fields):
        numbers = [item for item in value if isinstance(item, int)]
        return Health(*numbers) if len(numbers) == len(value) else None
    return None


def _size(count: int) -> str:
    """Decimal units, as media are sold."""
    for unit, name in ((10**9, "GB"), (10**6, "MB"), (10**3, "kB")):
        if count >= unit:
            return f"{count / unit:.1f} {name}"
    return f"{count} B"


def _years(count: float) -> str:
    return "over 100 years" if count > 100 else f"{count:.1f} years"
