"""Months and fiscal years: closed in cascade before a later day is opened, or earlier by a person (CLO-01, CLO-11)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from appliance.core import event as ev
from appliance.core.act import Act
from appliance.core.closing import month_body, year_body
from appliance.core.effect import Print
from appliance.core.folds.period import fiscal_year
from appliance.core.ui import Choice, Message
from appliance.core.words import month_name

if TYPE_CHECKING:
    from appliance.core.turn import Handler, Turn


def cascade(turn: Turn, date: str) -> None:
    """Before a day dated `date`: the month that is over, then the fiscal year that is over."""
    month, year = turn.ledger.month.name, turn.ledger.year.name
    if month and month != date[:7]:
        close_month(turn)
    if year and year != fiscal_year(date, turn.ledger.fiscal_year_start):
        close_year(turn)


def close_month(turn: Turn) -> None:
    """The paper follows by itself; the archive of the month is made when the till has time."""
    made = turn.emit(ev.MONTH_CLOSE, month_body(turn.ledger))
    turn.effect(Print(made.seq))


def close_year(turn: Turn) -> None:
    made = turn.emit(ev.YEAR_CLOSE, year_body(turn.ledger))
    turn.effect(Print(made.seq))


def is_closed(turn: Turn, date: str) -> bool:
    """Whether a day of this date would fall into a month or a year that is closed for good (CLO-12)."""
    month, year = turn.ledger.closed
    return date[:7] <= month or fiscal_year(date, turn.ledger.fiscal_year_start) <= year


def refuse(turn: Turn, date: str) -> None:
    """Closed is closed: said on the screen, and recorded."""
    turn.emit(ev.REFUSED, {1: "day-open", 2: "closed-period"})
    turn.beep("refused")
    text = (
        f"{month_name(date[:7]).capitalize()} est clos : rien ne peut plus y être daté.",
        "Vérifier la date de la caisse.",
    )
    turn.say(Message("Période close.", text))


def ask_month(turn: Turn, act: Act) -> None:
    """Clôturer le mois: asked twice, since nothing more can be dated in it."""
    name = turn.ledger.month.name
    if turn.ledger.day is not None or not name:
        turn.beep("refused")
        text = "Clôturer d'abord la journée." if turn.ledger.day else "Aucune journée n'attend d'être clôturée."
        turn.say(Message("Pas de mois à clôturer.", (text,)))
        return
    _ask(
        turn,
        f"Clôturer {month_name(name)} ?",
        f"Plus aucune vente ne pourra être datée de {month_name(name)}.",
        "month",
    )


def ask_year(turn: Turn, act: Act) -> None:
    """Clôturer l'exercice: its last month is closed with it."""
    name = turn.ledger.year.name
    if turn.ledger.day is not None or not name:
        turn.beep("refused")
        text = "Clôturer d'abord la journée." if turn.ledger.day else "Aucun mois n'attend d'être clôturé."
        turn.say(Message("Pas d'exercice à clôturer.", (text,)))
        return
    start = f"L'exercice ouvert en {month_name(name)} sera clos avec tous ses mois."
    _ask(turn, "Clôturer l'exercice ?", start, "year")


def _ask(turn: Turn, title: str, text: str, what: str) -> None:
    choices = (Choice("Clôturer", Act("period-close", what)), Choice("Fermer", Act("close")))
    turn.say(Message(title, (text, "C'est définitif."), "", choices, False))


def confirmed(turn: Turn, act: Act) -> None:
    """From the question: the month, or the year with its open month."""
    turn.set(message=None)
    if turn.ledger.day is not None:
        return
    if turn.ledger.month.name:
        close_month(turn)
    if act.value == "year" and turn.ledger.year.name:
        close_year(turn)
    turn.show("")


PERIODS: dict[str, Handler] = {"close-month": ask_month, "close-year": ask_year}
