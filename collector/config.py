"""The collector's settings: one TOML file."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, Final, NamedTuple

from appliance.storage import chain
from appliance.sync.note import COSIGNATURE, Signer, signer
from appliance.sync.shape import ProtocolError

NAME: Final = "collector.toml"
DAY: Final = 86_400  # seconds


class ConfigError(ValueError):
    """One sentence that says what is wrong and what to do."""


class S3(NamedTuple):
    """`endpoint` None: AWS. Credentials None: from the environment."""

    bucket: str
    endpoint: str | None
    region: str
    key: str | None
    secret: str | None


class Log(NamedTuple):
    """`every`: seconds between two passes of this replica, 0 for none. `witnesses`: address and who signs there."""

    every: int
    witnesses: tuple[tuple[str, Signer], ...]


class Config(NamedTuple):
    """`store` is a folder or a bucket; `key` the file of the collector's key; `root` and `release_key` are public.

    `page`: the verifier's page, None for the one beside the program. `log` None: receipts name no checkpoint.
    """

    store: Path | S3
    url: str
    root: bytes
    release_key: bytes
    key: Path
    host: str
    port: int
    otlp: str | None
    certificate: Path | None
    certificate_key: Path | None
    page: Path | None
    log: Log | None


def load(path: Path) -> Config:
    """Paths are relative to the file's own folder. Raises ConfigError."""
    try:
        said = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path} cannot be read ({error}): make one with `sceau-collector init`") from error
    try:
        return _config(said, path.absolute().parent)
    except ConfigError as error:
        raise ConfigError(f"{path}: {error}") from error


def _config(said: dict[str, Any], home: Path) -> Config:
    listen, tls = said.get("listen", {}), said.get("tls", {})
    return Config(
        _store(said.get("store"), home),
        _text(said, "url").rstrip("/"),
        _key(said, "root"),
        _key(said, "release_key"),
        home / _text(said, "key"),
        str(listen.get("host", "127.0.0.1")),
        _port(listen.get("port", 8090)),
        said.get("otlp"),
        home / tls["certificate"] if tls else None,
        home / tls["key"] if tls else None,
        home / _text(said, "page") if "page" in said else None,
        _log(said["log"]) if "log" in said else None,
    )


def _log(said: Any) -> Log:  # noqa: ANN401 - whatever TOML says
    every = said.get("every", 600) if isinstance(said, dict) else None
    if type(every) is not int or not 0 <= every <= DAY:
        raise ConfigError("[log] every is no number of seconds from 0 to 86400")
    return Log(every, tuple(_witness(each) for each in said.get("witness", [])))


def _witness(said: dict[str, Any]) -> tuple[str, Signer]:
    try:
        return _text(said, "url").rstrip("/"), signer(_text(said, "key"), COSIGNATURE)
    except ProtocolError as error:
        raise ConfigError(f"the key of a [[log.witness]] does not hold: {error}") from error


def _store(said: Any, home: Path) -> Path | S3:  # noqa: ANN401 - whatever TOML says
    if isinstance(said, dict) and isinstance(said.get("folder"), str):
        return home / str(said["folder"])
    if isinstance(said, dict) and isinstance(said.get("bucket"), str):
        if str(said.get("conditional_put", "etag")) != "etag":
            raise ConfigError("a store without conditional writes cannot keep a chain in one line: take another store")
        region = str(said.get("region", "us-east-1"))
        return S3(str(said["bucket"]), said.get("endpoint"), region, said.get("key"), said.get("secret"))
    raise ConfigError("[store] names neither a folder nor a bucket: give one of them")


def _text(said: dict[str, Any], name: str) -> str:
    found = said.get(name)
    if not isinstance(found, str) or not found:
        raise ConfigError(f"{name} is missing: give it")
    return found


def _key(said: dict[str, Any], name: str) -> bytes:
    text = _text(said, name)
    try:
        found = bytes.fromhex(text)
    except ValueError as error:
        raise ConfigError(f"{name} is not in hexadecimal digits: give 64 of them") from error
    if not chain.fit(found):
        raise ConfigError(f"{name} is no Ed25519 public key of 32 bytes: give 64 hexadecimal digits")
    return found


def _port(found: Any) -> int:  # noqa: ANN401
    if type(found) is not int or not 0 <= found < 65_536:
        raise ConfigError("the port is no number from 0 to 65535")
    return found
