"""Passes a till's figures on to whoever watches; dropped when nobody does. They never enter a journal or the store."""

from __future__ import annotations

import asyncio
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Final
from urllib.parse import urlsplit

TELEMETRY_TYPE: Final = "application/x-protobuf"
TELEMETRY_BYTES: Final = 64 * 1024
PATIENCE: Final = 5.0


class Telemetry:
    """`endpoint`: the base address of an OTLP/HTTP receiver, or None."""

    def __init__(self, endpoint: str | None) -> None:
        self._endpoint = endpoint
        self.dropped = 0

    async def pass_on(self, data: bytes) -> None:
        """Never fails: what does not get through is counted."""
        if self._endpoint is None:
            return
        try:
            await asyncio.to_thread(self._post, self._endpoint.rstrip("/"), data)
        except (OSError, HTTPException):
            self.dropped += 1

    def _post(self, endpoint: str, data: bytes) -> None:
        parts = urlsplit(endpoint)
        kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        connection = kind(parts.netloc, timeout=PATIENCE)
        try:
            connection.request("POST", f"{parts.path}/v1/metrics", data, {"Content-Type": TELEMETRY_TYPE})
            if connection.getresponse().status >= 300:
                raise HTTPException
        finally:
            connection.close()
