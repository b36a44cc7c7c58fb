"""Objects on their way to tills: a few at a time and in small parts, so that slow tills cost no memory."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from contextlib import suppress
from typing import Final

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

MOST: Final = 64  # objects in memory
PART: Final = 64 * 1024
PATIENCE: Final = 120.0  # seconds for a whole object: whoever takes longer makes room and asks again


class Outgoing:
    """`most` objects are read and sent at once."""

    def __init__(self, most: int = MOST) -> None:
        self._room = asyncio.Semaphore(most)

    @property
    def full(self) -> bool:
        return self._room.locked()

    async def give(self, found: Awaitable[bytes], media_type: str) -> Response:
        """Holds its place until the last part was taken. Raises whatever `found` raises."""
        await self._room.acquire()
        try:
            return _Given(await found, media_type, self._room)
        except BaseException:
            self._room.release()
            raise


class _Given(Response):
    def __init__(self, data: bytes, media_type: str, room: asyncio.Semaphore) -> None:
        super().__init__(data, media_type=media_type)
        self._room = room

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Each `send` waits until the till has taken what is before it; one body at once would wait for nobody."""
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(PATIENCE):
                    await self._sent(send)
        finally:
            self._room.release()

    async def _sent(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        data = memoryview(self.body)
        for at in range(0, len(data), PART):
            await send({"type": "http.response.body", "body": bytes(data[at : at + PART]), "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})
