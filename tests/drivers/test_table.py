"""The table of drivers and their options: everything in it loads, and what is wrong is said in a sentence."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from appliance.core.paper import Row
from appliance.drivers.options import BadOptionError
from appliance.drivers.table import TABLE, driver, make
from appliance.ports import Level, Lost
from tests.drivers.loop import TestLoop, VirtualClock

LOOP = TestLoop(VirtualClock())
ENTRIES = [(kind, name) for kind, names in TABLE.items() for name in names]


@pytest.mark.parametrize(("kind", "name"), ENTRIES)
def test_every_driver_loads_and_declares_its_options(kind: str, name: str) -> None:
    assert driver(kind, name).Options.__dataclass_fields__ is not None


@pytest.mark.parametrize("kind", TABLE)
def test_every_kind_may_be_missing(kind: str) -> None:
    assert "none" in TABLE[kind]


@pytest.mark.parametrize(
    ("kind", "name", "options", "sentence"),
    [
        ("printr", "escpos", {}, "no device kind 'printr'; there are: printer"),
        ("printer", "star", {}, "no printer driver 'star'; there are: none, escpos"),
        ("printer", "escpos", {"path": "/dev/x", "bauds": 1}, "does not know the option 'bauds'; it knows: path, baud"),
        ("printer", "escpos", {}, "needs the option 'path'"),
        ("printer", "escpos", {"path": 3}, "'path' must be a text, not 3"),
        ("printer", "escpos", {"path": "x", "baud": True}, "'baud' must be a whole number, not True"),
        ("printer", "escpos", {"path": "x", "confirm": "maybe"}, "must be one of auto, id, barrier, none"),
        ("touch", "evdev", {"path": "x", "size": [800]}, "'size' must be a list of 2 whole numbers"),
        ("badge", "none", {"path": "x"}, "it knows: none"),
    ],
)
def test_what_is_wrong_is_said(kind: str, name: str, options: Mapping[str, object], sentence: str) -> None:
    with pytest.raises(BadOptionError, match=sentence):
        make(kind, name, options, LOOP)


def test_importing_the_drivers_loads_neither_escpos_nor_nfc_nor_evdev() -> None:
    """They cost a quarter of a second, more on a small board: the first screen must not wait for them."""
    code = (
        "import sys; from appliance.drivers.table import TABLE, driver;"
        "[driver(kind, name) for kind in TABLE for name in TABLE[kind]];"
        "print([m for m in ('escpos', 'nfc', 'evdev', 'serial', 'PIL') if m in sys.modules])"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path.cwd())}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment)

    assert done.stdout.strip() == "[]", done.stderr


def test_what_is_not_fitted_is_well_and_does_nothing() -> None:
    for kind in ("printer", "drawer", "beeper"):
        assert make(kind, "none", {}, LOOP).health.level is Level.ABSENT
    for kind in ("scanner", "touch"):
        silent = make(kind, "none", {}, LOOP)
        silent.open()

        assert silent.fileno() >= 0
        assert silent.read() == []
        silent.close()
    assert make("badge", "none", {}, LOOP).poll() is None


def test_a_printer_that_is_not_fitted_claims_nothing() -> None:
    with pytest.raises(Lost):
        make("printer", "none", {}, LOOP).print([Row("x")], print)
    with pytest.raises(Lost):
        make("drawer", "none", {}, LOOP).kick()
