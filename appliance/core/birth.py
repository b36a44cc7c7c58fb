"""The first records of a journal and of a process: who this till is, and what its own files prove."""

from __future__ import annotations

from typing import TYPE_CHECKING

from appliance.core import event as ev

if TYPE_CHECKING:
    from appliance.core.input import Boot
    from appliance.core.turn import Turn


def proven(turn: Turn, boot: Boot) -> None:
    """A build whose files are not those that were hashed is a JET 90; another proof is recorded (VER-02, VER-05)."""
    if boot.changed:
        turn.emit(ev.VERIFIED, {1: "perimeter", 2: "broken", 3: boot.changed[:200], 4: 0}, operator="")
    if boot.attested is not None and boot.attested[:2] != turn.ledger.attested:
        turn.emit(ev.ATTESTATION, dict(enumerate(boot.attested, start=1)), operator="")


def genesis(turn: Turn, boot: Boot) -> None:
    birth, shop = boot.birth, turn.shop
    turn.emit(
        ev.GENESIS,
        {
            1: 1,
            2: boot.software,
            3: shop.till,
            4: shop.identity.siret,
            5: birth.key,
            6: birth.hash_alg,
            7: birth.sig_alg,
            8: birth.witness_class,
            9: birth.predecessor and list(birth.predecessor),
            10: birth.nonce,
            11: boot.hardware,
            12: birth.certificate,
        },
        operator="",
    )
