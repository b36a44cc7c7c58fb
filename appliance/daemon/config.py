"""The configuration file of a till: where its data and shop are, which device is on which port."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from appliance.drivers.table import TABLE
from appliance.provision.signer import SignerError, public_key


class ConfigError(Exception):
    """One sentence that says what to change."""


@dataclass(frozen=True)
class DeviceConfig:
    driver: str = "none"
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def port(self) -> str:
        """What the technician's page shows."""
        return Path(str(self.options.get("path", ""))).name


@dataclass(frozen=True)
class UpstreamConfig:
    """`ca`: a PEM file with the root that vouches for the collector's name, None for the system's. `code`: a file with
    the digits of an enrolment, read at a start while the till is not enrolled; the scanner does the same. `url`: where
    a blank machine asks for its bundle before any code was scanned, https://NAME."""

    ca: Path | None = None
    code: Path | None = None
    url: str = ""


@dataclass(frozen=True)
class SystemConfig:
    """Folders that the till shares with the system below it (image/FORMAT.md). `said`: what the system tells, `orders`:
    where the till asks it to install or to switch off, `updates`: where a fetched bundle lies."""

    said: Path
    orders: Path
    updates: Path


@dataclass(frozen=True)
class Config:
    """`idle_lock` in seconds. A kind of device that is not named is not fitted."""

    data: Path
    shop: Path
    devices: Mapping[str, DeviceConfig] = field(default_factory=dict)
    idle_lock: int = 300
    mirror: Path | None = None
    upstream: UpstreamConfig = UpstreamConfig()
    stick: Path | None = None  # where a medium that is plugged in is mounted
    provision: bytes | None = None  # public key of the root whose people may sign bundles; None: no bundle is taken
    board: str = ""  # that the image was made for, as bundles and releases name it; empty: any bundle fits
    system: SystemConfig | None = None  # None: this machine does not switch itself off and is not updated by the till
    publisher: bytes | None = None  # public key of the root whose releases are fetched; None: they are only announced

    @property
    def blank(self) -> bool:
        """Whether this image installs bundles and no shop is here yet."""
        return self.provision is not None and not (self.shop / "shop.toml").is_file()

    def device(self, kind: str) -> DeviceConfig:
        return self.devices.get(kind, DeviceConfig())


PLACE: Final = Path("/etc/sceau/sceau.toml")
KNOWN = {
    "data",
    "shop",
    "idle_lock",
    "device",
    "mirror",
    "stick",
    "upstream",
    "provision",
    "system",
    "publisher",
    "board",
}


def read_config(path: Path) -> Config:
    """Raises ConfigError with one line for a file that is missing, not TOML, or says what no till knows."""
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror}); give --config FILE") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: not TOML: {error}") from error
    return decode(table, str(path))


def decode(table: Mapping[str, Any], where: str) -> Config:
    for key in table.keys() - KNOWN:
        raise ConfigError(f"{where}: unknown key {key!r}; known are {', '.join(sorted(KNOWN))}")
    for key in ("data", "shop"):
        if not isinstance(table.get(key), str):
            raise ConfigError(f"{where}: {key} is missing; give it the path of a folder")
    idle = table.get("idle_lock", 300)
    if type(idle) is not int or idle < 10:
        raise ConfigError(f"{where}: idle_lock must be a number of seconds, 10 at least")
    if not isinstance(table.get("device", {}), dict):
        raise ConfigError(f"{where}: device must be tables like [device.printer]")
    for key, what in (("mirror", "path of a file"), ("stick", "path of a folder"), ("board", "name of a model")):
        if not isinstance(table.get(key, ""), str):
            raise ConfigError(f"{where}: {key} must be the {what}")
    devices = {kind: _device(kind, value, where) for kind, value in table.get("device", {}).items()}
    mirror = Path(table["mirror"]) if "mirror" in table else None
    stick = Path(table["stick"]) if "stick" in table else None
    return Config(
        Path(table["data"]),
        Path(table["shop"]),
        devices,
        idle,
        mirror,
        _upstream(table.get("upstream", {}), where),
        stick,
        _root(table, "provision", where),
        table.get("board", ""),
        _system(table.get("system"), where),
        _root(table, "publisher", where),
    )


def _root(table: Mapping[str, Any], key: str, where: str) -> bytes | None:
    value = table.get(key)
    if value is None:
        return None
    try:
        return public_key(str(value))
    except SignerError as error:
        raise ConfigError(f"{where}: {key}: {error}") from error


def _system(value: object, where: str) -> SystemConfig | None:
    if value is None:
        return None
    names = ("said", "orders", "updates")
    if (
        not isinstance(value, dict)
        or sorted(value) != sorted(names)
        or {type(each) for each in value.values()} != {str}
    ):
        raise ConfigError(f"{where}: system must be a table of three paths: {', '.join(names)}")
    return SystemConfig(*(Path(value[name]) for name in names))


def _upstream(value: object, where: str) -> UpstreamConfig:
    if not isinstance(value, dict) or any(not isinstance(each, str) for each in value.values()):
        raise ConfigError(f"{where}: upstream must be a table of paths and an address, [upstream]")
    for key in value.keys() - {"ca", "code", "url"}:
        raise ConfigError(f"{where}: upstream: unknown key {key!r}; known are ca, code, url")
    ca, code = (Path(value[key]) if key in value else None for key in ("ca", "code"))
    return UpstreamConfig(ca, code, value.get("url", ""))


def _device(kind: str, value: object, where: str) -> DeviceConfig:
    if kind not in TABLE:
        raise ConfigError(f"{where}: unknown device {kind!r}; known are {', '.join(sorted(TABLE))}")
    name = value.get("driver", "none") if isinstance(value, dict) else None
    if not isinstance(value, dict) or not isinstance(name, str) or name not in TABLE[kind]:
        raise ConfigError(f"{where}: device {kind}: driver must be one of {', '.join(sorted(TABLE[kind]))}")
    options = {key: each for key, each in value.items() if key != "driver"}
    return DeviceConfig(name, options)
