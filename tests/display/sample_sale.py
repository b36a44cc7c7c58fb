"""The counter: an ordinary grid and basket, and the hard ones."""

from __future__ import annotations

from appliance.core.act import Act
from appliance.core.grid import Grid
from appliance.core.view import BasketLine, Category, Key, LineState, SaleView, Tile
from tests.display.sample_header import NB, euros, header

CATEGORIES = ("Favoris", "Boulangerie", "Sandwichs", "Boissons", "Épicerie", "Cave", "Frais", "Entretien")
ARTICLES: tuple[tuple[str, int, int], ...] = (
    ("Sandwich jambon-beurre cornichons", 490, 2),
    ("Sandwich jambon", 490, 2),
    ("Sandwich poulet crudités", 520, 2),
    ("Panini trois fromages", 590, 2),
    ("Croque-monsieur", 450, 2),
    ("Quiche lorraine", 380, 2),
    ("Salade César au poulet", 750, 2),
    ("Wrap saumon fumé", 640, 2),
    ("Part de pizza marguerite", 350, 2),
    ("Soupe du jour", 420, 2),
    ("Baguette", 110, 1),
    ("Croissant", 120, 1),
    ("Café", 150, 3),
    ("Café allongé", 170, 3),
    ("Soda 33 cl", 110, 3),
    ("Eau 50 cl", 100, 3),
    ("Formule midi", 990, 2),
    ("Divers 5,5", 0, 4),
    ("Divers 10", 0, 2),
    ("Divers 20", 0, 7),
)
PAY = Key("Encaisser", Act("pay"))
FUNCTIONS = (
    Key("Quantité", Act("quantity")),
    Key("Tiroir", Act("drawer"), icon="drawer"),
    Key("Plus", Act("go", "more"), icon="dots"),
)


def categories(grid: Grid, current: int = 2) -> tuple[Category, ...]:
    names = CATEGORIES[: grid.categories]
    return tuple(Category(name, i, i == current, Act("category", i), named=i > 0) for i, name in enumerate(names))


def tiles(grid: Grid) -> tuple[Tile | None, ...]:
    made = [
        Tile(
            name, euros(price) if price else "prix libre", colour, None if name.startswith("Soupe") else Act("ring", i)
        )
        for i, (name, price, colour) in enumerate(ARTICLES)
    ]
    return tuple(made[: grid.columns * grid.rows])


def line(number: int, label: str, amount: int, quantity: str = "", unit: str = "", **more: object) -> BasketLine:
    state = more.get("state", LineState.PLAIN)
    assert isinstance(state, LineState)
    act = None if state is LineState.VOID else Act("select", number)
    return BasketLine(number, quantity, label, euros(amount), unit, state, act)


LINES = (
    line(1, "Baguette", 220, f"2{NB}×", f"à{NB}1,10{NB}€"),
    line(2, "Sandwich jambon-beurre cornichons", 490),
    line(3, "Café", 150),
    line(4, "Pâte à tartiner 400 g", 425),
    line(5, "Vin rouge 75 cl", 890),
    line(6, "Quotidien", 220),
    line(7, "Biscuits au fromage", 235, state=LineState.VOID),
    line(8, "Soda 33 cl", 330, f"3{NB}×", f"à{NB}1,10{NB}€"),
    line(9, "Lessive 2 L", 1149, state=LineState.ADDED),
)
ACTIONS = (Key("Annuler la ligne", Act("void-line")), Key("Garder", Act("select", 0)))


def sale_view(grid: Grid, lines: tuple[BasketLine, ...] = LINES, **more: object) -> SaleView:
    """As the core cuts it: the key above takes a row, the actions of a selected line take another."""
    room = grid.lines - (1 if "actions" in more else 0)
    hidden = len(lines) - room + 1 if len(lines) > room else 0
    view = SaleView(
        header=header(),
        categories=categories(grid),
        tiles=tiles(grid),
        page=None,
        functions=FUNCTIONS,
        lines=lines[hidden:],
        above=Key(f"{hidden} lignes au-dessus", Act("above")) if hidden else None,
        articles="11 articles",
        actions=(),
        total=euros(3874),
        pay=PAY,
    )
    return view if not more else _with(view, more)


def _with(view: SaleView, more: dict[str, object]) -> SaleView:
    fields = {name: getattr(view, name) for name in SaleView.__dataclass_fields__}
    return SaleView(**{**fields, **more})


CHEESE = "Fromage à la coupe au lait cru de brebis"


def selected_lines(grid: Grid) -> tuple[BasketLine, ...]:
    plain = [*LINES[:8], line(9, "Lessive 2 L", 1149)]
    first = max(0, len(plain) - (grid.lines - 2))
    chosen = plain[first]
    if chosen.state is LineState.VOID:
        first += 1
        chosen = plain[first]
    fields = {name: getattr(chosen, name) for name in BasketLine.__dataclass_fields__}
    plain[first] = BasketLine(**{**fields, "state": LineState.SELECTED})
    return tuple(plain)


def hard_lines() -> tuple[BasketLine, ...]:
    """A hundred lines; the last ones are the widest."""
    many = [line(n, "Sandwich jambon-beurre cornichons", 490) for n in range(1, 95)]
    many += [
        line(95, CHEESE, 3999, f"1,250{NB}kg", f"à 31,99{NB}€/kg"),
        line(96, "Sandwich jambon-beurre cornichons", 98999901, f"99{NB}×", f"à 9{NB}999,99{NB}€"),
        line(97, CHEESE, 999999, state=LineState.VOID),
        line(98, CHEESE, -999999),
        line(99, "Reblochon de Savoie fermier", 12345678, f"999{NB}×", f"à 123{NB}456,78{NB}€"),
        line(100, CHEESE, 999999, f"12{NB}×", f"à 833,33{NB}€", state=LineState.ADDED),
    ]
    return tuple(many)


def hard_tiles(grid: Grid) -> tuple[Tile | None, ...]:
    names = (CHEESE, "Sandwich jambon-beurre cornichons", "Assortiment anticonstitutionnel", "Thé", "Œufs × 12")
    made: list[Tile | None] = [
        Tile(names[n % len(names)], f"{euros(999999)}/kg" if n % 2 else euros(999999), n, Act("ring", n))
        for n in range(grid.columns * grid.rows - 1)
    ]
    made[1] = None
    made[3] = Tile(CHEESE, euros(999999), 3, None)
    return tuple(made)
