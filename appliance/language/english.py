"""A screen of French words as the same screen in English. What people named, typed or counted stays as it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from functools import cache
from typing import Any, Final, TypeVar

from appliance.core import view as views
from appliance.core.correction import CREDIT_LABEL
from appliance.core.view import View
from appliance.core.view_blank import IdentityView
from appliance.core.view_upkeep import UpkeepView
from appliance.language.catalogue import english_catalogue

Say = Callable[[str], str]
Shown = TypeVar("Shown", bound=View | IdentityView | UpkeepView)

# Fields that are never looked up: names, figures, and words of the program to itself. All others are words.
DATA: Final[dict[type, frozenset[str]]] = {
    views.Header: frozenset({"person", "clock"}),
    views.Key: frozenset({"icon"}),
    views.LockedView: frozenset({"shop", "clock"}),
    views.EntryView: frozenset({"name"}),
    views.Tile: frozenset({"label"}),
    views.BasketLine: frozenset({"quantity", "label", "amount"}),
    views.SaleView: frozenset({"total", "pending"}),
    views.Paid: frozenset({"label", "amount"}),
    views.PaymentView: frozenset({"due", "lines", "typed", "change"}),
    views.CardView: frozenset({"means", "icon", "amount"}),
    views.PrintView: frozenset({"amount"}),
    views.Denomination: frozenset({"label", "count", "amount"}),
    views.CountView: frozenset({"counted", "typed"}),
    views.SummaryView: frozenset({"gap_amount"}),
    views.TicketRow: frozenset({"amount"}),
    views.PickRow: frozenset({"label", "amount"}),
    views.PickView: frozenset({"name", "total"}),
    IdentityView: frozenset({"qr", "values", "detail", "language"}),
}
# Keys of these fields bear a name that people gave; only their second line is words.
NAMES: Final = {(views.LockedView, "names"), (views.PaymentView, "means"), (views.PickView, "keys")}
MEANS = "Moyens de paiement"  # the table of the summary whose rows begin with the shop's own names
CARDS = "Cartes"  # the row of the card terminals, with their serial numbers
CODE = "Code"  # the fact that shows what was scanned
SYSTEM = "Système "  # facts that the machine tells in its own words
PEOPLE = ("Responsable", "Technicien")  # facts whose value is somebody's name


def english(view: Shown, say: Say | None = None) -> Shown:
    """The view with every word in English; what the catalogue does not know stays French."""
    spoken: Shown = _spoken(view, say or _say)
    return spoken


def _say(text: str) -> str:
    return english_catalogue().say(text) or text


def _spoken(thing: Any, say: Say) -> Any:  # noqa: ANN401 - any dataclass of core/view.py gives one of its own kind
    kind: type = type(thing)
    kept = _kept(thing)
    changes = {}
    for name in _fields(kind):
        if name not in kept:
            value = getattr(thing, name)
            said = tuple(_named(key, say) for key in value) if (kind, name) in NAMES else _value(value, say)
            if said is not value:
                changes[name] = said
    return replace(thing, **changes) if changes else thing


@cache
def _fields(kind: type) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


def _value(value: Any, say: Say) -> Any:  # noqa: ANN401 - a field of a view
    if isinstance(value, str):
        return say(value) if value else value
    if isinstance(value, tuple):
        return tuple(_value(each, say) for each in value)
    return _spoken(value, say) if is_dataclass(value) and type(value).__module__ == views.__name__ else value


def _named(key: views.Key, say: Say) -> views.Key:
    """The one name among them that is the till's own is the credit note that a refund may give."""
    label = say(key.label) if key.label == CREDIT_LABEL and key.icon == "paper" else key.label
    return replace(key, label=label, detail=_value(key.detail, say))


def _kept(thing: Any) -> frozenset[str]:  # noqa: ANN401 - any dataclass of core/view.py
    """Its fields that are data, those that are so in this one only included."""
    more = RULES.get(type(thing))
    data = DATA.get(type(thing), frozenset())
    return data | more(thing) if more else data


def _key(key: views.Key) -> frozenset[str]:
    """A department offered for an unknown code, a person who may agree."""
    return frozenset({"label"}) if key.act is not None and key.act.name in ("department", "name") else frozenset()


def _till(thing: views.Header | views.LockedView) -> frozenset[str]:
    """A shop may give its till a name instead of a number."""
    return frozenset() if thing.till.startswith("Caisse ") else frozenset({"till"})


def _entry(view: views.EntryView) -> frozenset[str]:
    return frozenset({"title"}) if view.name in ("price", "weight", "list-price") else frozenset()


def _fact(fact: views.Fact) -> frozenset[str]:
    if fact.named:
        return frozenset({"label"})
    data = fact.label in (CODE, *PEOPLE) or fact.label.startswith(SYSTEM)
    return frozenset({"value"}) if data else frozenset()


def _category(category: views.Category) -> frozenset[str]:
    return frozenset({"label"}) if category.named else frozenset()


def _menu(view: views.MenuView) -> frozenset[str]:
    return frozenset({"title"}) if view.named else frozenset()


def _section(section: views.Section) -> frozenset[str]:
    return frozenset({"rows"}) if section.title == MEANS else frozenset()


def _device(row: views.DeviceRow) -> frozenset[str]:
    """Where a device is plugged in; on the officer's page the till and a number of records stand there."""
    said = row.port.startswith("Caisse ") or row.port.endswith(" actes")
    numbers = row.name == CARDS and not row.text.startswith("aucun ")
    return frozenset() if said else frozenset({"port", "text"} if numbers else {"port"})


def _message(view: views.MessageView) -> frozenset[str]:
    """A code or a file; of a defect it says which records."""
    said = view.thing.startswith(("Acte", "À partir "))
    return frozenset() if said else frozenset({"thing"})


def _ticket(row: views.TicketRow) -> frozenset[str]:
    """A waiting ticket is known by its articles; rows of other lists bear names."""
    if row.act.name in ("article", "person"):
        return frozenset({"number"})
    articles = row.act.name == "recall" and not row.note.endswith(" de plus")
    return frozenset({"note"}) if articles else frozenset()


RULES: Final[dict[type, Callable[[Any], frozenset[str]]]] = {
    views.Key: _key,
    views.Header: _till,
    views.LockedView: _till,
    views.EntryView: _entry,
    views.Fact: _fact,
    views.Category: _category,
    views.MenuView: _menu,
    views.Section: _section,
    views.DeviceRow: _device,
    views.MessageView: _message,
    views.TicketRow: _ticket,
}
