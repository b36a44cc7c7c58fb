"""What each kind of act adds to the control document."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from appliance.audit.band import Means
from appliance.audit.control import Closed, Control, Entry
from appliance.audit.tally import Tally, merge
from appliance.core import event as ev
from appliance.core.money import figure
from appliance.storage.record import Record

Body = dict[int, Any]


def sold(tally: Tally, body: Body) -> None:
    """As its ticket says: the replay holds tickets against the band."""
    total, refund = body[4], body[2] == "refund"
    tally.tickets += 1
    tally.first, tally.last = tally.first or body[1], body[1]
    tally.refund_count += refund
    if refund:
        tally.refunds += total
    else:
        tally.sales += total
    merge(tally.rates, {row[0]: row[1:] for row in body[6]})
    for each in body[7]:
        tally.paid(Means(*each))


def fixed(tally: Tally, body: Body) -> None:
    tally.paid(Means(*body[3]), -1)
    tally.paid(Means(*body[4]))


def _entry(record: Record, text: str, amount: int | None = None, ticket: int = 0) -> Entry:
    return Entry(record.seq, record.t, record.tz, record.operator, text, amount, ticket)


def _ticket(found: Control, record: Record, body: Body) -> None:
    sold(found.sums, body)
    if body[2] == "refund":
        original = body.get(15) or [0]
        of = f"du ticket {original[0]:06d}" if original[0] else ""
        text = " : ".join(each for each in (of, body.get(16) or "") if each)
        found.sections["refunds"].add(_entry(record, text, body[4], body[1]))


def _fix(found: Control, record: Record, body: Body) -> None:
    fixed(found.sums, body)
    text = f"{body[3][0]} devient {body[4][0]} : {body[5]}"
    found.sections["fixes"].add(_entry(record, text, body[4][2], body[1]))


def _day_open(found: Control, record: Record, body: Body) -> None:
    found.open_day = body[3]


def _day_close(found: Control, record: Record, body: Body) -> None:
    found.open_day = ""
    closed = Closed(body[1], body[2], body[4], body[5], body[6], body[10], body[19], record.seq, record.t, record.tz)
    found.days.append(closed)
    if body[18] is None:
        found.sections["uncounted"].add(_entry(record, f"Z n° {body[1]}, close sans comptage"))
    elif body[19]:
        found.sections["gaps"].add(_entry(record, f"Z n° {body[1]}", body[19]))
    _differences(found, record, f"Z n° {body[1]}", body.get(31))


def _month_close(found: Control, record: Record, body: Body) -> None:
    found.months.append(body[2])
    _differences(found, record, f"mois {body[2]}", body.get(20))


def _year_close(found: Control, record: Record, body: Body) -> None:
    found.years.append(body[2])
    _differences(found, record, f"exercice {body[2]}", body.get(20))


def _differences(found: Control, record: Record, what: str, differences: Any) -> None:  # noqa: ANN401 - of a body
    for name, wanted, said in differences or ():
        found.sections["differences"].add(_entry(record, f"{what}, {name} : {said} au lieu de {wanted}"))


def _drawer(found: Control, record: Record, body: Body) -> None:
    if body[1] == "asked":
        found.sections["drawer"].add(_entry(record, body[2] or "sans motif"))


def _start(found: Control, record: Record, body: Body) -> None:
    if body[2] == "power cut":
        found.sections["cuts"].add(_entry(record, "redémarrage après une coupure"))


def _clock(found: Control, record: Record, body: Body) -> None:
    text = f"{CLOCK.get(body[3], body[3])}, écart {(body[2] - body[1]) / 1000:+.1f} s".replace(".", ",")
    found.sections["clock"].add(_entry(record, text))


CLOCK: Final = {
    "jump": "saut de l'horloge",
    "behind": "horloge en retard sur le journal",
    "implausible": "heure impossible",
    "confirmed": "heure confirmée par une personne",
    "corrected": "heure corrigée par une personne",
}


def _defect(found: Control, record: Record, body: Body) -> None:
    found.sections["defects"].add(_entry(record, f"acte {body[1]} non prouvé : {body[2]} (source : {body[4]})"))


def _resumed(found: Control, record: Record, body: Body) -> None:
    found.sections["defects"].add(_entry(record, f"reprise décidée après le défaut de l'acte {body[1]}"))


def _duplicate(found: Control, record: Record, body: Body) -> None:
    what = "" if body[1] == "ticket" else f"{body[1]} n° {body[2]}, "
    number = body[2] if body[1] == "ticket" else 0
    found.sections["duplicates"].add(_entry(record, f"{what}copie {body[4]} : {body[5]}", None, number))


def _training(found: Control, record: Record, body: Body) -> None:
    text = f"séance {body[1]}, responsable {body[2]}"
    if record.kind == ev.TRAINING_OFF:
        text = f"fin de la séance {body[1]}, responsable {body[2]} : {body[3]} tickets fictifs"
    amount = body[4] if record.kind == ev.TRAINING_OFF else None
    found.sections["training"].add(_entry(record, text, amount))


def _simple(section: str, text: int | str, amount: int | None = None, sign: int = 1) -> _Rule:
    """An act whose text (a key, or words) and amount (a key) stand in its body."""

    def rule(found: Control, record: Record, body: Body) -> None:
        said = text if isinstance(text, str) else str(body[text] or "")
        found.sections[section].add(_entry(record, said, None if amount is None else sign * body[amount]))

    return rule


def _line_void(found: Control, record: Record, body: Body) -> None:
    found.sections["lines"].add(_entry(record, f"{body[3]} : {body[5]}", body[4]))


def _order_void(found: Control, record: Record, body: Body) -> None:
    if body[3]:  # an order without a line is no ticket that was given up
        found.sections["orders"].add(_entry(record, f"{body[3]} lignes : {body[4]}", -body[2]))


def _discount(found: Control, record: Record, body: Body) -> None:
    what = f"ligne {body[2]}" if body[2] else "ticket entier"
    rate = f", {body[3] / 100:g} %".replace(".", ",") if body[3] else ""
    found.sections["discounts"].add(_entry(record, f"{what}{rate} : {body[5]}", -body[4]))


def _line_change(found: Control, record: Record, body: Body) -> None:
    found.sections["changes"].add(_entry(record, f"ligne {body[2]}, désormais {figure(body[5])} : {body[8]}"))


_Rule = Callable[[Control, Record, Body], None]
RULES: Final[dict[int, _Rule]] = {
    ev.TICKET: _ticket,
    ev.PAYMENT_FIX: _fix,
    ev.DAY_OPEN: _day_open,
    ev.DAY_CLOSE: _day_close,
    ev.MONTH_CLOSE: _month_close,
    ev.YEAR_CLOSE: _year_close,
    ev.LINE_VOID: _line_void,
    ev.ORDER_VOID: _order_void,
    ev.LINE_CHANGE: _line_change,
    ev.DISCOUNT: _discount,
    ev.DUPLICATE: _duplicate,
    ev.DRAWER: _drawer,
    ev.CASH_IN: _simple("cash_in", 2, 1),
    ev.CASH_OUT: _simple("cash_out", 2, 1, -1),
    ev.START: _start,
    ev.RECOVERED: _simple("tears", "fin de journal déchirée par une coupure, réparée et consignée"),
    ev.CLOCK: _clock,
    ev.DEFECT: _defect,
    ev.RESUMED: _resumed,
    ev.TRAINING_ON: _training,
    ev.TRAINING_OFF: _training,
    ev.REFUSED: lambda found, record, body: found.sections["refusals"].add(_entry(record, f"{body[1]} : {body[2]}")),
}
