"""What a power cut leaves of the journal's partition, repaired and judged on this machine: no mount, no loop device."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO, Final

from appliance.audit.command import _core
from appliance.audit.dump import dump
from appliance.audit.verify import BROKEN, INTACT, verify
from appliance.core.event import NAMES
from appliance.storage.flash import OsDisk
from appliance.storage.journal import Journal
from appliance.storage.keys import load
from appliance.storage.machine import machine_identity
from appliance.storage.seal import MachineSealer
from tests.blockdevice.play import TILL, Play
from tests.blockdevice.replay import Lost, State, landing
from tests.blockdevice.wire import FLUSH, MARK, WRITE, Entry
from tests.image.medium import MACHINE_ID

PIECE: Final = 1 << 20
_NOTHING = bytes(PIECE)


def seen_by(play: Play, state: State) -> tuple[int, int, int]:
    """Tickets, pulses and papers that had been seen when the power went."""
    marks = [entry.data for entry in play.log[: state.length] if entry.kind == MARK]
    ticket, pulses, papers = (int(word) for word in (marks[-1].split() if marks else (0, 0, 0)))
    return ticket, pulses, papers


class Disks:
    """The partitions of a play's states, each made from the one before: states are asked for by growing length."""

    def __init__(self, play: Play, folder: Path) -> None:
        self._play, self._folder = play, folder
        self._base, self._at = folder / "base.img", 0
        self._flying: list[Entry] = []
        write_sparse(self._base, play.image)

    def of(self, state: State) -> Path:
        """A file of its own, until the next is asked for."""
        with self._base.open("r+b") as base:
            for entry in self._play.log[self._at : state.length]:
                self._enter(entry, base)
        self._at = state.length
        made = self._folder / "partition.img"
        subprocess.run(["cp", "--sparse=always", self._base, made], check=True)
        with made.open("r+b") as file:
            _put(landing(self._flying, state), file)
        return made

    def _enter(self, entry: Entry, base: BinaryIO) -> None:
        if entry.kind == WRITE:
            self._flying.append(entry)
        elif entry.kind == FLUSH:
            _put(self._flying, base)
            self._flying = []


def _put(writes: Sequence[Entry], file: BinaryIO) -> None:
    for write in writes:
        file.seek(write.offset)
        file.write(write.data)


def judge(play: Play, state: State, disks: Disks, folder: Path) -> None:
    """Raises Lost with the id of the state."""
    till = taken_out(disks.of(state), folder)
    try:
        _judge(till, *seen_by(play, state), folder)
    except Lost as lost:
        raise Lost(f"{state.name}: {lost}") from lost


def taken_out(image: Path, folder: Path) -> Path:
    """The till's folder of a partition, its file system repaired as the machine's own start does."""
    out = folder / "out"
    done = subprocess.run(["e2fsck", "-f", "-y", image], capture_output=True, text=True)
    if done.returncode > 1:  # 1: repaired
        raise Lost(f"e2fsck gives up with {done.returncode}: {done.stdout[-500:]}")
    subprocess.run(["rm", "-rf", out], check=True)
    out.mkdir()
    subprocess.run(["debugfs", "-R", f"rdump /{TILL} {out}", image], capture_output=True, check=True)
    return out / TILL


def _judge(till: Path, ticket: int, pulses: int, papers: int, folder: Path) -> None:
    kinds, refold = _core()
    before = verify(till, kinds=kinds, refold=refold, pause=lambda: None)
    if before.code == BROKEN:
        raise Lost(before.line)
    if before.code != INTACT:
        if ticket or pulses or papers:
            raise Lost(f"nothing can be read ({before.line}), and {ticket} tickets had been paid")
        return
    kept = _counted(till)
    for name, wanted in (("ticket", ticket), ("drawer", pulses), ("paper", papers)):
        if kept[name] < wanted:
            raise Lost(f"{wanted} of {name} had been seen, {kept[name]} are recorded")
    _goes_on(till, before.records, folder)


def _counted(till: Path) -> dict[str, int]:
    said = [json.loads(line) for line in dump(till, NAMES)]
    papers = {"print", "duplicate", "day-close", "cash-in", "cash-out", "x-report", "test-print"}
    return {
        "ticket": max((each["body"]["number"] for each in said if each["kind"] == "ticket"), default=0),
        "drawer": sum(each["kind"] == "drawer" for each in said),
        "paper": sum(each["kind"] in papers for each in said),
    }


def _goes_on(till: Path, records: int, folder: Path) -> None:
    """The machine's next start finds its journal with its own key, and loses no record of it."""
    (folder / "etc").mkdir(exist_ok=True)
    (folder / "etc" / "machine-id").write_text(MACHINE_ID + "\n")
    disk = OsDisk()
    journal = Journal.open(till, disk, load(till, disk, MachineSealer(machine_identity(folder))))
    try:
        if journal.flaw or journal.next_seq < records:
            raise Lost(f"{records} records before the start, {journal.next_seq} after it, {journal.flaw}")
    finally:
        journal.close(clean=False)


def write_sparse(path: Path, data: bytes) -> Path:
    """Only what is not zero takes room."""
    path.unlink(missing_ok=True)
    with path.open("wb") as file:
        file.truncate(len(data))
        for at in range(0, len(data), PIECE):
            if (piece := data[at : at + PIECE]) != _NOTHING:
                file.seek(at)
                file.write(piece)
    return path
