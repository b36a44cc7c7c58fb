"""An installation as the disk saw it, cut anywhere: which slot the boot loader takes, and whether it is whole."""

from __future__ import annotations

import subprocess
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import NamedTuple

from appliance.slots import environment
from image.slot import Slot
from tests.blockdevice.replay import SECTOR
from tests.blockdevice.wire import FLUSH, WRITE, Entry
from tests.image import medium
from tests.image.medium import Part
from tests.image.writes import entries

SEED = 20261122
NEAR = 12  # writes around each one to the boot loader's partition


class Moment(NamedTuple):
    """After so many entries; `dropped`: what flies is lost by chance, with this seed; None: all of it landed."""

    length: int
    dropped: int | None


class Installation(NamedTuple):
    """`log`: of the whole disk. The parts of the new slot as they were built."""

    disk: Path
    log: list[Entry]
    parts: dict[str, Part]
    slot: Slot

    @classmethod
    def of(cls, disk: Path, log: Path, slot: Slot) -> Installation:
        size = disk.stat().st_size
        return cls(disk, entries(log, Part(0, size), []), medium.parts(disk), slot)

    def moments(self, sample: int) -> list[Moment]:
        """Around each write to the boot loader's partition, and by chance among the others."""
        esp, random = self.parts["esp"], Random(SEED)
        near = {
            at + step
            for at, entry in enumerate(self.log)
            if entry.kind == WRITE and _inside(entry, esp)
            for step in range(-NEAR, NEAR)
        }
        lengths = sorted(near | set(random.sample(range(len(self.log)), sample)))
        inside = [length for length in lengths if 0 < length <= len(self.log)]
        return [Moment(length, dropped) for length in inside for dropped in (None, length)]

    def landed(self, moment: Moment) -> list[Entry]:
        """The writes that are on the disk, in order."""
        kept: list[Entry] = []
        flying: list[Entry] = []
        for entry in self.log[: moment.length]:
            if entry.kind == WRITE:
                flying.append(entry)
            elif entry.kind == FLUSH:
                kept += flying
                flying = []
        return kept + (flying if moment.dropped is None else _some(flying, Random(moment.dropped)))

    def starts(self, moment: Moment) -> str:
        return environment.starts_next(self._variables(self.landed(moment)))

    def _variables(self, landed: list[Entry]) -> dict[str, str]:
        """As the boot loader reads them: through the file system of its partition."""
        esp = _after(self.disk, self.parts["esp"], landed)
        with TemporaryDirectory() as folder:
            image = Path(folder) / "esp"
            image.write_bytes(esp)
            done = subprocess.run(["mtype", "-i", image, "::grubenv"], capture_output=True)
        return environment.parse(done.stdout)


def fault(it: Installation, moment: Moment) -> str:
    """Why this disk would not start what it should; empty when it does."""
    landed = it.landed(moment)
    name = environment.starts_next(it._variables(landed))
    for part, built in ((f"root-{name.lower()}", it.slot.root), (f"boot-{name.lower()}", it.slot.boot)):
        place = it.parts[part]
        if name == "A" and any(_inside(entry, place) for entry in landed):
            return f"{part} was written to, and starts"
        if name == "B" and not _after(it.disk, place, landed).startswith(built.read_bytes()):
            return f"{part} is not whole, and starts"
    return ""


def _after(disk: Path, part: Part, landed: list[Entry]) -> bytes:
    data = bytearray(medium.read(disk, part))
    for entry in landed:
        if _inside(entry, part):
            at = entry.offset - part.start
            data[at : at + len(entry.data)] = entry.data
    return bytes(data)


def _inside(entry: Entry, part: Part) -> bool:
    return part.start <= entry.offset < part.start + part.size


def _some(flying: list[Entry], random: Random) -> list[Entry]:
    """Sectors of what had not been flushed, by chance."""
    return [
        Entry(WRITE, write.offset + at, write.data[at : at + SECTOR])
        for write in flying
        for at in range(0, len(write.data), SECTOR)
        if random.random() < 0.5
    ]
