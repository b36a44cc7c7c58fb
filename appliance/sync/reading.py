"""Reads that the till's network key signs (PROTOCOL.md, section Reads of one chain). Blocking."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from appliance.sync import message
from appliance.sync.client import Answer, Asking


class Network(NamedTuple):
    """The key that signs reads; `moment` in seconds since 1970, `nonce` any text that is not used twice."""

    public: bytes
    sign: Callable[[bytes], bytes]
    moment: Callable[[], int]
    nonce: Callable[[], str]


class Reading:
    def __init__(self, client: Asking, network: Network) -> None:
        self._client, self._network = client, network

    def read(self, path: str, headers: Mapping[str, str] | None = None) -> Answer:
        """With the collector's nonce once more when our clock is not its own. Raises Unreachable."""
        answer = self._ask(path, self._network.nonce(), headers)
        nonce = answer.headers.get(message.NONCE, "")
        return self._ask(path, nonce, headers) if answer.status == 401 and nonce else answer

    def _ask(self, path: str, nonce: str, headers: Mapping[str, str] | None) -> Answer:
        it = self._network
        signed = message.sign("GET", self._client.url + path, b"", it.moment(), nonce, (it.public, it.sign))
        return self._client.ask("GET", path, headers={**signed, **(headers or {})})
