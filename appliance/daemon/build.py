"""What the till's own files prove at its start: fiscal perimeter and the publisher's attestation (VER-02, VER-05)."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import NamedTuple

from appliance.audit import attest, perimeter
from appliance.audit.attest import AttestationError
from appliance.audit.perimeter import Difference


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
    try:
        stored = attest.stored(data)
    except AttestationError:
        stored = None
    version = "" if isinstance(found, Difference) else found.version
    if stored is None or attest.refusal(stored, found, siret, day):
        return Build(digest, changed, ("none", "", version, bytes(32)))
    body = attest.body(stored)
    return Build(digest, changed, (body[1], body[2], body[3], body[4]))
