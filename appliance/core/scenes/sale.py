"""The counter: rail, grid, basket, slab; and the small screens that a ring may need."""

from __future__ import annotations

from appliance.core import words
from appliance.core.act import Act
from appliance.core.catalogue import Article, Catalogue
from appliance.core.grid import Grid
from appliance.core.instant import Instant
from appliance.core.money import NBSP, euros, quantity
from appliance.core.sale import Line, Order
from appliance.core.scenes.header import BACK, NO_VALUE, header
from appliance.core.turn import State
from appliance.core.view import (
    BasketLine,
    Category,
    EntryView,
    Fact,
    Key,
    Keypad,
    LineState,
    SaleView,
    Tile,
)

FAVOURITES = "Favoris"
DEPARTMENTS = "Rayons"


def view(state: State, at: Instant) -> SaleView:
    catalogue = state.shop.catalogue if state.shop else Catalogue()
    order = state.ledger.order or Order(0)
    chosen = selected(state, order)
    lines, above = _basket(order, state, chosen)
    tiles, page = grid_page(catalogue, state.ui.category, state.ui.page, state.grid)
    return SaleView(
        header(state, at),
        rail(catalogue, state.ui.category, state.grid),
        tiles,
        page,
        FUNCTIONS,
        lines,
        above,
        _articles(state, order),
        ACTIONS if chosen else (),
        euros(order.total),
        Key("Encaisser", Act("pay") if order.live else None, NO_VALUE if state.ledger.school else ""),
        f"{state.ui.quantity // 1000}{NBSP}×" if state.ui.quantity else "",
    )


FUNCTIONS = (
    Key("Quantité", Act("go", "quantity")),
    Key("Tiroir", Act("go", "drawer"), icon="drawer"),
    Key("Plus", Act("go", "more"), icon="dots"),
)
ACTIONS = (
    Key("Annuler la ligne", Act("void-line")),
    Key("Modifier", Act("change", "line")),
    Key("Garder", Act("select", 0)),
)


def _articles(state: State, order: Order) -> str:
    """Until the next ring the change of the last ticket stays readable: it may still be in the cashier's hand."""
    ledger = state.ledger
    last = ledger.tickets[-1] if ledger.tickets else None
    today = last is not None and ledger.day is not None and last.session == ledger.day.number
    if ledger.order is None and ledger.change and today:
        return f"Rendu {euros(ledger.change)}"
    return words.counted(order.articles, "article")


def selected(state: State, order: Order) -> int:
    """The selected line's number, 0 for none."""
    return next((line.number for line in order.live if line.number == state.ui.selected), 0)


def groups(catalogue: Catalogue) -> tuple[tuple[str, tuple[Article, ...]], ...]:
    """Favourites by page and position, each category in the order of the file, the departments."""
    placed = sorted((a for a in catalogue.articles if a.page), key=lambda a: (a.page, a.position))
    found = [(FAVOURITES, (*placed, *catalogue.departments))]
    found += [(name, tuple(a for a in catalogue.articles if a.category == name)) for name in catalogue.categories]
    if catalogue.departments:
        found.append((DEPARTMENTS, catalogue.departments))
    return tuple(found)


def rail(catalogue: Catalogue, current: int, grid: Grid) -> tuple[Category, ...]:
    """A page of categories; when they do not fit, the last cell leads to the others."""
    names = [name for name, _ in groups(catalogue)]
    if len(names) <= grid.categories:
        return _cells(names, current)
    size = grid.categories - 1
    start = current // size * size
    cells = _cells(names, current)[start : start + size]
    follow = start + size if start + size < len(names) else 0
    return (*cells, Category("Autres", 8, False, Act("category", follow), named=False))


def _cells(names: list[str], current: int) -> tuple[Category, ...]:
    """The first is the favourites, the last may be the departments; those between are the shop's own."""
    own = (0, len(names) - 1 if names[-1] == DEPARTMENTS else 0)
    return tuple(Category(name, n, n == current, Act("category", n), n not in own) for n, name in enumerate(names))


def grid_page(catalogue: Catalogue, category: int, page: int, grid: Grid) -> tuple[tuple[Tile | None, ...], Key | None]:
    """The tiles of one page and the key that leads to the next; the last cell is that key's when there are several."""
    every = groups(catalogue)
    articles = every[min(category, len(every) - 1)][1]
    cells = grid.columns * grid.rows
    colours = {name: n for n, (name, _) in enumerate(every)}
    if len(articles) <= cells:
        return _tiles(articles, colours, cells), None
    size = cells - 1
    pages = -(-len(articles) // size)
    page %= pages
    part = articles[page * size : (page + 1) * size]
    key = Key(f"Suite {page + 1}/{pages}", Act("page", (page + 1) % pages))
    return _tiles(part, colours, size), key


def _tiles(articles: tuple[Article, ...], colours: dict[str, int], cells: int) -> tuple[Tile | None, ...]:
    tiles = [Tile(a.label, price(a), colours.get(a.category, 8), Act("ring", a.label)) for a in articles]
    return (*tiles, *[None] * (cells - len(tiles)))


def price(article: Article) -> str:
    if article.price is None:
        return "prix libre"
    return euros(article.price) + ("" if article.unit == "piece" else f"/{article.unit}")


def _basket(order: Order, state: State, chosen: int) -> tuple[tuple[BasketLine, ...], Key | None]:
    """The newest lines at the bottom; the selected line is always in view; older ones by pages."""
    room = state.grid.lines - (1 if chosen else 0)
    rows = [_line(line, order, chosen) for line in order.lines]
    if len(rows) <= room:
        return tuple(rows), None
    size = room - 1
    end = _end(rows, state.ui.above, chosen, size)
    start = max(0, end - size)
    hidden = start if start else len(rows) - end
    word = "au-dessus" if start else "plus bas"
    target = state.ui.above + 1 if start else 0
    return tuple(rows[start:end]), Key(f"{words.counted(hidden, 'ligne')} {word}", Act("above", target))


def _end(rows: list[BasketLine], pages: int, chosen: int, size: int) -> int:
    if chosen and pages == 0 and chosen <= len(rows) - size:
        return chosen
    return max(min(size, len(rows)), len(rows) - pages * size)


def _line(line: Line, order: Order, chosen: int) -> BasketLine:
    several = line.quantity != 1000 or line.unit != "piece"
    shown = quantity(line.quantity, line.unit) + (f"{NBSP}×" if line.unit == "piece" else "")
    state = _state(line, order, chosen)
    unit = f"à {euros(line.unit_price)}" + ("" if line.unit == "piece" else f"/{line.unit}")
    if line.discount:
        unit, several = f"{unit} remise {euros(line.discount)}", True
    act = None if line.void else Act("select", line.number)
    return BasketLine(
        line.number, shown if several else "", line.label, euros(line.amount), unit if several else "", state, act
    )


def _state(line: Line, order: Order, chosen: int) -> LineState:
    if line.void:
        return LineState.VOID
    if line.number == chosen:
        return LineState.SELECTED
    newest = line.number == len(order.lines)
    return LineState.ADDED if newest and not chosen else LineState.PLAIN


def entry(state: State, at: Instant) -> EntryView:
    """Free price, weight or quantity."""
    ui = state.ui
    digits = int(ui.typed or "0")
    if ui.screen == "quantity":
        return EntryView(
            header(state, at),
            "Quantité",
            "quantity",
            "Pour le prochain article",
            str(digits or ""),
            Key("Garder", Act("next") if digits else None),
            BACK,
            keypad=Keypad(clear=True),
        )
    facts = tuple(Fact(*pair) for pair in ((("Code", ui.code),) if ui.code else ()))
    if ui.screen == "weight":
        return EntryView(
            header(state, at),
            ui.subject,
            "weight",
            "Poids en grammes",
            f"{digits / 1000:.3f} kg".replace(".", ","),
            Key("Ajouter", Act("next") if digits else None),
            BACK,
            facts,
        )
    return EntryView(
        header(state, at),
        ui.subject,
        "price",
        "Prix",
        euros(digits),
        Key("Ajouter", Act("next") if digits else None),
        BACK,
        facts,
    )
