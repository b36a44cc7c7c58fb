"""Where the core's signed strings meet the key."""

from __future__ import annotations

from appliance.core.event import Event
from appliance.core.ledger import Ledger
from appliance.core.signed import string
from appliance.storage.keys import Signer
from appliance.storage.record import Record
from appliance.storage.sealing import Sealing


def sealing_of(key: Signer, ledger: Ledger) -> Sealing:
    """Goes on from the last signatures that the ledger remembers."""
    return Sealing(_string, key.sign_string, {kind: link.signature for kind, link in ledger.seals.items()})


def _string(fact: Record, kind: int, number: int, before: bytes) -> bytes:
    return string(Event(*fact), kind, number, before).encode()
