"""What the first record of a chain says: the key it begins with, and the chain that ended on this machine before it."""

from __future__ import annotations

import os
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from appliance.core.input import Birth, Predecessor
from appliance.provision import retirement
from appliance.provision.identity import siren
from appliance.provision.retirement import ProtocolError, Retirement
from appliance.storage.keys import KeyRing

RETIRED = "retired"  # beside the journal, as `daemon/retire.py` leaves it
STATEMENT = "retirement.cose"


def birth(ring: KeyRing, letter: str, data: Path, siret: str) -> Birth:
    """`letter`: class of the witness. The predecessor is named, never added to: counters begin at zero (CON-04)."""
    nonce = sha256(os.urandom(32)).digest()[:16]
    return Birth(ring.public, nonce, 1, ring.algorithm, letter, ring.certificate, _before(data, siret))


def _before(data: Path, siret: str) -> Predecessor | None:
    """The last chain of the same enterprise that was retired here."""
    found = [it for it in map(_read, (data / RETIRED).glob(f"*/{STATEMENT}")) if it and siren(it.siret) == siren(siret)]
    last = max(found, key=lambda it: it.at, default=None)
    return Predecessor(last.chain, last.head, last.perpetual, last.absolute) if last else None


def _read(path: Path) -> Retirement | None:
    """None for what is no statement: it is the owner's to show, a chain begins without it."""
    with suppress(ProtocolError, OSError):
        return retirement.read(path.read_bytes())
    return None
