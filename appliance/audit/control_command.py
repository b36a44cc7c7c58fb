"""`sceau control`: verifies, gathers, writes."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from itertools import islice, takewhile
from pathlib import Path

from appliance.audit import control_json
from appliance.audit.command import _core
from appliance.audit.control import Control, Proof
from appliance.audit.control_gather import gather
from appliance.audit.control_rows import rows
from appliance.audit.file import write
from appliance.audit.holder import Tills
from appliance.audit.progress import Show
from appliance.audit.reading import Period, Reading
from appliance.audit.report import add_period
from appliance.audit.source import Unreadable
from appliance.audit.trace import traced
from appliance.audit.verify import INTACT, UNREADABLE, Verdict, verify
from appliance.core import event as ev
from appliance.storage.record import Record

COLUMNS = 48
_CODES = """exit code:
  0  the journal is intact
  1  it is broken: the document says so, and where
  2  it could not be made: the line says what to do"""


def control_main(argv: Sequence[str], tills: Tills | None = None) -> int:
    """`tills`: how the till is reached that records the document; None on a machine that has none."""
    options = _parser().parse_args(argv)
    try:
        control = make(options.path, Period.of(options.first, options.last), chain=options.chain)
        if options.pdf:
            from appliance.audit.control_pdf import pdf

            write(options.pdf, pdf(control))
    except (Unreadable, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    if options.json:
        sys.stdout.write(control_json.text(control))
    elif not options.pdf:
        sys.stdout.writelines(f"{row.text}\n" for row in rows(control, COLUMNS))
    how = "pdf" if options.pdf else "json" if options.json else "paper"
    if not traced(options.path, tills, ev.CONTROL, control_json.body(control, how)):
        sys.stderr.write("this document is not in the till's journal: only one made at the till is\n")
    return int(not control.proof.intact)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "sceau control",
        description="Makes the control document of a period. Without --pdf or --json it is printed as on paper.",
        epilog=_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("path", type=Path, metavar="DATA", help="a data folder or its journal/")
    add_period(parser)
    parser.add_argument("--pdf", type=Path, metavar="FILE", help="writes the document, A4")
    parser.add_argument("--json", action="store_true", help="prints it as JSON; amounts in cents")
    parser.add_argument("--chain", metavar="ID", help="the chain id that a Z ticket prints: pins the chain")
    return parser


def make(path: Path, period: Period, *, chain: str | None = None, progress: Show | None = None) -> Control:
    """The control document of a journal on flash: verified in full, then read once more.

    `progress` hears of the verification. Raises Unreadable, and ValueError for a body that does not fit its kind.
    """
    kinds, refold = _core()
    return made(path, period, verify(path, "full", chain, refold, progress, kinds), pinned=chain is not None)


def made(path: Path, period: Period, verdict: Verdict, *, pinned: bool = False) -> Control:
    """From a verdict that was just found, in full. Raises Unreadable, ValueError."""
    if verdict.code == UNREADABLE:
        raise Unreadable(verdict.why)
    reading = Reading(path)
    control = gather(_proven(reading, verdict), period, proof_of(verdict, pinned=pinned))
    if not reading.chain:
        raise Unreadable(f"{path} holds no record that can be read: {verdict.line}")
    control.proof = control.proof._replace(chain=reading.chain.hex())  # also of one that is broken
    return control


def _proven(reading: Reading, verdict: Verdict) -> Iterator[Record]:
    """What the verdict is about: not what a till that runs has written since, nothing behind what is broken."""
    if verdict.code == INTACT:
        return islice(reading.records(), verdict.records)
    return takewhile(lambda record: verdict.seq is None or record.seq < verdict.seq, reading.records())


def proof_of(verdict: Verdict, *, pinned: bool) -> Proof:
    intact = verdict.code == INTACT
    return Proof(
        intact, verdict.seq, verdict.why, verdict.records, verdict.chain_id.hex(), verdict.head.hex(), pinned and intact
    )
