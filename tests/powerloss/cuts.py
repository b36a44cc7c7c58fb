"""Which cuts there are of a recording, and which of them leave the same state."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from hashlib import sha256
from random import Random

from tests.powerloss.recording import PAID, Cut, Outside, Recording
from tests.storage.device import DEVICES, ENUMERATED, FLUSHES, Act, Fate, Fault, Order, choices, settled
from tests.storage.memory import MemoryDisk

DRAWN = 3  # seeds of a fate that draws
LYING = (Fault.LYING_1, Fault.LYING_2, Fault.LYING_4)
LIES = 4  # choices of what landed all the same when flushes did nothing


def cuts(recording: Recording) -> Iterator[Cut]:
    """After every write, name, flush and outside event, with each fate and fault that it can meet there."""
    moments = [(op.stamp, _fates(op.act)) for op in recording.recorder.ops]
    moments += [(each.stamp, (Fate.DONE, Fate.LOST, *LYING)) for each in recording.outside if _tells(each)]
    for stamp, fates in moments:
        flown = _flown(recording, stamp)
        for fate in fates:
            yield from (Cut(recording.flow.stem, stamp, fate, seed) for seed in _seeds(flown, stamp, fate))


def _tells(each: Outside) -> bool:
    return each.name != "frame" or PAID.search(each.detail) is not None


def _fates(act: Act) -> Iterable[Fate | Fault]:
    if act is Act.WRITE:
        return [fate for fate in DEVICES if fate not in LYING]
    if act in FLUSHES:
        return (Fate.DONE, Fate.LOST, *LYING)
    return (Fate.DONE, Fate.LOST, Fate.REORDERED)


def _flown(recording: Recording, stamp: int) -> dict[int, int]:
    """In how many ways what flies then may land, by how many flushes did nothing."""
    ops = recording.recorder.until(stamp)
    return {deaf: choices(settled(ops, deaf)[1]) for deaf in (0, 1, 2, 4)}


def _seeds(flown: dict[int, int], stamp: int, fate: Fate | Fault) -> Iterable[int]:
    device = DEVICES[fate]
    many = flown[device.deaf]
    if fate in LYING:
        return sorted({0, *(Random(stamp).randrange(many) for _ in range(LIES - 1))})
    if device.order is Order.ANY:
        whole = range(many) if many <= ENUMERATED else Random(stamp).sample(range(many), ENUMERATED)
        return (*whole, *(many + stamp * DRAWN + at for at in range(DRAWN)))
    if fate in (Fate.DONE, Fate.LOST):
        return (0,)
    return range(stamp * DRAWN, stamp * DRAWN + DRAWN)


class States:
    """Cuts that leave the same files and names, under the same knowledge outside, are judged once."""

    def __init__(self) -> None:
        self._known: set[bytes] = set()

    def __len__(self) -> int:
        return len(self._known)

    def new(self, recording: Recording, cut: Cut) -> bool:
        """Whether nothing that was asked about before is the same for a judge."""
        cutting = recording.recorder.cutting(cut.stamp, cut.fate, cut.seed)
        seen = recording.until(cut.stamp)
        known = (cutting.hurt, sorted(seen.paid), sorted(seen.papers), seen.pulses)
        whole = sha256(repr((cut.fate in LYING, *known)).encode())
        whole.update(digest(cutting.disk))
        before = len(self._known)
        self._known.add(whole.digest())
        return len(self._known) > before


def digest(disk: MemoryDisk) -> bytes:
    """Of all that is there under a name: size and bytes."""
    whole = sha256()
    for path, number in sorted(disk.names.items()):
        data = disk.files[number]
        whole.update(f"{path}\0{len(data)}\0".encode() + sha256(bytes(data).rstrip(b"\0")).digest())
    return whole.digest()
