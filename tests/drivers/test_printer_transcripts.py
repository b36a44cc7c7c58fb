"""The printer driver against conversations written down from Epson's command reference."""

from __future__ import annotations

from pathlib import Path

from appliance.core.paper import Row
from appliance.drivers.printer.escpos import EscposPrinter
from appliance.drivers.printer.options import PrinterOptions
from appliance.ports import Health, Level, Printed
from appliance.simulator.wire import SerialWire
from tests.drivers.loop import TestLoop, VirtualClock
from tests.drivers.transcript import Player


class Bench:
    """A real driver, a pty, and a transcript at its far end."""

    def __init__(self, folder: Path, name: str, confirm: str) -> None:
        wire = SerialWire(folder / "printer")
        self.player = Player(wire, name)
        self.loop = TestLoop(VirtualClock(), self.player)
        options = PrinterOptions(path=str(wire.path), flow="none", confirm=confirm)
        self.printer = EscposPrinter(options, self.loop)
        self.ended: list[Printed] = []
        self.healths: list[Health] = []
        self.drawer: list[bool] = []
        self.printer.on_health, self.printer.on_drawer = self.healths.append, self.drawer.append
        self.printer.open()
        self.loop.settle()

    def finish(self) -> None:
        """Lets time pass to the end of the transcript, and not beyond it."""
        self.loop.until(lambda: self.player.done or bool(self.player.wrong), 10_000)
        self.printer.close()

        assert self.player.wrong == ""


def test_asks_one_question_at_a_time_and_switches_automatic_status_on(tmp_path: Path) -> None:
    bench = Bench(tmp_path, "escpos-presence", "id")

    assert bench.printer.health == Health(Level.READY, "ok")
    bench.finish()


def test_probes_both_ways_of_confirming_at_once(tmp_path: Path) -> None:
    bench = Bench(tmp_path, "escpos-probe", "auto")
    bench.finish()


def test_encodes_a_document_and_believes_only_the_id(tmp_path: Path) -> None:
    bench = Bench(tmp_path, "escpos-ticket", "id")
    rows = [Row("ÉPICERIE", double=True), Row("Café 1,50 €", bold=True), Row("DUPLICATA", invert=True)]
    bench.printer.print(rows, bench.ended.append)
    bench.finish()

    assert bench.ended == [Printed.CONFIRMED]


def test_takes_the_barrier_as_reached(tmp_path: Path) -> None:
    bench = Bench(tmp_path, "escpos-barrier", "barrier")
    bench.printer.print([Row("A")], bench.ended.append)
    bench.finish()

    assert bench.ended == [Printed.REACHED]


def test_sends_nothing_again_when_the_paper_ends(tmp_path: Path) -> None:
    bench = Bench(tmp_path, "escpos-paper-out", "id")
    bench.printer.print([Row("A")], bench.ended.append)
    bench.finish()

    assert bench.ended == [Printed.CONFIRMED]
    assert [health.code for health in bench.healths] == ["ok", "paper-out", "ok", "off"]


def test_opens_the_drawer_in_real_time_and_sees_its_switch(tmp_path: Path) -> None:
    bench = Bench(tmp_path, "escpos-drawer", "id")
    bench.printer.kick()
    bench.finish()

    assert bench.drawer == [False, True]
