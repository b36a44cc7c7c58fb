"""Input events as the kernel writes them: `struct input_event` of linux/input.h, 24 bytes on a 64-bit machine."""

from __future__ import annotations

import struct
from typing import Final

FORMAT: Final = "@llHHi"
SIZE: Final = struct.calcsize(FORMAT)
MOST: Final = 60  # events a packet: evdev reads 64 at once, and what does not fit in one read would be cut off

EV_SYN, EV_KEY, EV_ABS, EV_MSC, EV_SND = 0, 1, 3, 4, 0x12
SYN_REPORT, SYN_DROPPED = 0, 3
MSC_SCAN = 4
SND_TONE = 2

Event = tuple[int, int, int]  # type, code, value
REPORT: Final[Event] = (EV_SYN, SYN_REPORT, 0)


def pack(events: list[Event], at: int) -> bytes:
    """`at`: the time stamp of all of them, in ms."""
    return b"".join(struct.pack(FORMAT, at // 1000, at % 1000 * 1000, *event) for event in events)


def unpack(data: bytes) -> list[Event]:
    """The events of a packet, without their times."""
    whole = len(data) - len(data) % SIZE
    return [(kind, code, value) for _, _, kind, code, value in struct.iter_unpack(FORMAT, data[:whole])]
