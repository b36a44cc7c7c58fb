"""What an ESC/POS printer says: the byte stream cut into replies by their fixed bits, and what they mean.

Source: Epson ESC/POS command reference, pages of DLE EOT, GS a, GS r and GS ( H function 48. Bits that Epson
prints as "fixed" tell the kinds apart, since nothing in the stream carries a length or names the question:

    DLE EOT   0xx1xx10                 GS r 1    0xx0xxxx, alone
    ASB       0xx1xx00 then 3 0xx0xxxx   GS ( H    37h 22h d1 d2 d3 d4 00h
"""

from __future__ import annotations

from dataclasses import dataclass, replace

FIXED = 0x93
REAL_TIME = 0x12
ASB = 0x10
PLAIN = 0x90  # both clear in GS r replies and in ASB bytes 2 to 4
BLOCK, FINISHED = 0x37, 0x22


@dataclass(frozen=True, slots=True)
class RealTime:
    """Answer to one DLE EOT n; which n is known only by having asked one at a time."""

    byte: int


@dataclass(frozen=True, slots=True)
class Automatic:
    """Automatic status back, 4 bytes."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Finished:
    """All that was sent before this id is on paper."""

    ident: bytes


@dataclass(frozen=True, slots=True)
class Reached:
    """Answer to GS r 1: the printer has read its buffer up to there."""


@dataclass(frozen=True, slots=True)
class Noise:
    """Bytes that fit nothing: wrong speed, wrong device, a clone's own ideas."""

    data: bytes


Reply = RealTime | Automatic | Finished | Reached | Noise


class Replies:
    """Cuts the stream; keeps what is incomplete until more comes or `reset`."""

    def __init__(self) -> None:
        self._part = b""

    def reset(self) -> None:
        self._part = b""

    def feed(self, data: bytes) -> list[Reply]:
        self._part += data
        found: list[Reply] = []
        while self._part:
            reply, used = _cut(self._part)
            if reply is None:
                break
            found.append(reply)
            self._part = self._part[used:]
        return found


def _cut(data: bytes) -> tuple[Reply | None, int]:
    """The first reply in `data` and its length; (None, 0) when more bytes are needed."""
    first = data[0]
    if first == BLOCK:
        return _block(data)
    if first & FIXED == REAL_TIME:
        return RealTime(first), 1
    if first & FIXED == ASB:
        return _automatic(data)
    if not first & PLAIN:
        return Reached(), 1
    return Noise(data[:1]), 1


def _automatic(data: bytes) -> tuple[Reply | None, int]:
    if any(byte & PLAIN for byte in data[1:4]):
        return Noise(data[:1]), 1
    return (Automatic(data[:4]), 4) if len(data) >= 4 else (None, 0)


def _block(data: bytes) -> tuple[Reply | None, int]:
    if (len(data) > 1 and data[1] != FINISHED) or (len(data) > 6 and data[6] != 0):
        return Noise(data[:1]), 1
    return (Finished(data[2:6]), 7) if len(data) >= 7 else (None, 0)


@dataclass(frozen=True, slots=True)
class Condition:
    """How the printer says it is. `drawer` is the level of the drawer's sensor pin: True high, None not told."""

    cover: bool = False
    paper_out: bool = False
    near_end: bool = False
    error: bool = False
    drawer: bool | None = None

    @property
    def fault(self) -> bool:
        return self.cover or self.paper_out or self.error


def from_automatic(data: bytes) -> Condition:
    """Byte 1: bit 2 drawer, 5 cover. Byte 2: bits 2, 3, 5 errors. Byte 3: bits 0-1 near end, 2-3 paper out."""
    return Condition(
        cover=bool(data[0] & 0x20),
        paper_out=bool(data[2] & 0x0C),
        near_end=bool(data[2] & 0x03),
        error=bool(data[1] & 0x2C),
        drawer=bool(data[0] & 0x04),
    )


def merge(before: Condition, n: int, byte: int) -> Condition:
    """The condition after an answer to DLE EOT `n`: 1 printer, 2 cause of offline, 3 cause of error, 4 paper."""
    if n == 1:
        return replace(before, drawer=bool(byte & 0x04))
    if n == 2:  # bit 6 "error" is told in detail by n = 3
        return replace(before, cover=bool(byte & 0x04))
    if n == 3:
        return replace(before, error=bool(byte & 0x28))
    return replace(before, near_end=bool(byte & 0x0C), paper_out=bool(byte & 0x60))
