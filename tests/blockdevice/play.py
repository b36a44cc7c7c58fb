"""What is done on the logged disk: a journal at work, and a busy quarter of an hour of a whole till."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from appliance.daemon.virtual import SimulatedWorld
from appliance.simulator import cards
from appliance.simulator.player import Player
from appliance.simulator.script import Step, split
from appliance.storage import frame, rotation, segment
from appliance.storage.flash import Disk, OsDisk
from appliance.storage.journal import Journal
from appliance.storage.keys import load_or_make
from appliance.storage.record import GENESIS_KEY
from tests.blockdevice.machine import MEMORY, MIB, Wired, ext4, folder_for, loop, mounted, wired
from tests.blockdevice.wire import Entry, entries
from tests.powerloss.recording import SHOP, SIZE, known_chance
from tests.storage.till import GENESIS, SEALER, SEGMENT, fill, record

IMAGE = 16 * MIB
TILL = "till"  # the data folder on the file system


class Play(NamedTuple):
    """An image before, all that was then written to it, and the segments' size."""

    name: str
    image: bytes
    log: list[Entry]


class Marking(OsDisk):
    """The machine's disk; after each flush of a frame a mark says up to which record all is acknowledged."""

    def __init__(self, mark: Callable[[str], None]) -> None:
        super().__init__()
        self._mark = mark
        self._written: dict[int, int] = {}

    def pwrite(self, handle: int, data: bytes, offset: int) -> None:
        super().pwrite(handle, data, offset)
        at = int.from_bytes(data[16:18], "big") if data[:4] == segment.MAGIC else 0
        if data[at : at + 4] == frame.MAGIC:
            _, _, _, _, _, first, count, _, _ = frame.HEAD.unpack_from(data, at)
            self._written[handle] = first + count

    def fdatasync(self, handle: int) -> None:
        super().fdatasync(handle)
        if handle in self._written:
            self._mark(f"{self._written.pop(handle)} ")


@contextmanager
def a_disk() -> Iterator[tuple[bytes, Wired, Path]]:
    """A fresh file system on a logged disk: its first bytes, the wire, and where it is mounted."""
    with folder_for("image", MEMORY) as folder:
        ext4(folder / "image", IMAGE)
        image = (folder / "image").read_bytes()
        with wired(folder / "image") as wire, loop(wire.disk) as device, mounted(device) as mount:
            (mount / TILL).mkdir()
            yield image, wire, mount / TILL


def journal() -> Play:
    """Frames of all sizes over a dozen small segments, with anchors, blanks, new keys and restarts."""
    with a_disk() as (image, wire, folder), known_chance("a journal"):
        for start in range(0, 240, 80):
            at = keyed(Marking(wire.mark), folder)
            _write_on(at, start)
            at.close(clean=start != 80)
        return Play("journal", image, list(entries(wire.log())))


def keyed(disk: Disk, folder: Path) -> Journal:
    """With the key files of its own folder; an empty journal gets its genesis."""
    ring = load_or_make(folder, disk, SEALER)
    at = Journal.open(folder, disk, ring, segment_size=SEGMENT)
    if at.next_seq == 0:
        at.append([record(0, GENESIS, {1: 1, GENESIS_KEY: ring.public})])
    return at


def _write_on(at: Journal, start: int) -> None:
    fill(at, start + 60)
    at.anchor()
    for size in (3000, 9000, 20_000, 300, 20_000):
        at.append([record(at.next_seq + n, body={1: b"\x5a" * size}) for n in range(3)])
        for _ in at.work():
            pass
        if at.offer:
            at.append([record(at.next_seq, rotation.KIND, at.offer.body)])
    fill(at, start + 80)


def quarter() -> Play:
    """Fifteen sales in fifteen minutes, a cable pulled in the middle, and the closing."""
    with a_disk() as (image, wire, folder), known_chance("a till"):
        world = SimulatedWorld(folder, SHOP, SIZE, disk=Marking(wire.mark), segment_size=SEGMENT)
        try:
            world.power_on()
            for lines in _day():
                played(world, *lines)
            world.stop()
        finally:
            world.close()
        return Play("quarter", image, list(entries(wire.log())))


def _day() -> Iterator[tuple[str, ...]]:
    yield 'login "Sophie"', "open day float 100.00"
    for sale in range(15):
        yield 'ring "Café"', 'ring "Baguette"'
        yield ("pay card 2.60",) if sale % 4 == 3 else ("pay cash 5.00",)
        yield ("print yes", "tear") if sale % 3 else ("print no",)
        if sale == 7:
            yield "power cut", "power on", 'login "Sophie"'
    yield ("close day",)


def played(world: SimulatedWorld, *lines: str) -> None:
    steps = [Step("the quarter", at, split(line)) for at, line in enumerate(lines, 1)]
    failure = Player(world, cards.read(SHOP)).play(steps)
    if failure:
        raise AssertionError(failure)


PLAYS: dict[str, Callable[[], Play]] = {"journal": journal, "quarter": quarter}
