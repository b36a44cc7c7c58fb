"""The store as the office sees it: it can look, and it cannot touch."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Protocol

from obstore.store import LocalStore

from collector import store
from collector.config import Config, ConfigError


class Reads(Protocol):
    async def get(self, name: str) -> bytes | None:
        """None when there is nothing. Raises Unavailable."""

    def names(self, prefix: str, after: str = "") -> AsyncIterator[str]:
        """All names below `prefix`, in no order. Raises Unavailable."""


def opened(config: Config) -> Reads:
    """A bucket's credentials need no more than Get and List. Raises ConfigError."""
    if isinstance(config.store, tuple):
        return store.bucket(*config.store)
    if not config.store.is_dir():
        raise ConfigError(f"the store {config.store} is not there: start the collector once, or name its folder")
    return store.Window(LocalStore(config.store))  # a folder that may be mounted read-only
