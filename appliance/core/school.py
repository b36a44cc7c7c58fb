"""Training (mode école): a sale's world of its own, in the place of the real one while it lasts (TRN-01…06)."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from appliance.core import event as ev

KINDS: Final = frozenset(
    {
        ev.ORDER,
        ev.LINE,
        ev.LINE_VOID,
        ev.LINE_CHANGE,
        ev.ORDER_VOID,
        ev.DISCOUNT,
        ev.PARK,
        ev.RECALL,
        ev.PAYMENT,
        ev.CHANGE,
        ev.PAYMENT_ASKED,
        ev.PAYMENT_REFUSED,
        ev.PAYMENT_FIX,
        ev.TICKET,
        ev.PRINT,
        ev.NO_PRINT,
        ev.DUPLICATE,
        ev.PRINTED,
        ev.PRINT_LOST,
    }
)  # written as the body of a `training` record while an exercise is on


class School(NamedTuple):
    """`kept` holds the real values of the ledger's fields that an exercise must not touch, in the order of FIELDS."""

    number: int
    responsible: str
    kept: tuple[Any, ...]


FIELDS: Final = (
    "day",
    "order",
    "order_number",
    "ticket_number",
    "tickets",
    "question",
    "change",
    "given",
    "papers",
    "doubts",
    "copies",
    "perpetual",
    "month",
    "year",
    "parked",
    "credits",
    "refunded",
)
