"""What the owner wants of this till: signed pointers that a collector relays, sorted out before anything is touched.

The collector is believed in nothing: each statement stands under the release key of the registration.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from hashlib import sha256
from typing import Final, NamedTuple

from appliance.sync import diagnostics, pointer
from appliance.sync.diagnostics import Wanted
from appliance.sync.parcel import FILES, SOFTWARE
from appliance.sync.pointer import Pointer
from appliance.sync.protocol import ProtocolError

NAMES: Final = {"config": "réglages", "catalogue": "catalogue", SOFTWARE: "logiciel"}
REFUSED: Final = "Mise à jour refusée\u00a0: {0}."
UNSIGNED: Final = REFUSED.format("elle n'est pas signée par le propriétaire")
STRANGER: Final = REFUSED.format("elle est pour une autre caisse")
OLDER: Final = "Mise à jour refusée\u00a0: {0} n° {1}, le n° {2} est en place."
PAST: Final = "Mise à jour refusée\u00a0: {0} n° {1} n'est plus valable."
UNREAD: Final = "Mise à jour refusée\u00a0: {0} n° {1} ne se lit pas ({2})."
ANSWERED: Final = "Demande de diagnostic refusée\u00a0: elle a déjà reçu sa réponse."
LATE: Final = "Demande de diagnostic refusée\u00a0: elle n'est plus valable."
MARK: Final = 8  # bytes of a statement's hash by which it is known again


class Known(NamedTuple):
    """What this till knows when it asks. `now`: UTC ms, None while its time is not trusted; `held`: per scope the
    version in place or waiting for an opening; `refused`: marks; `answered`: nonces."""

    siret: str
    till: str
    now: int | None
    held: Mapping[str, int]
    refused: frozenset[bytes]
    answered: frozenset[bytes]


class Refusal(NamedTuple):
    """`why`: a sentence for the shop."""

    statement: bytes
    why: str


def mark(statement: bytes) -> bytes:
    return sha256(statement).digest()[:MARK]


def sort_pointers(
    statements: Iterable[bytes], chain_id: bytes, release_key: bytes, known: Known
) -> tuple[list[tuple[Pointer, bytes]], list[Refusal]]:
    """What to fetch, and what is refused. Of each scope only the newest counts; what is not yet in its time waits.

    One that goes to other tills first is passed by, and an older one for all counts meanwhile.
    """
    refused: list[Refusal] = []
    newest: dict[str, tuple[Pointer, bytes]] = {}
    shown: dict[str, int] = {}  # the greatest version, whoever goes first
    for data in statements:
        try:
            it = pointer.proven(data, release_key)
        except ProtocolError:
            refused.append(Refusal(data, UNSIGNED))
            continue
        if not pointer.meant(it, known.siret, known.till):
            refused.append(Refusal(data, STRANGER))
            continue
        shown[it.scope] = max(it.version, shown.get(it.scope, 0))
        ours = it.scope in (*FILES, SOFTWARE) and pointer.follows(it, chain_id)
        if ours and (it.scope not in newest or it.rank > newest[it.scope][0].rank):
            newest[it.scope] = (it, data)
    wanted = []
    for it, data in newest.values():
        held = known.held.get(it.scope, 0)
        if it.version < held <= shown[it.scope]:
            continue  # newer ones go to other tills first: nobody has put anything back
        why = too_late(it, held, known.now)
        if why:
            refused.append(Refusal(data, why))
        elif known.now is not None and it.not_before <= known.now and it.version != held:
            wanted.append((it, data))
    return wanted, refused


def coming(statements: Iterable[bytes], chain_id: bytes, release_key: bytes, known: Known) -> Pointer | None:
    """Software that the owner wants of this till and that is not its turn yet: other tills go first, or its time is to
    come. Above what is held; the newest."""
    found: list[Pointer] = []
    for data in statements:
        with suppress(ProtocolError):
            it = pointer.proven(data, release_key)
            early = known.now is not None and known.now < it.not_before
            ours = it.scope == SOFTWARE and pointer.meant(it, known.siret, known.till)
            if ours and it.version > known.held.get(SOFTWARE, 0) and (early or not pointer.follows(it, chain_id)):
                found.append(it)
    return max(found, key=lambda it: it.rank, default=None)


def too_late(it: Pointer, held: int, now: int | None) -> str:
    """A sentence when it is older than what is held, or over; empty for what is held itself."""
    if it.version < held:
        return OLDER.format(NAMES[it.scope], it.version, held)
    if it.version > held and now is not None and now >= it.expires:
        return PAST.format(NAMES[it.scope], it.version)
    return ""


def sort_requests(
    statements: Iterable[bytes], chain_id: bytes, release_key: bytes, known: Known
) -> tuple[list[Wanted], list[Refusal]]:
    """Requests to answer, and those that are refused; without trusted time none is answered yet."""
    asked, refused = [], []
    for data in statements:
        try:
            it = diagnostics.wanted(data, release_key)
        except ProtocolError:
            refused.append(Refusal(data, UNSIGNED))
            continue
        if it.chain_id != chain_id:
            refused.append(Refusal(data, STRANGER))
        elif it.nonce in known.answered:
            refused.append(Refusal(data, ANSWERED))
        elif known.now is not None and known.now >= it.not_after:
            refused.append(Refusal(data, LATE))
        elif known.now is not None:
            asked.append(it)
    return asked, refused
