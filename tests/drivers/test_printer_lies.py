"""Printers that do not keep to the book: the state is plain, no document disappears, none comes out twice."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from appliance.core.paper import Row
from appliance.drivers.printer.escpos import EscposPrinter
from appliance.drivers.printer.options import PrinterOptions
from appliance.drivers.printer.session import ANSWER_MS
from appliance.ports import Level, Lost, Printed
from appliance.simulator.wire import SerialWire
from tests.drivers.bench import printer_bench
from tests.drivers.loop import TestLoop, VirtualClock

HEALTHY = {b"\x10\x04" + bytes([n]): b"\x12" for n in (1, 2, 3, 4)}


class Liar:
    """Answers each question with what `answer` gives for the bytes heard."""

    def __init__(self, wire: SerialWire, answer: Callable[[bytes], bytes]) -> None:
        self.wire, self._answer = wire, answer
        self.heard = b""

    def pump(self) -> bool:
        data = self.wire.read()
        self.heard += data
        if data:
            self.wire.write(self._answer(data))
        return bool(data)

    def quiet(self) -> bool:
        return self.wire.quiet()

    def next_deadline(self) -> int | None:
        return None


@pytest.fixture
def wire(tmp_path: Path) -> Iterator[SerialWire]:
    made = SerialWire(tmp_path / "printer")
    yield made
    made.unplug()


def start(wire: SerialWire, answer: Callable[[bytes], bytes]) -> tuple[EscposPrinter, TestLoop, Liar, list[Printed]]:
    liar = Liar(wire, answer)
    loop = TestLoop(VirtualClock(), liar)
    printer = EscposPrinter(PrinterOptions(path=str(wire.path), flow="none"), loop)
    ended: list[Printed] = []
    printer.open()
    loop.run(5000)
    printer.print([Row("A")], ended.append)
    loop.run(60_000)
    return printer, loop, liar, ended


def real_time(data: bytes) -> bytes:
    """The right answers to DLE EOT, and to nothing else."""
    return b"\x12" * data.count(b"\x10\x04")


def test_one_that_never_answers_is_off_and_gets_nothing(wire: SerialWire) -> None:
    printer, _, liar, ended = start(wire, lambda _: b"")

    assert printer.health.code == "off"
    assert (ended, printer.waiting, printer.began) == ([], 1, False)
    assert b"A\n" not in liar.heard


def test_one_that_answers_rubbish_is_an_error_that_says_what_to_check(wire: SerialWire) -> None:
    noise = random.Random(1)
    printer, _, liar, ended = start(wire, lambda _: bytes(noise.choice(b"\xff\xfe\x80\xc3\x93") for _ in range(7)))

    assert printer.health.code == "error"
    assert "baud" in printer.health.detail
    assert (ended, printer.waiting) == ([], 1)
    assert b"A\n" not in liar.heard


class Late(Liar):
    """Answers everything at once, but one question, whose answer it gives `delay` ms late."""

    def __init__(self, wire: SerialWire, clock: VirtualClock, late: int, delay: int) -> None:
        super().__init__(wire, lambda _: b"")
        self._clock, self._late, self._delay = clock, late, delay
        self._questions = 0
        self._due: list[tuple[int, bytes]] = []

    def pump(self) -> bool:
        data = self.wire.read()
        for byte in data.replace(b"\x10\x04", b"\x10")[1::2] if data.startswith(b"\x10\x04") else b"":
            self._questions += 1
            wait = self._delay if self._questions == self._late else 0
            self._due.append((self._clock.monotonic() + wait, b"\x16" if byte == 1 else b"\x12"))
        ready = [answer for due, answer in self._due if due <= self._clock.monotonic()]
        self._due = self._due[len(ready) :]
        self.wire.write(b"".join(ready))
        return bool(data or ready)

    def next_deadline(self) -> int | None:
        return self._due[0][0] if self._due else None


@pytest.mark.parametrize("late", range(1, 13))
def test_a_late_answer_is_no_answer_to_the_next_question(wire: SerialWire, late: int) -> None:
    """The drawer's bit in the answer to the first question means "cover open" in the answer to the second."""
    clock = VirtualClock()
    loop = TestLoop(clock, Late(wire, clock, late, ANSWER_MS + 100))
    printer = EscposPrinter(PrinterOptions(path=str(wire.path), flow="none"), loop)
    seen: list[str] = []
    printer.on_health = lambda health: seen.append(health.code)
    printer.open()
    loop.run(15_000)

    assert "cover-open" not in seen
    assert printer.health.level is Level.READY


def test_one_that_gives_wrong_ids_confirms_nothing(wire: SerialWire) -> None:
    """It gives the id that the probe asks for, and then one of its own."""
    asked: list[bytes] = []

    def answer(data: bytes) -> bytes:
        at = data.find(b"\x1d(H")
        if at < 0:
            return real_time(data)
        asked.append(data[at + 7 : at + 11])
        return real_time(data) + b"\x37\x22" + (asked[0] if len(asked) == 1 else b"ZZZZ") + b"\x00"

    printer, _, liar, ended = start(wire, answer)

    assert ended == [Printed.LOST]
    assert printer.waiting == 0
    assert liar.heard.count(b"A\n") == 1


def test_one_that_answers_only_questions_confirms_nothing(wire: SerialWire) -> None:
    printer, _, liar, ended = start(wire, real_time)

    assert printer.health.level is Level.READY
    assert ended == [Printed.UNCONFIRMED]
    assert liar.heard.count(b"A\n") == 1


def stuff(wire: SerialWire) -> None:
    """To the last byte: a pty that says it is full may have room for a pulse, and on a busy machine finds more."""
    line = os.open(wire.path, os.O_WRONLY | os.O_NOCTTY | os.O_NONBLOCK)
    wire.quiet()  # its poll makes the kernel deliver what it can
    with suppress(BlockingIOError):
        while True:
            os.write(line, b"x")
    os.close(line)


def test_one_whose_line_takes_nothing_gets_no_pulse_later(wire: SerialWire) -> None:
    """Flow control that never lets go: the pulse is refused, and is not in the wire when it does."""
    liar = Liar(wire, real_time)
    loop = TestLoop(VirtualClock(), liar)
    printer = EscposPrinter(PrinterOptions(path=str(wire.path), flow="none", confirm="none"), loop)
    printer.open()
    loop.run(2000)
    loop.far.clear()
    printer.print([Row("x" * 48)] * 2000, lambda _: None)
    stuff(wire)
    with pytest.raises(Lost):
        printer.kick()
    loop.far.append(liar)
    loop.run(5000)

    assert b"\x10\x14" not in liar.heard


class SlowLine(Liar):
    """A line of so many baud: bytes arrive one after the other, and so do the answers."""

    def __init__(self, wire: SerialWire, clock: VirtualClock, baud: int) -> None:
        super().__init__(wire, real_time)
        self._clock, self._baud = clock, baud
        self._arriving: list[tuple[int, bytes]] = []
        self._last = 0

    def pump(self) -> bool:
        data = self.wire.read()
        if data:
            self._last = max(self._last, self._clock.ms) + 10_000 * len(data) // self._baud
            self._arriving.append((self._last, data))
        due = [chunk for at, chunk in self._arriving if at <= self._clock.ms]
        self._arriving = self._arriving[len(due) :]
        for chunk in due:
            self.heard += chunk
            self.wire.write(self._answer(chunk))
        return bool(data or due)

    def next_deadline(self) -> int | None:
        return self._arriving[0][0] if self._arriving else None


def test_a_slow_line_is_not_taken_for_a_dead_printer(wire: SerialWire) -> None:
    """A whole document stands before the question: the answer may take as long as the document."""
    clock = VirtualClock()
    line = SlowLine(wire, clock, 2400)
    loop = TestLoop(clock, line)
    printer = EscposPrinter(PrinterOptions(path=str(wire.path), flow="none", confirm="none", baud=2400), loop)
    ended: list[Printed] = []
    codes: list[str] = []
    printer.on_health = lambda health: codes.append(health.code)
    printer.open()
    loop.run(2000)
    printer.print([Row("x" * 40)] * 80, ended.append)
    loop.run(60_000)

    assert codes == ["ok"]
    assert ended == [Printed.UNCONFIRMED]


@pytest.mark.parametrize("seed", range(40))
def test_whatever_happens_a_line_is_printed_once_and_confirmed_means_printed(tmp_path: Path, seed: int) -> None:
    """Faults at random moments while documents are printed, then everything is put right."""
    chance = random.Random(seed)
    with printer_bench(tmp_path) as bench:
        device = bench.device
        faults = [
            lambda: device.set_paper("out"),
            lambda: device.set_paper("ok"),
            lambda: device.set_cover(opened=True),
            lambda: device.set_cover(opened=False),
            device.switch_off,
            device.switch_on,
            device.unplug,
            device.plug,
        ]
        names = [f"D{number}" for number in range(6)]
        for name in names:
            bench.print(name, chance.randrange(1, 40))
            for _ in range(chance.randrange(4)):
                bench.loop.run(chance.randrange(1, 900))
                chance.choice(faults)()
        for repair in (device.plug, device.switch_on, lambda: device.set_cover(opened=False)):
            repair()
        device.set_paper("ok")
        bench.loop.run(120_000)
        ended = dict(bench.ended)

        assert list(ended) == names
        for name in names:
            lines = bench.printed(name)
            assert lines == sorted(set(lines))
            if ended[name] is Printed.CONFIRMED:
                assert lines == list(range(len(lines)))
        assert bench.till.health.code == "ok"
