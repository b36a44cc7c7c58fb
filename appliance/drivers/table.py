"""Every driver there is, by kind and name. Reading this table is how one finds them; nothing registers itself.

A driver class has `Options` (a frozen dataclass) and is built as `Class(options, loop)`; building opens nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType
from typing import Any, Final

from appliance.drivers.options import BadOptionError, decode
from appliance.ports import Loop

TABLE: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "printer": {
            "none": "appliance.drivers.none:NoPrinter",
            "escpos": "appliance.drivers.printer.escpos:EscposPrinter",
        },
        "drawer": {
            "none": "appliance.drivers.none:NoDrawer",
            "printer": "appliance.drivers.drawer.printer:PrinterDrawer",
        },
        "badge": {
            "none": "appliance.drivers.none:NoBadgeReader",
            "pn532": "appliance.drivers.badge.pn532:Pn532Reader",
        },
        "scanner": {
            "none": "appliance.drivers.none:NoScanner",
            "evdev": "appliance.drivers.scanner.evdev:EvdevScanner",
        },
        "touch": {
            "none": "appliance.drivers.none:NoTouch",
            "evdev": "appliance.drivers.touch.evdev:EvdevTouch",
        },
        "panel": {
            "none": "appliance.drivers.none:NoPanel",
            "framebuffer": "appliance.drivers.panel.framebuffer:FramebufferPanel",
        },
        "beeper": {
            "none": "appliance.drivers.none:NoBeeper",
            "evdev": "appliance.drivers.beeper.evdev:EvdevBeeper",
        },
        "witness": {
            "none": "appliance.drivers.witness.none:NoWitness",
            "tpm": "appliance.drivers.witness.tpm:TpmWitness",
        },
    }
)


def driver(kind: str, name: str) -> type[Any]:
    """The class of a driver, imported now. Raises `BadOptionError` for a kind or a name that is not in the table."""
    names = TABLE.get(kind)
    if names is None:
        raise BadOptionError(f"There is no device kind {kind!r}; there are: {', '.join(TABLE)}.")
    if name not in names:
        raise BadOptionError(f"There is no {kind} driver {name!r}; there are: {', '.join(names)}.")
    module, _, attribute = names[name].partition(":")
    found: type[Any] = getattr(import_module(module), attribute)
    return found


def make(kind: str, name: str, options: Mapping[str, object], loop: Loop) -> Any:  # noqa: ANN401  # one Protocol a kind
    """A driver of `kind`, its options checked, nothing opened yet."""
    chosen = driver(kind, name)
    return chosen(decode(chosen.Options, options, f"{kind}/{name}"), loop)
