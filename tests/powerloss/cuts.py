"""Which cuts there are of a recording, and which of them leave the same state."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from random import Random

from tests.powerloss.recording import PAID, Cut, Outside, Recording
from tests.storage.device import DEVICES, ENUMERATED, FLUSHES, Act, Fate, Fault, Op, Order, choices, reaches
from tests.storage.memory import MemoryDisk

DRAWN = 3  # seeds of a fate that draws
LYING = (Fault.LYING_1, Fault.LYING_2, Fault.LYING_4)
DEAF = sorted({device.deaf for device in DEVICES.values()})
LIES = 4  # choices of what landed all the same when flushes did nothing


def cuts(recording: Recording) -> Iterator[Cut]:
    """After every write, name, flush and outside event, with each fate and fault that it can meet there."""
    moments = [(op.stamp, _fates(op.act)) for op in recording.recorder.ops]
    moments += [(each.stamp, (Fate.DONE, Fate.LOST, *LYING)) for each in recording.outside if _tells(each)]
    flying = Flying(recording.recorder.ops)
    for stamp, fates in moments:
        flown = flying.ways(stamp)
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


class Flying:
    """What `device.settled` says flies, for every moment of a recording: reckoned once, from flush to flush."""

    def __init__(self, ops: Sequence[Op]) -> None:
        self._ops, self._stamps = ops, [op.stamp for op in ops]
        self._left: list[list[Op]] = [[]]  # after each flush
        self._next = [0]  # the first act after it
        for at, op in enumerate(ops):
            if op.act in FLUSHES:
                flown = self._since(len(self._next) - 1, at)
                self._left.append([each for each in flown if not reaches(op, each)])
                self._next.append(at + 1)

    def ways(self, stamp: int) -> dict[int, int]:
        """In how many ways what flies then may land, by how many flushes did nothing."""
        end = bisect_right(self._stamps, stamp)
        heard = bisect_right(self._next, end) - 1
        return {deaf: choices(self._since(max(0, heard - deaf), end)) for deaf in DEAF}

    def _since(self, flush: int, end: int) -> list[Op]:
        return [*self._left[flush], *(op for op in self._ops[self._next[flush] : end] if op.act not in FLUSHES)]


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
