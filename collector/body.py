"""Reads a request's body, no further than its limit."""

from __future__ import annotations

import asyncio
from typing import Final

from starlette.requests import ClientDisconnect, Request

from appliance.sync.protocol import TOO_LARGE, ProtocolError

PATIENCE: Final = 30.0  # seconds for a whole body
TIMEOUT, UNSUPPORTED, LENGTH = 408, 415, 400


async def read(request: Request, limit: int, media_type: str) -> bytes:
    """Raises ProtocolError: 415, 413, 408."""
    if request.headers.get("content-type", "").strip().lower() != media_type:
        raise ProtocolError(f"the body must be {media_type}", UNSUPPORTED)
    said = request.headers.get("content-length", "0")
    if not said.isdecimal() or int(said) > limit:
        raise ProtocolError(f"the body may have {limit} bytes at most", TOO_LARGE)
    try:
        async with asyncio.timeout(PATIENCE):
            return await _whole(request, limit)
    except TimeoutError as error:
        raise ProtocolError("the body did not come in time: send it again", TIMEOUT) from error
    except ClientDisconnect as error:
        raise ProtocolError("the connection broke before the body was there: send it again", LENGTH) from error


async def _whole(request: Request, limit: int) -> bytes:
    found = bytearray()
    async for chunk in request.stream():
        found += chunk
        if len(found) > limit:
            raise ProtocolError(f"the body may have {limit} bytes at most", TOO_LARGE)
    return bytes(found)
