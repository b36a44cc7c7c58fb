"""The way along a segment: frames, and the holes that tears left between them. Pure over a reading function.

Recovery at the tip, the fold at the start, `sealed` and the audit all walk with this code.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from hashlib import sha256
from typing import NamedTuple

from appliance.storage import frame
from appliance.storage.frame import FRAME_LIMIT, Frame

Read = Callable[[int, int], bytes]  # (bytes, offset) -> bytes of the segment

_WINDOW = 2 * FRAME_LIMIT
_PROBE = 2048  # holes shorter than this cannot mislead the bisection


class Gap(NamedTuple):
    """What a torn write left: whole units, `length` in bytes, and the SHA-256 over them.

    `claimed` is the greatest first record that a frame's head in it names. A frame is begun after the one before it was
    acknowledged, so a claim beyond the record expected means that acknowledged records stood in the gap.
    """

    length: int
    sha256: bytes
    claimed: int = 0


class Hole(NamedTuple):
    """No frame from `start` on; `end` = the first unit after the last nonzero one within a frame's length."""

    start: int
    end: int


def is_zero(data: bytes) -> bool:
    return data == bytes(len(data))


def last_nonzero(data: bytes, unit: int) -> int | None:
    """Unit of the last byte that is not zero."""
    if is_zero(data):
        return None
    stripped = len(data.rstrip(b"\0"))
    return (stripped - 1) // unit


def find_end(read: Read, size: int, unit: int, start: int = 1) -> int:
    """The first unit after the last nonzero one, by bisection; `start` is known to be at or before it.

    It may be the last unit of a frame (see `last_frame`).

    Sound because a hole within written bytes is shorter than a frame: 32 KiB of zeros are the end.
    """
    low = start
    while True:
        low = _bisect(read, low, size // unit, unit)
        last = last_nonzero(read(min(FRAME_LIMIT, size - low * unit), low * unit), unit) if low * unit < size else None
        if last is None:
            return low
        low += last + 1


def _bisect(read: Read, low: int, high: int, unit: int) -> int:
    width = max(_PROBE // unit, 1)
    while low < high:
        middle = (low + high) // 2
        last = last_nonzero(read(min(width, high - middle) * unit, middle * unit), unit)
        if last is None:
            high = middle
        else:
            low = middle + last + 1
    return low


def last_frame(read: Read, size: int, number: int, unit: int, end: int) -> Frame | None:
    """The frame nearest before unit `end`, looked for over one frame and one tear; raises FrameError.

    One frame in some thousands ends with a signature whose last bytes are zero and alone in its last unit: that unit
    is written and all zero, so one more is read than `find_end` has found.
    """
    span, stop = 8 * 1024, min(end + 1, size // unit)
    while True:
        start = max(1, end - span // unit)
        found = _last_in(read((stop - start) * unit, start * unit), number, unit, start, end)
        if found or start == 1 or span >= _WINDOW:
            return found
        span *= 4


def _last_in(data: bytes, number: int, unit: int, start: int, end: int) -> Frame | None:
    for index in range(end - 1, start - 1, -1):
        found = frame.parse(data, (index - start) * unit, unit, number, index)
        if found:
            return found
    return None


def next_frame(read: Read, number: int, unit: int, index: int, stop: int) -> Frame | None:
    """The first frame at or after unit `index` and before `stop`, looked for over one frame and one tear."""
    data = read(min(2 * _WINDOW, (stop - index) * unit), index * unit)
    for at in range(min(_WINDOW // unit, stop - index)):
        found = frame.parse(data, at * unit, unit, number, index + at)
        if found:
            return found
    return None


class Trail:
    """Reads a segment forward in windows. `step` gives the frame or hole at `index` and moves past it."""

    def __init__(self, read: Read, number: int, size: int, unit: int, index: int = 1) -> None:
        self._read, self._number, self._size, self._unit = read, number, size, unit
        self.index = index
        self._data, self._start = b"", index

    def step(self) -> Frame | Hole | None:
        """None at the end: nothing but zeros for a frame's length. Raises FrameError."""
        at = self._at()
        found = frame.parse(self._data, at, self._unit, self._number, self.index)
        if found:
            self.index = found.end
            return found
        return self._hole(at)

    def _hole(self, at: int) -> Hole | None:
        room = self._data[at : at + FRAME_LIMIT]
        last = last_nonzero(room, self._unit)
        if last is None:
            return None
        start, end = self.index, self.index + last + 1
        for ahead in range(1, last + 1):
            if frame.parse(self._data, at + ahead * self._unit, self._unit, self._number, start + ahead):
                end = start + ahead
                break
        self.index = end
        return Hole(start, end)

    def _at(self) -> int:
        """Offset of `index` in the window, read on so that a frame after a tear is whole in it."""
        at = (self.index - self._start) * self._unit
        if at + _WINDOW > len(self._data) and self._start * self._unit + len(self._data) < self._size:
            self._start, at = self.index, 0
            offset = self.index * self._unit
            self._data = self._read(min(4 * _WINDOW, self._size - offset), offset)
        return at

    def gap(self, hole: Hole) -> Gap:
        return gap_between(self._read, self._number, self._unit, hole.start, hole.end)

    def frames(self) -> Iterator[Frame | Hole]:
        while (found := self.step()) is not None:
            yield found


def gap_between(read: Read, number: int, unit: int, start: int, end: int) -> Gap:
    length = (end - start) * unit
    data = read(length, start * unit)
    claims = (frame.claim(data, at * unit, number, start + at) for at in range(end - start))
    return Gap(length, sha256(data).digest(), max((claim for claim in claims if claim is not None), default=0))
