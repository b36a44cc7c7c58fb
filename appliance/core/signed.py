"""Signed strings by type, as pure functions of a fact and of the signature before (SEC-03, SEC-04).

Each type is a gapless sequence and a chain of its own (INA-10). Form and examples: `storage/FORMAT.md`, section Seals.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple, cast

from appliance.core import event as ev
from appliance.core import jet
from appliance.core.event import Event, Value

FORMAT: Final = 1
SIZE: Final = 64  # bytes of a signature
UNSIGNED: Final = bytes(SIZE)  # stands in a seal until the journal signs it

TICKET, GRAND_TICKET, GRAND_DAY, GRAND_MONTH, GRAND_YEAR, DUPLICATE, JET, TRAINING, ARCHIVE = range(1, 10)

NAMES: Final[Mapping[int, str]] = {
    TICKET: "TICKET",
    GRAND_TICKET: "GRAND TOTAL TICKET",
    GRAND_DAY: "GRAND TOTAL JOUR",
    GRAND_MONTH: "GRAND TOTAL MOIS",
    GRAND_YEAR: "GRAND TOTAL EXERCICE",
    DUPLICATE: "DUPLICATA",
    JET: "JET",
    TRAINING: "ECOLE",
    ARCHIVE: "ARCHIVE",
}

_BY_KIND: Final[Mapping[int, tuple[int, ...]]] = {
    ev.TICKET: (TICKET, GRAND_TICKET),
    ev.DAY_CLOSE: (GRAND_DAY,),
    ev.MONTH_CLOSE: (GRAND_MONTH,),
    ev.YEAR_CLOSE: (GRAND_YEAR,),
    ev.DUPLICATE: (DUPLICATE,),
    ev.ARCHIVE: (ARCHIVE,),
}

Body = Mapping[int, Any]


class Link(NamedTuple):
    """The last string of a type: its number, and its signature (zeros while the journal has not signed it)."""

    number: int = 0
    signature: bytes = b""


def types(kind: int, body: Mapping[int, Value]) -> tuple[int, ...]:
    """Which strings a record asks for, ascending."""
    if kind == ev.TRAINING:
        return (TRAINING,) if body[2] == ev.TICKET else ()
    own = _BY_KIND.get(kind, ())
    return tuple(sorted((*own, JET))) if jet.code(kind, body) is not None else own


def next_links(links: Mapping[int, Link], kind: int, body: Mapping[int, Value]) -> list[Value]:
    """The second field of the seal that a fact needs: the numbers are given here, the signatures by the journal."""
    return [[each, links.get(each, Link()).number + 1, FORMAT, UNSIGNED] for each in types(kind, body)]


def string(fact: Event, kind: int, number: int, before: bytes) -> str:
    """What is signed for `fact` as number `number` of type `kind`; `before`: that type's previous signature.

    Raises KeyError, ValueError or TypeError for a body that does not fit.
    """
    body = cast("dict[int, Any]", fact.body)
    fields = _fields(fact, body, kind, number)
    return ",".join([*fields, "O" if number == 1 else "N", text(before)])


def text(signature: bytes) -> str:
    """base64url without padding (RFC 4648, section 5)."""
    return base64.urlsafe_b64encode(signature).decode().rstrip("=")


def _fields(fact: Event, body: Body, kind: int, number: int) -> list[str]:
    if kind == TICKET:
        return _ticket(fact, body, "")
    if kind == TRAINING:
        return _ticket(fact, cast("dict[int, Any]", body[3]), "Ecole-")
    if kind == GRAND_TICKET:
        return _grand(fact, number, (body[6], body[4], body[9], body[10]), str(body[1]))
    if kind == GRAND_DAY:
        return _grand(fact, number, (body[11], body[10], body[25], body[26]), body[2].replace("-", ""))
    if kind in (GRAND_MONTH, GRAND_YEAR):
        return _grand(fact, number, (body[13], body[12], body[15], body[16]), body[2].replace("-", ""))
    if kind == DUPLICATE:
        copy = [jet.clean(body[1]), str(body[4]), jet.clean(fact.operator), stamp(fact)]
        return [jet.clean(fact.till), str(number), *copy, jet.clean(fact.till), str(body[2])]
    if kind == ARCHIVE:
        return [_vat(body[10]), str(body[11]), stamp(fact), jet.clean(fact.till), "Archive"]
    return _jet(fact, number)


def _ticket(fact: Event, body: Body, front: str) -> list[str]:
    kind = {"sale": "Vente", "refund": "Remboursement"}[body[2]]
    return [_vat(body[6]), str(body[4]), stamp(fact), jet.clean(fact.till), str(body[1]), front + kind]


def _grand(fact: Event, number: int, sums: tuple[Any, int, int, int], period: str) -> list[str]:
    vat, total, perpetual, absolute = sums
    return [_vat(vat), str(total), str(perpetual), str(absolute), stamp(fact), period, str(number)]


def _jet(fact: Event, number: int) -> list[str]:
    said = jet.description(fact.kind, fact.body)
    code = jet.code(fact.kind, fact.body)
    return [str(number), str(code), said, stamp(fact), jet.clean(fact.operator), jet.clean(fact.till)]


def _vat(rows: Any) -> str:  # noqa: ANN401 - [[rate, ht, vat, ttc], …] of a body
    return "|".join(f"{rate:04d}:{ttc}" for rate, _, _, ttc in rows)


def stamp(fact: Event) -> str:
    """Local time, AAAAMMJJHHMMSS."""
    at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=fact.t, minutes=fact.tz)
    return at.strftime("%Y%m%d%H%M%S")
