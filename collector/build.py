"""Puts a collector together from its settings."""

from __future__ import annotations

import time
from hashlib import sha256
from typing import NamedTuple

from collector import keys, store, stranger
from collector.api import Api, Rooms
from collector.archives import Archives
from collector.batches import Batches
from collector.bundles import Bundles
from collector.config import Config, ConfigError
from collector.diagnostics import Requests
from collector.enrolments import Enrolments
from collector.folder import Folder
from collector.forks import Forks
from collector.health import Health
from collector.journal import Journal
from collector.keys import Keys
from collector.log import checkpoints
from collector.log.checkpoints import Checkpoints
from collector.log.cosigning import Cosigning
from collector.log.leaves import Leaves
from collector.log.rounds import Rounds
from collector.log.sequencer import Sequencer
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
    checkpoints: Checkpoints


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
    seen = Checkpoints(where, own, checkpoints.origin(config.url))
    batches = Batches(where, own, registry, now, lambda: seen.last if config.log else None)
    manifests = Manifests(where, own, registry, batches, now)
    shops = Shops(where, own, registry, batches, now)
    pointers = Pointers(where, config.release_key)
    return Parts(where, own, registry, enrolments, pointers, batches, manifests, shops, seen)


def sequencer(it: Parts) -> Sequencer:
    return Sequencer(it.store, it.keys, it.checkpoints, now)


def cosigning(config: Config, it: Parts) -> Cosigning:
    return Cosigning(it.store, it.checkpoints, config.log.witnesses if config.log else ())


def _rounds(config: Config, it: Parts, journal: Journal) -> Rounds | None:
    if config.log is None:
        return None
    return Rounds(it.checkpoints, sequencer(it), cosigning(config, it), config.log.every, journal)


def _page(config: Config) -> Page | None:
    try:
        return stranger.page(config.page)
    except (OSError, ValueError) as error:
        raise ConfigError(f"the page for strangers cannot be shown: {error}") from error


def rooms(config: Config) -> Rooms:
    """Raises BadKey, ConfigError, Unfit."""
    it = parts(config)
    where, own, registry, enrolments, pointers, batches, _, shops, seen = it
    journal = Journal(now)
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
        Bundles(where),
        Requests(where, registry, config.release_key, now),
        shops,
        Archives(where, own, registry, batches, now),
        Witnesses(where, registry, batches),
        _page(config),
        Reader(registry, config.url, secret, now),
        Telemetry(config.otlp),
        Health(where, own, now),
        journal,
        Otlp(config.otlp, replica) if config.otlp else Silent(),
        seen,
        Leaves(where, seen),
        _rounds(config, it, journal),
    )


def api(config: Config) -> Api:
    return Api(rooms(config))
