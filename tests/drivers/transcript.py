"""Transcripts: conversations written down from the manuals, played byte for byte to a driver or to a simulator.

> 10 04 01      ; the till sends           ID: four bytes that the till chooses, the same all through
< 12            ; the device answers       ! paper out: a hand does something
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from appliance.simulator.wire import SerialWire

FOLDER = Path(__file__).with_name("transcripts")


@dataclass(frozen=True, slots=True)
class Step:
    """`kind` is one of > < !; None in `data` stands for a byte of the till's choice."""

    kind: str
    data: tuple[int | None, ...] = ()
    text: str = ""


def read(name: str) -> list[Step]:
    lines = (FOLDER / f"{name}.txt").read_text("utf-8").splitlines()
    return [_step(line.split(";")[0].strip()) for line in lines if line.strip() and not line.startswith("#")]


def _step(line: str) -> Step:
    kind, rest = line[0], line[1:].strip()
    if kind == "!":
        return Step(kind, text=rest)
    assert kind in "<>", line
    return Step(kind, tuple(None if part == "ID" else int(part, 16) for part in rest.split()))


def hexadecimal(data: bytes) -> str:
    return data.hex(" ")


class Player:
    """The device's side of a wire. What the till sends must be what stands there; `wrong` says where it was not."""

    def __init__(self, wire: SerialWire, name: str) -> None:
        self.wire, self.steps = wire, read(name)
        self.wrong = ""
        self._got = b""
        self._id = b""

    @property
    def done(self) -> bool:
        return not self.steps

    def pump(self) -> bool:
        data = self.wire.read()
        self._got += data
        moved = bool(data)
        while self.steps and not self.wrong and self._step(self.steps[0]):
            self.steps.pop(0)
            moved = True
        return moved

    def _step(self, step: Step) -> bool:
        if step.kind == "<":
            self.wire.write(self._fill(step))
        elif step.kind == ">":
            return self._expect(step)
        return True

    def _expect(self, step: Step) -> bool:
        got = self._got[: len(step.data)]
        pairs = list(zip(step.data, got, strict=False))
        if any(want not in (None, byte) for want, byte in pairs):
            self.wrong = f"sent {hexadecimal(got)} where the transcript has {hexadecimal(self._fill(step))}"
            return False
        if len(got) < len(step.data):
            return False
        self._id = bytes(byte for want, byte in pairs if want is None) or self._id
        self._got = self._got[len(step.data) :]
        return True

    def _fill(self, step: Step) -> bytes:
        ident = iter(self._id or bytes(4))
        return bytes(next(ident) if byte is None else byte for byte in step.data)

    def quiet(self) -> bool:
        return self.wire.quiet()

    def next_deadline(self) -> int | None:
        return None
