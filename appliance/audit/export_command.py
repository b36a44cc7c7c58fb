"""`sceau export`: one file, whole or not at all."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from appliance.audit.export import FORMATS, Mismatch, Refusal, export
from appliance.audit.holder import Tills
from appliance.audit.reading import Period
from appliance.audit.report import add_period
from appliance.audit.source import Broken, Unreadable
from appliance.audit.trace import traced
from appliance.core import event as ev

_CODES = """exit code:
  0  the file is written; its SHA-256 is printed
  1  the journal does not hold, or its sums do not: nothing is written
  2  it could not be made: the line says what to do"""


def export_main(argv: Sequence[str], tills: Tills | None = None) -> int:
    """`tills`: how the till is reached that records the export (ARC-07); None on a machine that has none."""
    options = _parser().parse_args(argv)
    try:
        period = Period.of(options.first, options.last)
        made = export(options.path, options.format, period, options.out, shop=options.shop)
    except Broken as broken:
        sys.stderr.write(f"broken: record {broken.seq}: {broken.why}; nothing was written\n")
        return 1
    except Mismatch as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except ValueError as error:
        sys.stderr.write(f"{error}: run sceau verify; nothing was written\n")
        return 1
    except (Refusal, Unreadable) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stdout.write(f"{made.path}: {options.format}, sha256 {made.sha256}\n")
    if not traced(options.path, tills, ev.JET, made.body):
        sys.stderr.write("this export is not in the till's journal: only one made at the till is\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    formats = "\n".join(f"  {name:15} {each.about}" for name, each in FORMATS.items())
    parser = argparse.ArgumentParser(
        "sceau export",
        description="Writes what was sold, or what an accountant or a platform asks, to one file.",
        epilog=f"formats:\n{formats}\n\n{_CODES}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("path", type=Path, metavar="DATA", help="a data folder or its journal/")
    parser.add_argument("--format", required=True, choices=list(FORMATS), metavar="FORMAT", help="see below")
    add_period(parser)
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="the file to write")
    parser.add_argument("--shop", type=Path, metavar="DIR", help="the shop's folder: fec takes its accounts from there")
    return parser
