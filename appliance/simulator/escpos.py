"""The ESC/POS wire format as a printer reads it: real-time commands picked out at once, the rest cut into commands.

Source: Epson ESC/POS command reference. The lengths below are those of the commands a till sends; a command that
is not in the table is kept as `unknown` so that a test can say that the driver sent something it should not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

ESC, GS, DLE = 0x1B, 0x1D, 0x10

# Bytes of parameters after the two of the command. Source: the format line of each command's page.
LENGTHS: Final = {
    (ESC, ord("@")): 0,  # initialize
    (ESC, ord("!")): 1,  # print mode
    (ESC, ord("E")): 1,  # emphasized
    (ESC, ord("M")): 1,  # font
    (ESC, ord("R")): 1,  # international set
    (ESC, ord("a")): 1,  # justification
    (ESC, ord("d")): 1,  # print and feed n lines
    (ESC, ord("p")): 3,  # pulse
    (ESC, ord("t")): 1,  # code table
    (ESC, ord("2")): 0,  # default line spacing
    (ESC, ord("3")): 1,  # line spacing
    (GS, ord("!")): 1,  # size
    (GS, ord("B")): 1,  # white on black
    (GS, ord("a")): 1,  # automatic status back
    (GS, ord("r")): 1,  # transmit status
}


@dataclass(frozen=True, slots=True)
class Command:
    """`name` is the two letters of the command, "text" for printable characters, "lf", or "unknown"."""

    name: str
    data: bytes = b""
    size: int = 0  # bytes it takes in the receive buffer


class RealTimeFilter:
    """Takes DLE EOT n and DLE DC4 1 m t out of the stream wherever they stand: a printer acts on them when they
    are received, before what waits in its buffer (pages DLE EOT, DLE DC4)."""

    def __init__(self) -> None:
        self._part = b""

    def feed(self, data: bytes) -> tuple[bytes, list[bytes]]:
        """(what goes into the receive buffer, real-time commands in order)."""
        data, self._part = self._part + data, b""
        rest, commands, at = bytearray(), list[bytes](), 0
        while at < len(data):
            length = _real_time_length(data[at:])
            if length is None:
                self._part = data[at:]
                break
            if length:
                commands.append(data[at : at + length])
            else:
                rest.append(data[at])
            at += length or 1
        return bytes(rest), commands


def _real_time_length(data: bytes) -> int | None:
    """0: not a real-time command; None: not known before more bytes come."""
    if data[0] != DLE:
        return 0
    if len(data) == 1:
        return None
    length = {0x04: 3, 0x14: 5}.get(data[1], 0)
    return length if len(data) >= length else None


class Tokens:
    """Cuts the receive buffer into commands; keeps an incomplete one until its bytes come."""

    def __init__(self) -> None:
        self._part = b""

    @property
    def held(self) -> int:
        return len(self._part)

    def reset(self) -> None:
        self._part = b""

    def feed(self, data: bytes) -> list[Command]:
        self._part += data
        found: list[Command] = []
        while self._part:
            command = _next(self._part)
            if command is None:
                break
            found.append(command)
            self._part = self._part[command.size :]
        return found


def _next(data: bytes) -> Command | None:
    first = data[0]
    if first in (ESC, GS):
        return _escape(data)
    if first == 0x0A:
        return Command("lf", b"", 1)
    if first < 0x20:  # CR and NUL do nothing
        return Command("skip" if first in (0x0D, 0x00) else "unknown", data[:1], 1)
    end = next((at for at, byte in enumerate(data) if byte < 0x20), len(data))
    return Command("text", data[:end], end)


def _escape(data: bytes) -> Command | None:
    if len(data) < 2:
        return None
    letter = data[1]
    name = ("ESC " if data[0] == ESC else "GS ") + chr(letter)
    length = _length(data, letter)
    if length is None or (length >= 0 and len(data) < length):
        return None
    return Command("unknown", data[:2], 2) if length < 0 else Command(name, data[2:length], length)


def _length(data: bytes, letter: int) -> int | None:
    """Length of the whole command; None when more bytes are needed to know, -1 when unknown."""
    if (data[0], letter) in LENGTHS:
        return 2 + LENGTHS[data[0], letter]
    if data[0] == GS and letter == ord("V"):  # function A: m; function B: m n
        return None if len(data) < 3 else 3 + (data[2] in (65, 66))
    if data[0] == GS and letter == ord("("):  # fn pL pH then as many bytes
        return None if len(data) < 5 else 5 + data[3] + 256 * data[4]
    return -1
