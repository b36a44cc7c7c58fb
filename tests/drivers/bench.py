"""A workbench: virtual hardware, real drivers wired to it, one loop on virtual time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from appliance.core.paper import Row
from appliance.drivers.printer.escpos import EscposPrinter
from appliance.drivers.table import make
from appliance.ports import Health, Printed
from appliance.simulator.hardware import Hardware
from appliance.simulator.printer import Model
from tests.drivers.loop import TestLoop, VirtualClock

SIZE = (800, 480)


class Bench:
    def __init__(self, folder: Path, model: Model | None = None) -> None:
        self.clock = VirtualClock()
        self.hardware = Hardware(self.clock, folder / "wires", SIZE, model, threads=False)
        self.loop = TestLoop(self.clock, self.hardware)

    def driver(self, kind: str, **changes: object) -> Any:
        """The driver of `kind`, wired as the hardware says, not yet open."""
        entry = self.hardware.options()[kind]
        options = entry["options"]
        assert isinstance(options, dict)
        return make(kind, str(entry["driver"]), {**options, **changes}, self.loop)


class PrinterBench(Bench):
    """Also an open printer, with what it said."""

    def __init__(self, folder: Path, model: Model | None = None, **changes: object) -> None:
        super().__init__(folder, model)
        self.healths: list[Health] = []
        self.drawer: list[bool] = []
        self.ended: list[tuple[str, Printed]] = []
        self.till: EscposPrinter = self.driver("printer", **changes)
        self.till.on_health, self.till.on_drawer = self.healths.append, self.drawer.append
        self.till.open()
        self.loop.run(2000)

    @property
    def device(self) -> Any:
        return self.hardware.printer

    @property
    def codes(self) -> list[str]:
        return [health.code for health in self.healths]

    def print(self, name: str, lines: int = 20) -> None:
        """A document whose every line is unlike any other: `name` and a number."""
        rows = [Row(f"{name} {number}") for number in range(lines)]
        self.till.print(rows, lambda how: self.ended.append((name, how)))

    def printed(self, name: str) -> list[int]:
        """The numbers of that document's lines on the paper, in order."""
        lines = [line.text.split(" ") for line in self.device.paper.lines if line.text.startswith(f"{name} ")]
        return [int(number) for _, number in lines]


@contextmanager
def bench(folder: Path, model: Model | None = None) -> Iterator[Bench]:
    made = Bench(folder, model)
    try:
        yield made
    finally:
        made.hardware.close()


@contextmanager
def printer_bench(folder: Path, model: Model | None = None, **changes: object) -> Iterator[PrinterBench]:
    made = PrinterBench(folder, model, **changes)
    try:
        yield made
    finally:
        made.till.close()
        made.hardware.close()
