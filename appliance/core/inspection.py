"""Contrôle fiscal: what an officer asks of the till; everything done here is a JET 280 (VER-09)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from appliance.core import archiving, loading, papers, stick, tools, upstream, words
from appliance.core import event as ev
from appliance.core.effect import PrintRows, Work
from appliance.core.paper import Row
from appliance.core.ui import Message

if TYPE_CHECKING:
    from appliance.core.act import Act
    from appliance.core.input import WorkDone, WorkGoes
    from appliance.core.turn import Handler, Turn

AUDIT = 280  # JET
NAMES = {
    "verify": "Vérification",
    "control": "Document de contrôle",
    "copies": "Copie des archives",
    "logs": "Copie des journaux",
    **stick.NAMES,
    **loading.NAMES,
}


def enter(turn: Turn, act: Act) -> None:
    opened(turn)


def opened(turn: Turn) -> None:
    """By an inspector's own badge and code, or by whoever lets the officer in (Gestion)."""
    turn.set(message=None)
    turn.emit(ev.JET, {1: AUDIT, 2: "contrôle fiscal ouvert", 3: None})
    turn.show("inspection")


def verify(turn: Turn, act: Act) -> None:
    _begin(turn, Work("verify"), "vérification demandée")


def control(turn: Turn, act: Act) -> None:
    """Of the fiscal year that runs, on the till's own paper."""
    year = turn.ledger.year.name or turn.ledger.closed[1]
    begins = f"{year}-01" if year else turn.local.date().isoformat()
    columns = str(turn.state.columns)
    _begin(turn, Work("control", (begins, turn.local.date().isoformat(), columns)), "document de contrôle demandé")


def copy(turn: Turn, act: Act) -> None:
    """To the stick that is plugged in."""
    if not turn.state.stick:
        turn.beep("refused")
        turn.say(Message("Pas de clé USB.", ("Brancher une clé USB sur la caisse, puis recommencer.",)))
        return
    _begin(turn, Work("copies", (turn.state.stick,)), "copie des archives demandée")


def _begin(turn: Turn, work: Work, said: str) -> None:
    if turn.ui.work:
        turn.beep("refused")
        return
    turn.emit(ev.JET, {1: AUDIT, 2: said, 3: None})
    turn.set(work=work.name, percent=0)
    turn.effect(work)


def goes(turn: Turn, what: WorkGoes) -> None:
    if what.name == turn.ui.work:
        turn.set(percent=what.percent)


def done(turn: Turn, what: WorkDone) -> None:
    if what.name == turn.ui.work:
        turn.set(work="", percent=0)
    facts: dict[str, Any] = dict(what.facts)
    if what.name == "carry":
        upstream.carried(turn, facts)
        return
    if what.name == "pdf":
        papers.written(turn, facts)
        return
    if "error" in facts and what.name == "archive":
        archiving.failed(turn, str(facts["error"]))
    elif "error" in facts:
        turn.emit(ev.REFUSED, {1: what.name.removesuffix("-plan"), 2: str(facts.get("detail", facts["error"]))[:200]})
        turn.say(Message(f"{NAMES[what.name]} impossible.", (str(facts["error"]),)))
    else:
        DONE[what.name](turn, facts)


def _verified(turn: Turn, facts: dict[str, Any]) -> None:
    """The result is a record, intact or not (JET-04, INA-04)."""
    intact, line = bool(facts["intact"]), str(facts["line"])
    why = None if intact else line[:200]
    turn.emit(ev.VERIFIED, {1: "all", 2: "intact" if intact else "broken", 3: why, 4: int(facts["records"])})
    title = "Journal intact." if intact else "Journal rompu."
    text = f"{facts['records']} actes vérifiés." if intact else line
    turn.say(Message(title, (text,), grave=not intact))


def _controlled(turn: Turn, facts: dict[str, Any]) -> None:
    made = turn.emit(ev.CONTROL, facts["body"])
    turn.effect(PrintRows(made.seq, tuple(Row(*each) for each in facts["rows"])))


def _copied(turn: Turn, facts: dict[str, Any]) -> None:
    for body in facts["bodies"]:
        turn.emit(ev.ARCHIVE_COPY, body)
    text = words.counted(len(facts["bodies"]), "archive copiée et relue", "archives copiées et relues") + "."
    keep = "Garder cette clé en lieu sûr, et en faire une seconde."
    turn.say(Message("Archives copiées.", (text, keep), grave=False))


def _archived(turn: Turn, facts: dict[str, Any]) -> None:
    archiving.made(turn, facts["body"])


HERE = {"verify": _verified, "control": _controlled, "copies": _copied, "archive": _archived}
DONE = {**HERE, **stick.DONE, **loading.DONE, **tools.DONE}

INSPECTION: dict[str, Handler] = {"verify": verify, "control": control, "copies": copy}
