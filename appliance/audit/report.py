"""`sceau report replay`, `sceau report totals`, `sceau report shop`."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from appliance.audit.reading import Period, Reading
from appliance.audit.replay import Rebuilt, Replay
from appliance.audit.source import Broken, Unreadable
from appliance.audit.tally import Tally
from appliance.audit.totals import Totals, totals

_CODES = """exit code:
  0  every closing is what the band adds up to
  1  one is not: the last line names the first; or the journal is broken, and where
  2  nothing that can be read: the line says what to do"""


def report_main(argv: Sequence[str]) -> int:
    options = _parser().parse_args(argv)
    try:
        return _REPORTS[options.report](options)
    except Unreadable as error:
        sys.stderr.write(f"{error}\n")
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("sceau report", description="Adds a journal up again. Reads only.")
    reports = parser.add_subparsers(dest="report", required=True, metavar="replay|totals|shop")
    replay = reports.add_parser(
        "replay",
        help="rebuilds each closing from the acts alone and compares",
        description="Rebuilds each Z, month and year from the acts of the till alone and compares, field by field.",
        epilog=_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    sums = reports.add_parser(
        "totals",
        help="what was closed, by day, month and year",
        description="Prints what was closed: by day, month and fiscal year, per rate, per means, and perpetual.",
    )
    for each in (replay, sums):
        each.add_argument("path", type=Path, metavar="DATA", help="a data folder or its journal/")
    shop = reports.add_parser(
        "shop",
        help="the closings of one shop over all its tills",
        description="Adds the tills' own closings up, by day, month and year; names a till that did not close.",
    )
    shop.add_argument("paths", type=Path, nargs="+", metavar="DATA", help="the data folder of each till of the shop")
    for each in (sums, shop):
        add_period(each)
        each.add_argument("--json", action="store_true", help="one JSON value in place of the lines; amounts in cents")
    return parser


def add_period(parser: argparse.ArgumentParser) -> None:
    """`--from` and `--to`, as `first` and `last`."""
    parser.add_argument("--from", dest="first", metavar="DATE", help="first business date, like 2026-11-01")
    parser.add_argument("--to", dest="last", metavar="DATE", help="last business date")


def _replay(options: argparse.Namespace) -> int:
    reading, replay, seen = Reading(options.path), Replay(), list[Rebuilt]()
    for each in replay.run(reading.records()):
        seen.append(each._replace(faults=each.faults[:1]))
        sys.stdout.writelines(f"{text}\n" for text in lines(each))
    left = replay.left()
    sys.stdout.writelines(f"after the last closing: {fault}\n" for fault in left)
    sys.stdout.write(verdict(seen, left, reading.broken) + "\n")
    return int(bool(reading.broken or left) or not all(each.agrees for each in seen))


def lines(each: Rebuilt) -> Iterator[str]:
    """One line a closing, then what does not agree."""
    says = "agrees" if each.agrees else "differs"
    yield f"{_named(each)}: {says}, {each.tickets} tickets, total {euros(each.total)}"
    for field, recorded, rebuilt in each.differences:
        yield f"  {field}: {recorded} recorded, {rebuilt} in the band"
    for fault in each.faults:
        yield f"  {fault}"


def _named(each: Rebuilt) -> str:
    return f"{each.what} {each.number} {each.name}"


def verdict(seen: Sequence[Rebuilt], left: Sequence[str], broken: Broken | None) -> str:
    """The last line. A journal that is broken is first of all that."""
    if broken:
        where = f"segment {broken.number}" if broken.number is not None else f"record {broken.seq}"
        return f"broken: {where}: {broken.why}"
    wrong = [each for each in seen if not each.agrees]
    if wrong:
        what = wrong[0].differences[0].field if wrong[0].differences else wrong[0].faults[0]
        return f"differs: {_named(wrong[0])}: {what}" + (f", and {len(wrong) - 1} more" if wrong[1:] else "")
    if left:
        return f"differs: {left[0]}"
    days = sum(each.what == "Z" for each in seen)
    tickets = sum(each.tickets for each in seen if each.what == "Z")
    total = sum(each.total for each in seen if each.what == "Z")
    return f"agrees: {len(seen)} closings, {days} days, {tickets} tickets, total {euros(total)}"


def _shop(options: argparse.Namespace) -> int:
    from appliance.audit.shop_report import shop

    return shop(options.paths, Period.of(options.first, options.last), as_json=options.json)


def _totals(options: argparse.Namespace) -> int:
    reading = Reading(options.path)
    try:
        found = totals(reading.records(), Period.of(options.first, options.last))
    except (ValueError, KeyError, TypeError) as error:
        sys.stderr.write(f"a closing cannot be read ({error}): run sceau verify\n")
        return 1
    if options.json:
        sys.stdout.write(json.dumps(plain(found), ensure_ascii=False) + "\n")
    else:
        sys.stdout.writelines(f"{line}\n" for line in table(found))
    if reading.broken:
        sys.stderr.write(verdict((), (), reading.broken) + "\n")
    return int(reading.broken is not None)


def table(found: Totals) -> Iterator[str]:
    for title, group in (("day", found.days), ("month", found.months), ("year from", found.years)):
        for name, tally in group.items():
            yield f"{title} {name}: {tally.tickets} tickets, {tally.refund_count} refunds, total {euros(tally.total)}"
    for rate, ht, vat, ttc in found.whole.vat_rows():
        yield f"rate {rate / 100:g} %: HT {euros(ht)}, VAT {euros(vat)}, TTC {euros(ttc)}"
    for label, _, count, amount in found.whole.means_rows():
        yield f"means {label}: {count} payments, {euros(amount)}"
    yield f"perpetual {euros(found.perpetual)}, absolute {euros(found.absolute)}"
    yield f"total {euros(found.whole.total)} in {len(found.days)} days, {found.whole.tickets} tickets"


def plain(found: Totals) -> dict[str, object]:
    groups = {"days": found.days, "months": found.months, "years": found.years}
    sums = {name: {key: _tally(tally) for key, tally in group.items()} for name, group in groups.items()}
    return {**sums, "whole": _tally(found.whole), "perpetual": found.perpetual, "absolute": found.absolute}


def _tally(tally: Tally) -> dict[str, object]:
    counts = {"tickets": tally.tickets, "sales": tally.sales, "refunds": tally.refunds, "total": tally.total}
    return {**counts, "refund_count": tally.refund_count, "vat": tally.vat_rows(), "means": tally.means_rows()}


def euros(cents: int) -> str:
    """`-1284.35`, exact."""
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02d}"


_REPORTS = {"replay": _replay, "totals": _totals, "shop": _shop}
