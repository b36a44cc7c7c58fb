"""What technicians have set, laid over the configuration: the journal says it, the drivers are built with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from typing import Any, Final

from appliance.core.aim import Correction
from appliance.core.settings import CALIBRATION, CHOICES
from appliance.daemon.config import Config, DeviceConfig

OPTION: Final = "correction"


def option(name: str, value: str) -> tuple[str, Any]:
    """A setting as its driver's option. Raises ValueError for a value that no till wrote."""
    if name == CALIBRATION:
        return OPTION, list(Correction.read(value))
    if value not in CHOICES[name]:
        raise ValueError(f"{name} cannot be {value!r}")
    return name.partition(".")[2], int(value) if value.isdecimal() else value


def overlaid(config: Config, settings: Iterable[tuple[str, str]]) -> Config:
    """Settings of devices that are not fitted wait until they are; one of another version is left out."""
    devices = dict(config.devices)
    for name, value in settings:
        kind = name.partition(".")[0]
        device = devices.get(kind, DeviceConfig())
        if device.driver != "none" and (name == CALIBRATION or value in CHOICES.get(name, ())):
            key, made = option(name, value)
            devices[kind] = DeviceConfig(device.driver, {**device.options, key: made})
    return replace(config, devices=devices)


def board(config: Config) -> Mapping[str, str]:
    """The same settings as the configuration alone has them, with the drivers' own values where it says nothing."""
    from appliance.drivers.table import driver  # the first screen stands before any driver is loaded

    device = config.device("printer")
    known = {each.name: each.default for each in fields(driver("printer", device.driver).Options)}
    said: dict[str, Any] = {**known, **device.options}
    values = {name: str(said[name.partition(".")[2]]) for name in CHOICES if name.partition(".")[2] in said}
    touch = config.device("touch").options.get(OPTION)
    return {**values, CALIBRATION: " ".join(map(str, touch)) if touch else ""}
