"""How a machine that is no till yet asks a collector for its bundle (PROTOCOL.md, section Bundles). Blocking.

Nothing that comes back is believed here: a bundle is proven by whoever installs it, as one from a stick is.
"""

from __future__ import annotations

from hashlib import sha256
from typing import NamedTuple

from appliance.sync import delivery
from appliance.sync.client import Asking, Unreachable, Untrusted
from appliance.sync.reading import Network, Reading


class Claimed(NamedTuple):
    """`what`: bundle, same (as the last one), none, silent, untrusted or refused. `data`: the bundle; `why`: in words.

    `retry`: seconds that the collector asks to be left alone, or None.
    """

    what: str
    data: bytes = b""
    why: str = ""
    retry: int | None = None


def claim(client: Asking, network: Network, known: bytes) -> Claimed:
    """`network`: the identity key; `known`: SHA-256 of the bundle that came last, or empty."""
    reading = Reading(client, network)
    headers = {delivery.IDENTITY: network.public.hex()}
    if known:
        headers["if-none-match"] = f'"{known.hex()}"'
    try:
        answer = reading.read(delivery.path(delivery.device_of(network.public)), headers)
    except Untrusted as error:
        return Claimed("untrusted", why=str(error))
    except Unreachable as error:
        return Claimed("silent", why=str(error))
    match answer.status:
        case 200 if sha256(answer.body).digest() == known:
            return Claimed("same")
        case 200:
            return Claimed("bundle", answer.body)
        case 304 if known:
            return Claimed("same")
        case 404:
            return Claimed("none")
    return Claimed("refused", why=str(answer.status), retry=answer.retry_after)
