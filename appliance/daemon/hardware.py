"""Which machine this is, as a hash: copied to another machine, a journal says so (journal records `hardware`)."""

from __future__ import annotations

from hashlib import sha256

from appliance.storage.machine import machine_identity

DOMAIN = b"sceau/hw/1\0"


def hardware_id() -> bytes:
    """16 bytes; nothing of the serial numbers can be read back from them."""
    return sha256(DOMAIN + machine_identity()).digest()[:16]
