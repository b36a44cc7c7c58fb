"""Options of the ESC/POS printer: what differs from one model or one shop to the next."""

from __future__ import annotations

from dataclasses import dataclass

from appliance.drivers.options import one_of


@dataclass(frozen=True, slots=True)
class PrinterOptions:
    """`path`: the serial port. Everything else has the value of an 80 mm Epson TM at its factory speed."""

    path: str
    baud: int = 38400
    flow: str = "rts"  # rts: printer's DTR wired to our CTS; xon; none
    columns: int = 48
    page: int = 16  # ESC t number of CP1252
    confirm: str = "auto"  # auto: ask the printer; id: GS ( H; barrier: GS r; none
    feed: int = 4  # lines before the cut
    cut: str = "partial"  # partial, full, none: a printer without a knife
    pulse: str = "realtime"  # realtime: DLE DC4, works without paper; queued: ESC p, for printers that lack it
    drawer_pin: int = 2  # connector pin that drives the drawer: 2 or 5
    pulse_ms: int = 100
    drawer_open: str = "high"  # level of the sensor pin when the drawer stands open: high, low, or none fitted
    cache: str = ""  # folder for python-escpos' parsed tables

    def __post_init__(self) -> None:
        one_of("flow", self.flow, ("rts", "xon", "none"))
        one_of("confirm", self.confirm, ("auto", "id", "barrier", "none"))
        one_of("cut", self.cut, ("partial", "full", "none"))
        one_of("pulse", self.pulse, ("realtime", "queued"))
        one_of("drawer_pin", self.drawer_pin, (2, 5))
        one_of("drawer_open", self.drawer_open, ("high", "low", "none"))
        one_of("columns", self.columns, (32, 42, 48))
        one_of("pulse_ms", self.pulse_ms, tuple(range(100, 900, 100)))
