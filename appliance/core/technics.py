"""A technician's pages by name, and what the machine tells them."""

from __future__ import annotations

from dataclasses import replace

from appliance.core import consent, selftest, settings, software, tools, touching, visit
from appliance.core.input import Board, Input, Looked, Pointed, Probed
from appliance.core.turn import Handler, Turn


def take(turn: Turn, what: Input) -> None:
    match what:
        case Board(values):
            turn.state = replace(turn.state, board=values)
        case Looked():
            tools.looked(turn, what)
        case Probed():
            selftest.probed(turn)
        case Pointed():
            if turn.ui.screen == "touch" and turn.ledger.upkeep.visit and turn.ui.message is None:
                touching.pointed(turn, what)
        case _:
            software.take(turn, what)


PAGES: dict[str, dict[str, Handler]] = {
    "consent": consent.CONSENT,
    "visit": tools.HOME,
    "look": {**visit.GO, "install": software.install},
    "tests": selftest.PAGE,
    "printer": {**visit.GO, **settings.PRINTER},
    "touch": touching.TOUCH,
}
