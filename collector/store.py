"""The store: objects created once and never changed. A folder, or any S3 that holds to `If-None-Match: *`.

`create` answers with what stands under the name when it returns: the caller's bytes, or those of whoever came first. It
believes no error: a refused or lost write may have landed, so the name is read back and compared.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Final, Protocol

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, S3Store

TRIES: Final = 2
OBJECT_LIMIT: Final = 4 * 1024 * 1024
CONNECT: Final = timedelta(seconds=3)
TIMEOUT: Final = timedelta(seconds=10)
RETRIES: Final = 3
RETRY_TIMEOUT: Final = timedelta(seconds=15)


class Unavailable(Exception):
    """The store did not say clearly what it holds: nothing may be promised; the sentence says what was tried."""


class Store(Protocol):
    async def create(self, name: str, data: bytes) -> bytes:
        """What stands under `name`, durable: `data`, unless others were first. Raises Unavailable."""

    async def get(self, name: str) -> bytes | None:
        """None when there is nothing. Raises Unavailable."""

    def names(self, prefix: str, after: str = "") -> AsyncIterator[str]:
        """All names below `prefix` that sort behind `after`, in no order. Raises Unavailable."""

    async def page(self, prefix: str, after: str = "") -> tuple[list[str], bool]:
        """The first of these names, some at least when there are any; whether they are all. Raises Unavailable."""


class Window:
    """What can be looked at through obstore, and not touched. `few`: names that one request for a list gives."""

    def __init__(self, store: S3Store | LocalStore, few: int = 1000) -> None:
        self._store, self._few = store, few

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

    async def page(self, prefix: str, after: str = "") -> tuple[list[str], bool]:
        """A bucket lists in order, so a page is its beginning; a folder in none: all of it is one page."""
        if isinstance(self._store, LocalStore):
            return [name async for name in self.names(prefix, after)], True
        try:
            async for page in obstore.list(self._store, prefix, offset=after or None, chunk_size=self._few):
                return [each["path"] for each in page], len(page) < self._few
        except (BaseError, OSError) as error:
            raise Unavailable(f"{prefix} could not be listed ({type(error).__name__})") from error
        return [], True


class Bucket(Window):
    """S3. With object lock on, the bucket's default retention is what keeps; these credentials need no Delete."""

    async def create(self, name: str, data: bytes) -> bytes:
        tried: list[str] = []
        for _ in range(TRIES):
            try:
                await obstore.put_async(self._store, name, data, mode="create", use_multipart=False)
            except (BaseError, OSError) as error:
                tried.append(type(error).__name__)
            else:
                return data
            # If we stop here, the object may be there or not and nobody was told; the next try finds it.
            found = await self.get(name)
            if found is not None:
                return found
        raise Unavailable(f"{name} could not be created ({', '.join(tried)}) and is not there")


def bucket(name: str, endpoint: str | None, region: str, key: str | None = None, secret: str | None = None) -> Bucket:
    """`key` and `secret`: None leaves it to the environment. A checksum goes with each put: object lock asks for it."""
    options: dict[str, str] = {"region": region, "checksum_algorithm": "SHA256", "conditional_put": "etag"}
    given = {"endpoint": endpoint, "access_key_id": key, "secret_access_key": secret}
    options |= {name: value for name, value in given.items() if value}
    store = S3Store(
        name,
        config=options,  # type: ignore[arg-type]
        client_options={
            "timeout": TIMEOUT,
            "connect_timeout": CONNECT,
            "allow_http": bool(endpoint and endpoint.startswith("http://")),
        },
        retry_config={"max_retries": RETRIES, "retry_timeout": RETRY_TIMEOUT},
    )
    return Bucket(store)


async def last(store: Store, prefix: str, after: str = "") -> str | None:
    """The name that sorts last of those that are `prefix`/<12 digits>; None when there is none. Raises Unavailable.

    Of a long list only some pages are asked for: leaps that double until nothing is behind them, then their halves.
    """
    found, whole = await store.page(prefix, after)
    if whole or not found:
        return max(found, default=None)
    low, high, leap = _number(max(found)), None, max(1, len(found))
    while True:
        middle = low + leap if high is None else (low + high) // 2
        found, whole = await store.page(prefix, f"{prefix}/{middle:012d}")
        if found and whole:
            return max(found)
        if found:
            low, leap = _number(max(found)), leap * 2
        elif middle == low:
            return f"{prefix}/{low:012d}"
        else:
            high = middle


def _number(name: str) -> int:
    return int(name.rpartition("/")[2])


async def numbered(store: Store, prefix: str, most: int = 10_000) -> list[bytes]:
    """The objects `prefix`/0, /1, … up to the first that is not there. Raises Unavailable."""
    found: list[bytes] = []
    while len(found) < most:
        data = await store.get(f"{prefix}/{len(found):012d}")
        if data is None:
            break
        found.append(data)
    return found


async def append(store: Store, prefix: str, number: int, data: bytes) -> bool:
    """Whether `data` is now number `number`. Raises Unavailable."""
    return await store.create(f"{prefix}/{number:012d}", data) == data


async def within(seconds: float, store: Store, name: str, data: bytes) -> bytes:
    """`create` that gives up. Raises Unavailable."""
    try:
        async with asyncio.timeout(seconds):
            return await store.create(name, data)
    except TimeoutError as error:
        raise Unavailable(f"{name} could not be created within {seconds} s") from error
