"""`python -m tests.powerloss [--all] [NAME…]`: every cut of every flow, or the cuts named. The last line counts."""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterator
from multiprocessing import get_context
from typing import NamedTuple

from tests.powerloss.cuts import States, cuts
from tests.powerloss.judge import Outcome, Wrong, judge
from tests.powerloss.recording import FLOWS, Cut, Recording, record

RECORDINGS: dict[str, Recording] = {}  # filled before the workers are forked off, so that each has them


class Job(NamedTuple):
    """States to judge, and how many cuts they stand for."""

    states: list[Cut]
    cuts: int


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.powerloss", description=__doc__)
    parser.add_argument("--all", action="store_true", help="every cut of every flow")
    parser.add_argument("--processes", type=int, default=2, metavar="N")
    parser.add_argument("names", nargs="*", metavar="NAME", help="flow:stamp:fate:seed, or a flow's name")
    options = parser.parse_args()
    names = [flow.stem for flow in FLOWS] if options.all else options.names
    started = time.monotonic()
    job = _jobs(names)
    print(f"{len(RECORDINGS)} flows recorded in {time.monotonic() - started:.0f} s", flush=True)
    judge(RECORDINGS[job.states[0].flow], job.states[0])  # fonts and modules are warm when the workers are forked off
    outcomes: Counter[Outcome | None] = Counter()
    with get_context("fork").Pool(options.processes) as pool:
        for outcome, text in pool.imap_unordered(_outcome, job.states, chunksize=4):
            outcomes[outcome] += 1
            if outcome is None or len(names) == len(options.names) == 1:
                print(text, flush=True)
    _say(job, outcomes, time.monotonic() - started)
    return 1 if outcomes[None] else 0


def _jobs(names: list[str]) -> Job:
    states, count = States(), 0
    new: list[Cut] = []
    for flow in FLOWS:
        asked = [name for name in names if name.split(":")[0] == flow.stem]
        if asked:
            RECORDINGS[flow.stem] = recording = record(flow)
            if recording.failure:
                raise SystemExit(f"{flow}: {recording.failure}")
            found = list(_named(recording, asked))
            count += len(found)
            new += [cut for cut in found if states.new(recording, cut)]
    if not new:
        raise SystemExit(f"no flow or cut is called {' '.join(names)}: name one of {[flow.stem for flow in FLOWS]}")
    return Job(new, count)


def _named(recording: Recording, asked: list[str]) -> Iterator[Cut]:
    exact = [Cut.of(name) for name in asked if ":" in name]
    yield from exact or cuts(recording)


def _outcome(cut: Cut) -> tuple[Outcome | None, str]:
    try:
        outcome = judge(RECORDINGS[cut.flow], cut)
    except Wrong as wrong:
        return None, f"  {wrong}"
    return outcome, f"  cut {cut.name}: {outcome.value}"


def _say(job: Job, outcomes: Counter[Outcome | None], seconds: float) -> None:
    print(
        f"media that break their word: {outcomes[Outcome.SAID]} states lost something and the till said so, "
        f"{outcomes[Outcome.UNSEEN]} lost it without a trace on the medium"
    )
    print(f"{seconds:.0f} s, {60 * len(job.states) / seconds:.0f} states a minute")
    print(
        f"{len(RECORDINGS)} flows, {job.cuts} cuts, {len(job.states)} distinct states, {outcomes[None]} lost or wrong"
    )


if __name__ == "__main__":
    sys.exit(main())
