"""Puts a collector together from its settings."""

from __future__ import annotations

import time
from hashlib import sha256
from typing import NamedTuple

from collector import keys, store, stranger
from collector.api import Api, Rooms
from collector.archives import Archives
from collector.batches import Batches
from collector.config import Config, ConfigError
from collector.diagnostics import Requests
from collector.enrolments import Enrolments
from collector.folder import Folder
from collector.forks import Forks
from collector.health import Health
from collector.journal import Journal
from collector.keys import Keys
from collector.manifests import Manifests
from collector.metrics import Otlp, Silent
from collector.objects import Objects
from collector.pointers import Pointers
from collector.reader import Reader
from collector.registry import Registry
from collector.shops import Shops
from collector.store import Store
from collector.stranger import Page, Witnesses
from collector.telemetry import Telemetry


class Parts(NamedTuple):
    """What the command line asks as well."""

    store: Store
    keys: Keys
    registry: Registry
    enrolments: Enrolments
    pointers: Pointers
    batches: Batches
    manifests: Manifests
    shops: Shops


def now() -> int:
    """UTC ms."""
    return time.time_ns() // 1_000_000


def opened(config: Config) -> Store:
    """Raises Unfit."""
    if isinstance(config.store, tuple):
        return store.bucket(*config.store)
    return Folder(config.store)


def parts(config: Config) -> Parts:
    """Raises BadKey, Unfit."""
    where = opened(config)
    own = Keys(where, config.root, keys.load(config.key))
    registry = Registry(where, own)
    enrolments = Enrolments(where, own, registry, now, config.url, config.release_key)
    batches = Batches(where, own, registry, now)
    manifests = Manifests(where, own, registry, batches, now)
    shops = Shops(where, own, registry, batches, now)
    return Parts(where, own, registry, enrolments, Pointers(where, config.release_key), batches, manifests, shops)


def _page(config: Config) -> Page | None:
    try:
        return stranger.page(config.page)
    except (OSError, ValueError) as error:
        raise ConfigError(f"the page for strangers cannot be shown: {error}") from error


def rooms(config: Config) -> Rooms:
    """Raises BadKey, ConfigError, Unfit."""
    where, own, registry, enrolments, pointers, batches, _, shops = parts(config)
    replica = own.own.kid.hex()
    secret = own.own.sign(b"sceau/nonce-secret/1\0" + sha256(config.root).digest())
    return Rooms(
        where,
        own,
        batches,
        Forks(where, registry, batches),
        enrolments,
        pointers,
        Objects(where, pointers),
        Requests(where, registry, config.release_key, now),
        shops,
        Archives(where, own, registry, batches, now),
        Witnesses(where, registry, batches),
        _page(config),
        Reader(registry, config.url, secret, now),
        Telemetry(config.otlp),
        Health(where, own, now),
        Journal(now),
        Otlp(config.otlp, replica) if config.otlp else Silent(),
    )


def api(config: Config) -> Api:
    return Api(rooms(config))
