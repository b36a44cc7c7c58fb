"""What is made for a stick, checked on it, or given up because it stands there: archives, exports, a purge.

Long work is done beside the till; what came of it is recorded here (ARC-07, PUR-01…05).
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from appliance.core import event as ev
from appliance.core import words
from appliance.core.act import Act
from appliance.core.digits import DIGITS
from appliance.core.effect import Work
from appliance.core.ui import Choice, Message

if TYPE_CHECKING:
    from appliance.core.turn import Handler, Turn

DATES = 16  # digits: JJMMAAAAJJMMAAAA
# What can be made of a period: its word and the name of the work. The first stays in the till until it is copied.
KINDS = (
    ("Archive", "archive"),
    ("Contrôle (PDF)", "control"),
    ("Données (CSV)", "csv"),
    ("Données (XLSX)", "xlsx"),
    ("Comptabilité (FEC)", "fec"),
)


def digit(turn: Turn, act: Act) -> None:
    """Leading zeros count here: 01 11 2026 30 11 2026."""
    before = "" if turn.ui.fresh else turn.ui.typed
    if len(before) < DATES:
        turn.set(typed=before + str(act.value), fresh=False, refusal="")
    else:
        turn.beep("refused")


def make(turn: Turn, act: Act) -> None:
    """The two days were typed: what was chosen is made of them."""
    period = parse(turn.ui.typed)
    name = KINDS[min(turn.ui.choice, len(KINDS) - 1)][1]
    if period is None:
        turn.set(refusal="Taper les deux jours\u00a0: 01 11 2026 30 11 2026.")
    elif name == "archive" and _beyond_a_year(*period):
        turn.emit(ev.REFUSED, {1: "archive", 2: "over-12-months"})
        turn.beep("refused")
        turn.set(refusal="Une archive couvre douze mois au plus.")
    elif name == "archive" or plugged(turn):
        begins, ends = period
        turn.show("archives")
        begin(turn, Work("period", (name, begins.isoformat(), ends.isoformat(), turn.state.stick)))


def parse(digits: str) -> tuple[date, date] | None:
    """Both days in order; None when they are no dates or run backwards."""
    try:
        begins, ends = (date(int(part[4:]), int(part[2:4]), int(part[:2])) for part in (digits[:8], digits[8:]))
    except ValueError:
        return None
    return (begins, ends) if len(digits) == DATES and begins <= ends else None


def _beyond_a_year(begins: date, ends: date) -> bool:
    """ARC-01."""
    try:
        return ends >= begins.replace(year=begins.year + 1)
    except ValueError:  # 29 February
        return ends >= date(begins.year + 1, 3, 1)


def check(turn: Turn, act: Act) -> None:
    """Every archive on the stick, from the first byte to the last."""
    if plugged(turn):
        begin(turn, Work("check", (turn.state.stick,)))


def purge(turn: Turn, act: Act) -> None:
    """A manager asks what may go; nothing goes before he has seen it (PUR-05)."""
    if turn.person is None or turn.person.role != "manager":
        turn.emit(ev.REFUSED, {1: "purge", 2: "role"})
        turn.beep("refused")
        turn.say(Message("Responsable seulement.", ("Un responsable doit s'identifier pour purger le journal.",)))
    elif plugged(turn):
        begin(turn, Work("purge-plan", (turn.state.stick,)))


def confirmed(turn: Turn, act: Act) -> None:
    """The order is durable before the first byte is given up; a start finishes one that was stopped."""
    plan = turn.ui.plan
    turn.set(message=None, plan=None)
    if turn.ui.work:  # nothing is ordered that cannot begin
        turn.beep("refused")
    elif plan is not None and turn.person is not None and turn.person.role == "manager":
        made = turn.emit(ev.PURGE, dict(plan))
        begin(turn, Work("purge", (str(made.seq),)))


def plugged(turn: Turn) -> bool:
    if turn.state.stick:
        return True
    turn.beep("refused")
    turn.say(Message("Pas de clé USB.", ("Brancher une clé USB sur la caisse, puis recommencer.",)))
    return False


def begin(turn: Turn, work: Work) -> None:
    """One long work at a time."""
    if turn.ui.work:
        turn.beep("refused")
        return
    turn.set(work=work.name, percent=0)
    turn.effect(work)


def made(turn: Turn, facts: dict[str, Any]) -> None:
    """The document is whole where it is, and its record says so."""
    turn.emit(int(facts["kind"]), facts["body"])
    name = str(facts["name"])
    if facts["kind"] == ev.ARCHIVE:
        turn.say(Message("Archive faite.", ("La copier sur deux clés USB, et les garder à part.",), name, grave=False))
    else:
        turn.say(Message("Fichier sur la clé USB.", ("Le fichier est enregistré et relu.",), name, grave=False))


def checked(turn: Turn, facts: dict[str, Any]) -> None:
    """Each result is a record; the first archive that does not hold is named."""
    for body in facts["bodies"]:
        turn.emit(ev.ARCHIVE_CHECK, body)
    if facts["broken"]:
        text = ("Refaire la copie de cette archive, ou appeler le technicien.",)
        turn.say(Message("Archive rompue.", text, str(facts["broken"][0])))
        return
    text = (words.counted(len(facts["bodies"]), "archive vérifiée", "archives vérifiées") + ", sans défaut.",)
    turn.say(Message("Archives intactes.", text, grave=False))


def planned(turn: Turn, facts: dict[str, Any]) -> None:
    """What may go, asked of the manager who looks at it."""
    plan: dict[int, Any] = facts["body"]
    turn.set(plan=plan)
    text = (
        f"{plan[8]} actes, du n° {plan[3]} au n° {plan[4]}, quitteront cette caisse.",
        "Ils restent dans leurs archives. Les totaux et la chaîne restent ici.",
    )
    choices = (Choice("Purger", Act("purge-do")), Choice("Annuler", Act("close")))
    turn.say(Message("Purger le journal\u00a0?", text, "", choices))


def purged(turn: Turn, facts: dict[str, Any]) -> None:
    text = ("Garder les archives et leurs copies six ans au moins.",)
    turn.say(Message("Journal purgé.", text, grave=False))


PERIOD: dict[str, Handler] = {**DIGITS, "digit": digit, "next": make}
STICK: dict[str, Handler] = {"check": check, "purge": purge}
DONE = {"period": made, "check": checked, "purge-plan": planned, "purge": purged}
NAMES = {
    "period": "Document",
    "check": "Vérification des archives",
    "purge-plan": "Purge",
    "purge": "Purge",
}
