"""Whether the store takes what it is given: one create-only object a day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from collector.keys import Keys
from collector.store import Store, Unavailable, within

PATIENCE: Final = 5.0


class Health:
    """`now` gives UTC ms."""

    def __init__(self, store: Store, keys: Keys, now: Callable[[], int]) -> None:
        self._store, self._keys, self._now = store, keys, now

    async def ready(self) -> None:
        """Raises Unavailable with the reason."""
        now = self._now()
        day = datetime.fromtimestamp(now / 1000, UTC).date().isoformat()
        if await within(PATIENCE, self._store, f"health/{day}", day.encode()) != day.encode():
            raise Unavailable("the store gives back something else than was put there")
        log = await self._keys.log()
        if all(entry.key != self._keys.own.public for entry in log.entries):
            raise Unavailable(
                "the key log does not know this collector's key: publish it with `sceau-collector key add`"
            )
