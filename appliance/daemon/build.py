"""What the till's own files prove at its start: fiscal perimeter and the publisher's attestation (VER-02, VER-05)."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import NamedTuple

from appliance.audit import perimeter
from appliance.audit.perimeter import Difference

STORED = "attestation"  # in the data folder, as `audit/attest.py` names it


class Build(NamedTuple):
    """The fields of a `Boot` that say it."""

    perimeter: bytes = b""
    changed: str = ""
    attested: tuple[str, str, str, bytes] | None = None


def build(data: Path, siret: str, day: date) -> Build:
    """`day`: today, where the till stands. An attestation that does not hold counts as none."""
    found = perimeter.check()
    changed = str(found) if isinstance(found, Difference) else ""
    digest = b"" if isinstance(found, Difference) else found.digest
    version = "" if isinstance(found, Difference) else found.version
    held = _attested(data, found, siret, day) if (data / STORED).exists() else None
    return Build(digest, changed, held or ("none", "", version, bytes(32)))


def _attested(
    data: Path, found: perimeter.Perimeter | Difference, siret: str, day: date
) -> tuple[str, str, str, bytes] | None:
    from appliance.audit import attest  # most tills start without one, and then without what reads it

    try:
        stored = attest.stored(data)
    except attest.AttestationError:
        return None
    if stored is None or attest.refusal(stored, found, siret, day):
        return None
    body = attest.body(stored)
    return body[1], body[2], body[3], body[4]
