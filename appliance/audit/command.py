"""`sceau verify` and `sceau dump`."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from itertools import combinations
from pathlib import Path
from typing import TypeVar

from appliance.audit.archive_source import Archive, Fault, is_archive
from appliance.audit.check import Kinds, Mode, Refold
from appliance.audit.dump import Names, dump
from appliance.audit.fork import Fork, compare
from appliance.audit.source import Broken, Source, Unreadable, find
from appliance.audit.verify import BROKEN, UNREADABLE, WORDS, Verdict, verify
from appliance.storage.record import Record

T = TypeVar("T")

_ABOUT = """Proves that a journal is as it was written. Reads only; safe beside a running till.
Without --chain the verdict is coherence: it cannot tell a journal rebuilt whole under another key."""
_CODES = """exit code:
  0  every input is intact
  1  broken: the last line of an input says which record and why; or two inputs are forks of one chain
  2  nothing that can be read: the line says what to do"""


def verify_main(argv: Sequence[str], kinds: Kinds | None = None, refold: Callable[[], Refold] | None = None) -> int:
    """Without `kinds` and `refold`, those of the core."""
    options = _verify_parser().parse_args(argv)
    if kinds is None:
        kinds, refold = _core()
    verdicts = []
    for path in options.paths:
        verdict = _checked(path, options, kinds, refold)
        verdicts.append(verdict)
        _say(path, verdict, options)
    forks = list(_forks(options.paths))
    for one, other, fork in forks:
        sys.stdout.write(_fork_json(one, other, fork) if options.json else _fork_line(one, other, fork))
    codes = {verdict.code for verdict in verdicts}
    return BROKEN if forks or BROKEN in codes else max(codes)


def dump_main(argv: Sequence[str], names: Names | None = None) -> int:
    parser = argparse.ArgumentParser("sceau dump", description="Prints every record as one JSON line, in order.")
    parser.add_argument("path", type=Path, metavar="PATH", help="a data folder, its journal/, a segment or an archive")
    options = parser.parse_args(argv)
    try:
        for line in dump(options.path, _names() if names is None else names):
            sys.stdout.write(f"{line}\n")
    except Broken as broken:
        sys.stderr.write(Verdict(BROKEN, broken.why, broken.seq, broken.number).line + "\n")
        return BROKEN
    except Fault as fault:
        sys.stderr.write(Verdict(BROKEN, str(fault), member=fault.member).line + "\n")
        return BROKEN
    except Unreadable as error:
        sys.stderr.write(f"{error}\n")
        return UNREADABLE
    except BrokenPipeError:
        raise
    except OSError as error:
        sys.stderr.write(f"{options.path} cannot be read ({error.strerror}): check the medium and its permissions\n")
        return UNREADABLE
    return 0


def _verify_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "sceau verify", description=_ABOUT, epilog=_CODES, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "paths", type=Path, metavar="PATH", nargs="+", help="a data folder, journal/, segment or archive; several"
        " are each checked, and held against one another when they are of one chain"
    )  # fmt: skip
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--quick", action="store_true", help="the chain and the last signature of each segment only")
    how.add_argument("--paranoid", action="store_true", help="every signature as well")
    parser.add_argument("--chain", metavar="ID", help="the chain id that a Z ticket prints: pins the chain")
    parser.add_argument(
        "--json", action="store_true", help="one JSON object an input, and one for each fork, in place of the lines"
    )
    parser.add_argument(
        "--processes", type=_count, metavar="N", help="how many share the work; as many as there are cores, up to 2,"
        " when the journal is longer than one segment"
    )  # fmt: skip
    return parser


def _count(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 64:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to 64")
    return int(text)


def _reading(path: Path, work: Callable[[Source], T]) -> T:
    """`work` on a journal, or on the journal part of an archive. Raises Unreadable, Fault, OSError."""
    if not is_archive(path):
        return work(find(path))
    with Archive(path) as archive:
        return work(archive.journal())


def _checked(path: Path, options: argparse.Namespace, kinds: Kinds, refold: Callable[[], Refold] | None) -> Verdict:
    mode: Mode = "quick" if options.quick else "paranoid" if options.paranoid else "full"
    show = _Bar().show if sys.stderr.isatty() else None
    processes = options.processes or _fit_processes(path)
    return verify(path, mode, options.chain, refold, show, kinds, processes=processes)


def _fit_processes(path: Path) -> int:
    if is_archive(path):
        return 1
    try:
        source = find(path)
        if source.only or 2 not in source.numbers():
            return 1
        with source.folder.reading(2) as it:
            longer = not it.blank()
    except (Unreadable, OSError):
        return 1
    return min(2, len(os.sched_getaffinity(0))) if longer else 1


def _say(path: Path, verdict: Verdict, options: argparse.Namespace) -> None:
    out = sys.stderr if verdict.code == UNREADABLE else sys.stdout
    front = f"{path}: " if len(options.paths) > 1 and verdict.code != UNREADABLE else ""
    for line in [_json(path, verdict)] if options.json else [front + line for line in verdict.lines]:
        out.write(f"{line}\n")


def _forks(paths: Sequence[Path]) -> Iterator[tuple[Path, Path, Fork]]:
    for one, other in combinations(paths, 2):
        try:
            fork = _reading(one, lambda here: _reading(other, lambda there: compare(here, there)))  # noqa: B023
        except (Unreadable, Fault, OSError):
            continue
        if fork:
            yield one, other, fork


def _fork_line(one: Path, other: Path, fork: Fork) -> str:
    return (
        f"fork: chain {fork.chain_id.hex()} parts at record {fork.seq}: "
        f"head {fork.one.hex()} in {one}, {fork.other.hex()} in {other}\n"
    )


def _fork_json(one: Path, other: Path, fork: Fork) -> str:
    heads = [{"path": str(one), "head": fork.one.hex()}, {"path": str(other), "head": fork.other.hex()}]
    said = {"verdict": "fork", "code": BROKEN, "chain_id": fork.chain_id.hex(), "seq": fork.seq, "heads": heads}
    return json.dumps(said, ensure_ascii=False) + "\n"


def _names() -> Names:
    from appliance.core.event import NAMES

    return NAMES


def _core() -> tuple[Kinds, Callable[[], Refold]]:
    from appliance.core import event
    from appliance.core.refold import Refold as Fold
    from appliance.core.snapshot import restore

    def restored(record: Record) -> Refold | None:
        ledger = restore(event.Event(*record))
        return Fold(ledger) if ledger else None

    known = Kinds(
        ticket=event.TICKET,
        closings=(event.DAY_CLOSE,),
        defect=event.DEFECT,
        snapshot=event.SNAPSHOT,
        predecessor=next(key for key, name in event.NAMES[event.GENESIS][1].items() if name == "predecessor"),
        restore=restored,
    )
    return known, Fold


class _Bar:
    """One line that is written over, a percent at a time."""

    def __init__(self) -> None:
        self._percent = -1

    def show(self, done: int, of: int) -> None:
        percent = 100 * done // of if of else 100
        if percent != self._percent:
            self._percent = percent
            bar = "#" * (percent // 4)
            sys.stderr.write(f"\r[{bar:25}] {percent:3} %" if percent < 100 else "\r\x1b[K")
            sys.stderr.flush()


def _json(path: Path, verdict: Verdict) -> str:
    said = {"path": str(path), "verdict": WORDS[verdict.code], **verdict._asdict(), "line": verdict.line}
    return json.dumps(_plain(said), ensure_ascii=False)


def _plain(value: object) -> object:
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, dict):
        return {str(key): _plain(each) for key, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, list | tuple) else value
