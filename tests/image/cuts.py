"""What a power cut leaves of the journal's partition, repaired and judged on this machine: no mount, no loop device."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple

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


class Found(NamedTuple):
    """What a state holds once it is repaired; `fault`: what is wrong with it whatever had been seen."""

    kept: Mapping[str, int]
    line: str
    fault: str = ""


class Judge:
    """Of a play's states, by growing length. Many are the same once they are repaired: those are read once."""

    def __init__(self, play: Play, folder: Path) -> None:
        self._play, self._folder = play, folder
        self._disks = Disks(play, folder)
        self._known: dict[bytes, Found] = {}

    @property
    def different(self) -> int:
        return len(self._known)

    def hear(self, state: State) -> None:
        """Raises Lost with the id of the state."""
        try:
            till = taken_out(self._disks.of(state), self._folder)
            mark = fingerprint(till)
            if mark not in self._known:
                self._known[mark] = _found(till, self._folder)
            _compare(self._known[mark], *seen_by(self._play, state))
        except Lost as lost:
            raise Lost(f"{state.name}: {lost}") from lost


def fingerprint(till: Path) -> bytes:
    """Over the names and bytes of all files."""
    whole = sha256()
    for path in sorted(till.rglob("*")):
        data = path.read_bytes() if path.is_file() else b""
        whole.update(f"{path.relative_to(till)}\0{len(data)}\0".encode() + data)
    return whole.digest()


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


def _found(till: Path, folder: Path) -> Found:
    kinds, refold = _core()
    before = verify(till, kinds=kinds, refold=refold, pause=lambda: None)
    if before.code != INTACT:
        return Found({}, before.line, before.line if before.code == BROKEN else "")
    kept = _counted(till)
    try:
        _goes_on(till, before.records, folder)
    except Lost as lost:
        return Found(kept, before.line, str(lost))
    return Found(kept, before.line)


def _compare(found: Found, ticket: int, pulses: int, papers: int) -> None:
    if found.fault:
        raise Lost(found.fault)
    for name, wanted in (("ticket", ticket), ("drawer", pulses), ("paper", papers)):
        if found.kept.get(name, 0) < wanted:
            kept = found.kept.get(name, 0)
            raise Lost(f"{wanted} of {name} had been seen, {kept} are recorded ({found.line})")


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
