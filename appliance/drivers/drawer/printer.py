"""A cash drawer driven by the receipt printer, as nearly all are."""

from __future__ import annotations

from appliance.drivers.none import NoOptions
from appliance.ports import Health, Level, Loop, Lost, Printer


class PrinterDrawer:
    """Pin, polarity and pulse are options of the printer. `attach` the printer before use."""

    Options = NoOptions

    def __init__(self, _options: NoOptions, _loop: Loop) -> None:
        self._printer: Printer | None = None

    def attach(self, printer: Printer) -> None:
        self._printer = printer

    @property
    def health(self) -> Health:
        """Paper does not matter to a drawer: only a printer that is not there or stands in error does."""
        if self._printer is None:
            return Health(Level.DOWN, "off", "no printer is attached")
        health = self._printer.health
        return health if health.code in ("off", "error") else Health(Level.READY, "ok")

    def kick(self) -> None:
        if self._printer is None:
            raise Lost("No printer is attached to open the drawer.")
        self._printer.kick()
