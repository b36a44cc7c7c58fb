"""`view(state, at)`: the one screen that stands, as data for the display."""

from __future__ import annotations

from collections.abc import Callable

from appliance.core.instant import Instant
from appliance.core.scenes import (
    changes,
    correction,
    inspection,
    locked,
    manage,
    memory,
    more,
    payment,
    sale,
    session,
    stick,
    upkeep,
    visit,
)
from appliance.core.turn import State, screen
from appliance.core.view import View
from appliance.core.view_upkeep import UpkeepView

SCENES: dict[str, Callable[[State, Instant], View | UpkeepView]] = {
    "locked": locked.view,
    "message": more.message,
    "print": payment.printing,
    "card": payment.card,
    "clock": more.clock,
    "doubt": more.doubt,
    "defect": more.defect,
    "stopped": more.stopped,
    "technician": more.technique,
    "errors": more.errors,
    "consent": visit.consent,
    "visit": visit.view,
    "look": upkeep.look,
    "tests": upkeep.tests,
    "printer": upkeep.printer,
    "touch": upkeep.touch,
    "memory": memory.view,
    "time": more.time,
    "open-day": session.opening,
    "sale": sale.view,
    "quantity": sale.entry,
    "price": sale.entry,
    "weight": sale.entry,
    "payment": payment.view,
    "more": more.menu,
    "reprint": more.reprint,
    "refund-list": correction.tickets,
    "fix-list": correction.tickets,
    "refund": correction.refund,
    "fix": correction.fix,
    "parked": correction.parked,
    "line": correction.line,
    "new-quantity": correction.entry,
    "new-price": correction.entry,
    "percent": correction.entry,
    "amount": correction.entry,
    "manage": manage.view,
    "note": manage.note,
    "archives": stick.view,
    "period": stick.period,
    "price-list": changes.articles,
    "list-price": changes.price,
    "badge-list": changes.people,
    "new-badge": changes.badge,
    "inspection": inspection.view,
    "totals": inspection.totals,
    "cash-in": session.movement,
    "cash-out": session.movement,
    "drawer": session.drawer,
    "count": session.count,
    "summary": session.summary,
}


def view(state: State, at: Instant) -> View | UpkeepView:
    """A pure function of the state and the time shown."""
    return SCENES[screen(state)](state, at)
