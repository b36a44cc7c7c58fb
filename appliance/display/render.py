"""View in, frame out. Pure: the same view gives the same parts, and unchanged parts are the very same objects."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from appliance.core import view as views
from appliance.core.view import EntryView, LockedView, PickView, View
from appliance.core.view_blank import IdentityView
from appliance.core.view_upkeep import ColoursView, TargetView, UpkeepView
from appliance.display.frame import Frame, Part
from appliance.display.screens.card import card
from appliance.display.screens.count import count
from appliance.display.screens.entry import entry
from appliance.display.screens.errors import errors
from appliance.display.screens.identity import identity
from appliance.display.screens.locked import locked
from appliance.display.screens.menu import menu
from appliance.display.screens.message import message
from appliance.display.screens.payment import payment
from appliance.display.screens.pick import pick
from appliance.display.screens.printing import printing
from appliance.display.screens.reprint import reprint
from appliance.display.screens.sale import sale
from appliance.display.screens.summary import summary
from appliance.display.screens.technician import technician
from appliance.display.screens.upkeep import colours, target
from appliance.display.theme import Theme, theme_for

Screen = Callable[[Any, Theme], tuple[Part, ...]]

SCREENS: dict[type, tuple[str, Screen]] = {
    views.LockedView: ("locked", locked),
    views.EntryView: ("", entry),
    views.SaleView: ("sale", sale),
    views.PaymentView: ("payment", payment),
    views.CardView: ("payment", card),
    views.PrintView: ("print", printing),
    views.CountView: ("close-day", count),
    views.SummaryView: ("close-day", summary),
    views.MessageView: ("message", message),
    views.MenuView: ("more", menu),
    views.ReprintView: ("reprint", reprint),
    views.TechnicianView: ("technician", technician),
    views.ErrorsView: ("errors", errors),
    views.PickView: ("", pick),
    IdentityView: ("identity", identity),
    ColoursView: ("colours", colours),
    TargetView: ("touch", target),
}


def school(view: View | IdentityView | UpkeepView) -> bool:
    """Whether the view stands in an exercise: every screen then looks so (TRN-01)."""
    if isinstance(view, IdentityView | ColoursView | TargetView):
        return False
    return view.school if isinstance(view, LockedView) else view.header.school


def render(view: View | IdentityView | UpkeepView, theme: Theme) -> Frame:
    """The screen for a view; a page that serves for several carries its own name.

    The display adds its own words in the theme's language, which is to be that of the view's.
    """
    name, screen = SCREENS[type(view)]
    if school(view):
        theme = theme_for(theme.width, theme.height, school=True, language=theme.language)
    if isinstance(view, EntryView | PickView):
        name = view.name
    return Frame(name, (theme.width, theme.height), screen(view, theme))
