"""A shop's closing over all its tills, from the closings that they have sent (CLO-13; PROTOCOL.md, Shop closings).

A till that sends late makes a newer one; the older ones stay.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable
from datetime import UTC, date, datetime, timedelta
from typing import Final, NamedTuple

from appliance.storage.record import decode
from appliance.sync import protocol, shop
from appliance.sync.protocol import ProtocolError
from appliance.sync.registry import RETIRED, REVOKED, SUCCESSOR
from appliance.sync.shop import ShopClosing, TillClosing
from collector.batches import Batches, Stored
from collector.keys import Keys
from collector.manifests import SIREN_DIGITS
from collector.registry import Registry, Standing
from collector.store import Store, Unavailable, append, numbered

SLACK_MS: Final = 31 * 86_400_000  # a till's clock that runs ahead by more is not heard: it is named as missing
_SIRET: Final = re.compile(r"[0-9]{14}")
_PERIOD: Final = {"day": re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}"), "month": re.compile(r"[0-9]{4}-[0-9]{2}")}
_MONTHS: Final = {"month": 1, "year": 12}


class Made(NamedTuple):
    """The newest closing as it is stored, its number; `faults`: closings of tills that cannot be read."""

    data: bytes
    number: int
    faults: tuple[str, ...]


def place(siret: str, level: str, period: str) -> str:
    """Where its closings are numbered. Raises ProtocolError for what is no SIRET, level or period."""
    if not _SIRET.fullmatch(siret):
        raise ProtocolError("a shop is named by its SIRET of fourteen digits")
    bounds(level, period)
    return f"closings/{siret}/{level}/{period}"


def bounds(level: str, period: str) -> tuple[int, int]:
    """UTC ms of the first midnight and of that behind the last day. Raises ProtocolError."""
    form = _PERIOD.get("day" if level == "day" else "month")
    if level not in shop.LEVELS.values() or not form or not form.fullmatch(period):
        raise ProtocolError("a closing is of a day, YYYY-MM-DD, a month, YYYY-MM, or a year, the YYYY-MM it began in")
    try:
        first = date.fromisoformat(period if level == "day" else f"{period}-01")
        behind = first + timedelta(1) if level == "day" else _months_on(first, _MONTHS[level])
    except (ValueError, OverflowError) as error:
        raise ProtocolError(f"{period} is in no calendar") from error
    return _midnight(first), _midnight(behind)


def _months_on(first: date, months: int) -> date:
    years, month = divmod(first.month - 1 + months, 12)
    return first.replace(year=first.year + years, month=month + 1)


def _midnight(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * 1000


def expected(standing: Standing, begins: int, ends: int) -> bool:
    """Whether this chain should have closed the period."""
    over = [entry.at for entry in standing.entries if entry.what in (REVOKED, RETIRED, SUCCESSOR)]
    return standing.registration.at < ends and all(at >= begins for at in over)


class Shops:
    """`now` gives UTC ms."""

    def __init__(self, store: Store, keys: Keys, registry: Registry, batches: Batches, now: Callable[[], int]) -> None:
        self._store, self._keys, self._registry, self._batches, self._now = store, keys, registry, batches, now

    async def make(self, siret: str, level: str, period: str) -> Made:
        """A newer one only when more is known than the newest says. Raises ProtocolError, Unavailable."""
        name = place(siret, level, period)
        while True:
            # First what was made, then what is known: so a newer one never knows less than an older one.
            there = await self.closings(siret, level, period)
            it, faults = await self._closed(siret, level, period)
            if there and shop.read(there[-1], await self._keys.log())._replace(made=it.made) == it:
                return Made(there[-1], len(there) - 1, faults)
            data = shop.seal(it, self._keys.own.sign)
            # If we stop here, nothing was made or the whole of it; the next call finds which.
            if await append(self._store, name, len(there), data):
                return Made(data, len(there), faults)

    async def closings(self, siret: str, level: str, period: str) -> list[bytes]:
        """All that were made, the oldest first. Raises ProtocolError, Unavailable."""
        return await numbered(self._store, place(siret, level, period))

    async def _closed(self, siret: str, level: str, period: str) -> tuple[ShopClosing, tuple[str, ...]]:
        begins, ends = bounds(level, period)
        tills: list[TillClosing] = []
        due: list[bytes] = []
        faults: list[str] = []
        async for name in self._store.names(f"shops/{siret[:SIREN_DIGITS]}/{siret}"):
            chain_id = bytes.fromhex(name.rpartition("/")[2])
            if expected(await self._registry.standing(chain_id), begins, ends):
                due.append(chain_id)
            async for there in self._since(chain_id, begins - SLACK_MS):
                tills += _closings(there, faults)
        return shop.closed(siret, level, period, tills, due, self._now()), tuple(sorted(faults))

    async def _since(self, chain_id: bytes, begins: int) -> AsyncIterator[Stored]:
        """The batches that were received since then, and the one before. Raises Unavailable, also for a hole."""
        prefix = protocol.place(chain_id, 0).rpartition("/")[0]
        firsts = sorted([int(name.rpartition("/")[2]) async for name in self._store.names(prefix)])
        low, high = 0, len(firsts)
        while high - low > 1:  # receipts of one chain ascend in time
            middle = (low + high) // 2
            before = (await self._at(chain_id, firsts[middle])).receipt.received < begins
            low, high = (middle, high) if before else (low, middle)
        due = firsts[low] if low else 0
        for first in firsts[low:]:
            there = await self._at(chain_id, first)
            if first != due:
                raise Unavailable(f"records {due} to {first - 1} of {chain_id.hex()} are missing: run an audit")
            due = there.batch.next_seq
            yield there

    async def _at(self, chain_id: bytes, first: int) -> Stored:
        found = await self._batches.at(chain_id, first)
        if found is None:
            raise Unavailable(f"the batch of {chain_id.hex()} from record {first} was listed and is not there")
        return found[1]


def _closings(there: Stored, faults: list[str]) -> list[TillClosing]:
    found: list[TillClosing] = []
    for data in there.batch.records:
        try:
            said = shop.closing_of(decode(data), there.batch.chain_id)
        except ProtocolError as error:
            faults.append(f"{there.batch.chain_id.hex()}: {error}")
            continue
        found += [said] if said else []
    return found
