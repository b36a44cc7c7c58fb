"""The store as the office sees it: it can look, and it cannot touch."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Protocol

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore

from collector import store
from collector.config import Config, ConfigError
from collector.store import Unavailable


class Reads(Protocol):
    async def get(self, name: str) -> bytes | None:
        """None when there is nothing. Raises Unavailable."""

    def names(self, prefix: str, after: str = "") -> AsyncIterator[str]:
        """All names below `prefix`, in no order. Raises Unavailable."""


class Glass:
    """A folder that may be mounted read-only."""

    def __init__(self, folder: LocalStore) -> None:
        self._store = folder

    async def get(self, name: str) -> bytes | None:
        try:
            return bytes(await (await obstore.get_async(self._store, name)).bytes_async())
        except FileNotFoundError:
            return None
        except (BaseError, OSError) as error:
            raise Unavailable(f"{name} could not be read ({type(error).__name__})") from error

    async def names(self, prefix: str, after: str = "") -> AsyncIterator[str]:
        try:
            async for page in obstore.list(self._store, prefix, offset=after or None):
                for each in page:
                    yield each["path"]
        except (BaseError, OSError) as error:
            raise Unavailable(f"{prefix} could not be listed ({type(error).__name__})") from error


def opened(config: Config) -> Reads:
    """A bucket's credentials need no more than Get and List. Raises ConfigError."""
    if isinstance(config.store, tuple):
        return store.bucket(*config.store)
    if not config.store.is_dir():
        raise ConfigError(f"the store {config.store} is not there: start the collector once, or name its folder")
    return Glass(LocalStore(config.store))
