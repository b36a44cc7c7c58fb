"""View in, frame out. Pure: the same view gives the same parts, and unchanged parts are the very same objects."""

from __future__ import annotations

from appliance.core.view import LockedView, SaleView, View
from appliance.display.frame import Frame, Part
from appliance.display.screens.locked import locked
from appliance.display.screens.sale import sale
from appliance.display.theme import Theme


def render(view: View, theme: Theme) -> Frame:
    """The screen for a view."""
    name, parts = _screen(view, theme)
    return Frame(name, (theme.width, theme.height), parts)


def _screen(view: View, theme: Theme) -> tuple[str, tuple[Part, ...]]:
    match view:
        case SaleView():
            return "sale", sale(view, theme)
        case LockedView():
            return "locked", locked(view, theme)
    raise TypeError(type(view).__name__)
