"""`python -m tests.powerloss [--all] [NAME…]`: every cut of every flow, or the cuts named. The last line counts."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from multiprocessing import get_context
from pathlib import Path

from tests.powerloss.judge import Wrong, judge
from tests.powerloss.recording import FLOWS, Cut, record


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.powerloss", description=__doc__)
    parser.add_argument("--all", action="store_true", help="every cut of every flow")
    parser.add_argument("names", nargs="*", metavar="NAME", help="flow:stamp:fate:seed, or a flow's name")
    options = parser.parse_args()
    flows = (
        FLOWS if options.all else [flow for flow in FLOWS if any(n.split(":")[0] == flow.stem for n in options.names)]
    )
    exact = [Cut.of(name) for name in options.names if ":" in name]
    total = failed = 0
    with get_context("fork").Pool(2) as pool:
        for flow, cuts, wrongs in pool.imap_unordered(_flow, [(flow, exact) for flow in flows]):
            total, failed = total + cuts, failed + len(wrongs)
            print(f"{flow}: {cuts} cuts, {len(wrongs)} wrong", flush=True)
            for wrong in wrongs:
                print(f"  {wrong}", flush=True)
    print(f"{len(flows)} flows, {total} cuts, {failed} lost or wrong")
    return 1 if failed else 0


def _flow(task: tuple[Path, list[Cut]]) -> tuple[str, int, list[str]]:
    flow, exact = task
    recording = record(flow)
    cuts = [cut for cut in exact if cut.flow == flow.stem] or recording.cuts()
    return flow.stem, len(cuts), list(_wrongs(recording, cuts))


def _wrongs(recording: object, cuts: list[Cut]) -> Iterator[str]:
    for cut in cuts:
        try:
            judge(recording, cut)  # type: ignore[arg-type]
        except Wrong as wrong:
            yield str(wrong)


if __name__ == "__main__":
    sys.exit(main())
