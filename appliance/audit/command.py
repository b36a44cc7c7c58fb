"""`sceau verify` and `sceau dump`."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from appliance.audit.dump import Names, dump
from appliance.audit.source import Broken, Unreadable
from appliance.audit.verify import BROKEN, UNREADABLE, Kinds, Mode, Refold, Verdict, verify

_CODES = "exit code: 0 intact, 1 broken (the last line says which record and why), 2 nothing that can be read"


def verify_main(argv: Sequence[str], kinds: Kinds | None = None, refold: Callable[[], Refold] | None = None) -> int:
    """Without `kinds` and `refold`, those of the core."""
    options = _verify_parser().parse_args(argv)
    mode: Mode = "quick" if options.quick else "paranoid" if options.paranoid else "full"
    if kinds is None:
        kinds, refold = _core()
    show = _progress if sys.stderr.isatty() else None
    verdict = verify(options.path, mode, options.chain, refold, show, kinds, processes=options.processes)
    out = sys.stderr if verdict.code == UNREADABLE else sys.stdout
    for line in [_json(verdict)] if options.json else verdict.lines:
        out.write(f"{line}\n")
    return verdict.code


def dump_main(argv: Sequence[str], names: Names | None = None) -> int:
    parser = argparse.ArgumentParser("sceau dump", description="Prints every record as one JSON line, in order.")
    parser.add_argument("path", type=Path, metavar="PATH", help="a data folder, its journal/ or one segment")
    options = parser.parse_args(argv)
    try:
        for line in dump(options.path, _names() if names is None else names):
            sys.stdout.write(f"{line}\n")
    except Broken as broken:
        sys.stderr.write(Verdict(BROKEN, broken.why, broken.seq, broken.number).line + "\n")
        return BROKEN
    except Unreadable as error:
        sys.stderr.write(f"{error}\n")
        return UNREADABLE
    return 0


def _verify_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "sceau verify",
        description="Proves that a journal is as it was written. Reads only; safe beside a running till.",
        epilog=_CODES,
    )
    parser.add_argument("path", type=Path, metavar="PATH", help="a data folder, its journal/ or one segment")
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--quick", action="store_true", help="the chain and the last signature of each segment only")
    how.add_argument("--paranoid", action="store_true", help="every signature as well")
    parser.add_argument("--chain", metavar="ID", help="the chain id that a Z ticket prints: pins the chain")
    parser.add_argument("--json", action="store_true", help="one JSON object in place of the lines")
    parser.add_argument("--processes", type=int, default=1, metavar="N", help="spread --quick over N processes")
    return parser


def _names() -> Names:
    from appliance.core.event import NAMES

    return NAMES


def _core() -> tuple[Kinds, Callable[[], Refold]]:
    from appliance.core import event
    from appliance.core.refold import Refold as Fold

    return Kinds(ticket=event.TICKET, closings=(event.DAY_CLOSE,), stop=event.STOP), Fold


def _progress(done: int, of: int) -> None:
    sys.stderr.write(f"\rsegment {done} of {of}\x1b[K" + ("\r" if done == of else ""))


def _json(verdict: Verdict) -> str:
    said = verdict._asdict() | {"head": verdict.head.hex(), "chain_id": verdict.chain_id.hex(), "line": verdict.line}
    return json.dumps(said, ensure_ascii=False)
