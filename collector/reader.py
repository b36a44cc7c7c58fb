"""Who may read of a chain: the till whose network key its registration names. Of a bundle: the machine it is for."""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64encode
from collections.abc import Callable
from hashlib import sha256
from typing import Final

from starlette.requests import Request

from appliance.sync import message
from appliance.sync.protocol import UNAUTHORIZED, ProtocolError
from collector.registry import Registry, Standing

FORBIDDEN: Final = 403


class Stale(ProtocolError):
    """The till's clock is off: `nonce` lets it ask again."""

    def __init__(self, nonce: str) -> None:
        super().__init__("the till's clock is too far off: sign again with the nonce of this answer", UNAUTHORIZED)
        self.nonce = nonce


class Reader:
    """`url`: how tills address this collector; `secret` is the same on every replica; `now` gives UTC ms."""

    def __init__(self, registry: Registry, url: str, secret: bytes, now: Callable[[], int]) -> None:
        self._registry, self._url, self._now = registry, url.rstrip("/"), now
        self._secret = secret

    async def standing(self, request: Request, chain_id: bytes, body: bytes = b"", *, kept: bool = True) -> Standing:
        """`kept`: a revoked chain may still read what is its own. Raises ProtocolError, Unknown, Unavailable."""
        signed = message.read(request.headers)
        found = await self._registry.standing(chain_id)
        message.check(request.method, self._uri(request), body, request.headers, found.registration.network_key)
        if not self._fresh(signed):
            raise Stale(self._nonce(self._now() // 1000))
        if found.revoked and not kept:
            raise ProtocolError("this till was revoked: its batches are taken, nothing is given out", FORBIDDEN)
        return found

    def bearer(self, request: Request, public: bytes) -> None:
        """Who asks holds `public`, and asks now. Raises ProtocolError."""
        signed = message.read(request.headers)
        message.check(request.method, self._uri(request), b"", request.headers, public)
        if not self._fresh(signed):
            raise Stale(self._nonce(self._now() // 1000))

    def _uri(self, request: Request) -> str:
        return self._url + request.url.path + (f"?{request.url.query}" if request.url.query else "")

    def _fresh(self, signed: message.Signed) -> bool:
        now = self._now() // 1000
        if abs(now - signed.created) <= message.WINDOW:
            return True
        made, _, _ = signed.nonce.partition(".")
        if not made.isdecimal() or len(made) > 12 or not 0 <= now - int(made) <= message.WINDOW:
            return False
        return hmac.compare_digest(self._nonce(int(made)), signed.nonce)

    def _nonce(self, made: int) -> str:
        """Of this second; no replica has to remember it."""
        tag = hmac.digest(self._secret, b"sceau/nonce/1\0" + str(made).encode(), sha256)
        return f"{made}.{urlsafe_b64encode(tag[:24]).decode()}"
