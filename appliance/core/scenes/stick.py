"""Archives et exports: what leaves the till on a stick, what is checked there, what may be given up afterwards."""

from __future__ import annotations

from appliance.core.act import Act
from appliance.core.inspection import NAMES
from appliance.core.instant import Instant
from appliance.core.scenes.header import header
from appliance.core.stick import DATES, KINDS
from appliance.core.turn import State
from appliance.core.view import EntryView, Fact, Key, Keypad, MenuColumn, MenuView

BACK = Key("Retour", Act("go", "archives"), icon="left")


def view(state: State, at: Instant) -> MenuView:
    columns = (
        MenuColumn("D'une période", (_work("Archive ou export", Act("go", "period"), "period", state),)),
        MenuColumn(
            "Clé USB",
            (
                _work("Copier les archives", Act("copies"), "copies", state),
                _work("Vérifier les archives", Act("check"), "check", state),
            ),
        ),
        MenuColumn("Mémoire", (_work("Purger le journal", Act("purge"), "purge-plan", state),)),
    )
    return MenuView(header(state, at), "Archives", columns, None, Key("Retour", Act("go", "manage")))


def _work(label: str, act: Act, name: str, state: State) -> Key:
    """One long work at a time; the one that runs says how far it is."""
    if not state.ui.work:
        return Key(label, act)
    return Key(label, None, f"{state.ui.percent} %" if state.ui.work == name else "")


def period(state: State, at: Instant) -> EntryView:
    typed, busy = state.ui.typed, bool(state.ui.work)
    parts = (typed[:2], typed[2:4], typed[4:8], typed[8:10], typed[10:12], typed[12:16])
    running = f"{NAMES.get(state.ui.work, '')}\u00a0: {state.ui.percent} %"
    return EntryView(
        header(state, at),
        "Archive ou export",
        "period",
        "Premier et dernier jour",
        " ".join(filter(None, parts)),
        Key(running, None) if busy else Key("Faire", Act("next") if len(typed) == DATES else None),
        BACK,
        (Fact("Clé USB", "branchée" if state.stick else "absente"),),
        tuple(Key(label, Act("choose", n)) for n, (label, _) in enumerate(KINDS)),
        state.ui.choice,
        state.ui.refusal,
        Keypad(clear=True),
    )
