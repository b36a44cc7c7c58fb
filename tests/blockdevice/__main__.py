"""`python -m tests.blockdevice [--all] [NAME…]`: a logged block device cut after every write. The last line counts."""

from __future__ import annotations

import argparse
import os
import sys
import time
from multiprocessing import get_context
from pathlib import Path

from tests.blockdevice.machine import MEMORY, ROOT, folder_for, lacking
from tests.blockdevice.play import PLAYS, Play
from tests.blockdevice.replay import Lost, State, disk_of, judge, states
from tests.blockdevice.wire import FLUSH, WRITE

PLAYED: dict[str, Play] = {}  # filled before the workers are forked off, so that each has them
IMAGES: list[Path] = []
KEPT = ROOT / "build" / "blockdevice"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.blockdevice", description=__doc__)
    parser.add_argument("--all", action="store_true", help="every state of every play")
    parser.add_argument("--processes", type=int, default=2, metavar="N")
    parser.add_argument("names", nargs="*", metavar="NAME", help="play:entries:fate:seed, or a play's name")
    options = parser.parse_args()
    if why := lacking():
        print(why)
        return 2
    names = list(PLAYS) if options.all else options.names
    chosen = _chosen(names)
    if not chosen:
        parser.error(f"name a state, or one of: {', '.join(PLAYS)}")
    started = time.monotonic()
    with folder_for("images", MEMORY) as folder:
        IMAGES.append(folder)
        with get_context("fork").Pool(options.processes) as pool:
            wrongs = [wrong for wrong in pool.imap_unordered(_wrong, chosen, chunksize=4) if _told(wrong)]
    _say(len(chosen), len(wrongs), time.monotonic() - started)
    return 1 if wrongs else 0


def _chosen(names: list[str]) -> list[State]:
    """A play is another one each time, to the block: the threads of the kernel are not under our thumb."""
    chosen: list[State] = []
    for play, make in PLAYS.items():
        asked = [name for name in names if name.split(":")[0] == play]
        if asked:
            PLAYED[play] = made = make()
            writes = sum(entry.kind == WRITE for entry in made.log)
            print(f"{play}: {writes} writes, {sum(entry.kind == FLUSH for entry in made.log)} flushes", flush=True)
            chosen += [State.of(name) for name in asked if ":" in name] or list(states(made))
    return chosen


def _wrong(state: State) -> str:
    image = IMAGES[0] / f"{os.getpid()}.image"
    try:
        judge(PLAYED[state.play], state, image)
    except Lost as lost:
        KEPT.mkdir(parents=True, exist_ok=True)
        kept = KEPT / f"{state.name}.image"
        kept.write_bytes(disk_of(PLAYED[state.play], state))
        return f"{lost} (the disk is kept: mount {kept})"
    return ""


def _told(wrong: str) -> bool:
    if wrong:
        print(f"  {wrong}", flush=True)
    return bool(wrong)


def _say(count: int, wrongs: int, seconds: float) -> None:
    print(f"{seconds:.0f} s, {60 * count / seconds:.0f} disks mounted a minute")
    print(f"block device: {len(PLAYED)} plays, {count} disks, {wrongs} lost or wrong")


if __name__ == "__main__":
    sys.exit(main())
