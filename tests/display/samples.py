"""Views of every screen, as an ordinary Saturday in a grocery makes them, and the hard ones."""

from __future__ import annotations

from appliance.core.act import Act
from appliance.core.view import (
    Banner,
    BasketLine,
    Category,
    Grid,
    Header,
    Key,
    LineState,
    LockedView,
    PinPage,
    SaleView,
    Tile,
    View,
)

NB = "\u00a0"


def euros(cents: int) -> str:
    """1 284,35 € with no-break spaces."""
    whole, rest = divmod(abs(cents), 100)
    sign = "−" if cents < 0 else ""
    return f"{sign}{whole:,}".replace(",", NB) + f",{rest:02}{NB}€"


PRINTER_OFF = Banner(True, "Imprimante éteinte.", "La rallumer ou vérifier le câble.", 0, Act("devices"))
PAPER_OUT = Banner(True, "Plus de papier.", "Remettre un rouleau, fermer le capot.", 2, Act("devices"))
READER_LOST = Banner(False, "Lecteur de badge débranché.", "", 0, Act("devices"))
PAPER_LOW = Banner(False, "Papier bientôt fini.", "")


def header(banner: Banner | None = None, person: str = "Sophie", clock: str = "12:34") -> Header:
    return Header(person, Act("lock"), "Caisse 1", f"sam. 21{NB}nov.", clock, banner)


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
    Key("Plus", Act("more"), icon="more"),
)


def categories(grid: Grid, current: int = 2) -> tuple[Category, ...]:
    names = CATEGORIES[: grid.categories]
    return tuple(Category(name, i, i == current, Act("category", i)) for i, name in enumerate(names))


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
    line(7, "Biscuits fourrés", 235, state=LineState.VOID),
    line(8, "Soda 33 cl", 330, f"3{NB}×", f"à{NB}1,10{NB}€"),
    line(9, "Lessive 2 L", 1149, state=LineState.ADDED),
)


def sale_view(grid: Grid, lines: tuple[BasketLine, ...] = LINES, **more: object) -> SaleView:
    hidden = max(0, len(lines) - grid.lines)
    if hidden:
        hidden += 1
    view = SaleView(
        header=header(),
        categories=categories(grid),
        tiles=tiles(grid),
        page=None,
        functions=FUNCTIONS,
        lines=lines[hidden:],
        above=Key(f"▲ {hidden} lignes au-dessus", Act("above")) if hidden else None,
        articles="11 articles",
        actions=(),
        total=euros(3874),
        pay=PAY,
    )
    return view if not more else _with(view, more)


def _with(view: SaleView, more: dict[str, object]) -> SaleView:
    fields = {name: getattr(view, name) for name in SaleView.__dataclass_fields__}
    return SaleView(**{**fields, **more})


NAMES = (
    Key("Sophie", Act("name", "S"), "caisse"),
    Key("Marc", Act("name", "M"), "responsable"),
    Key("Léa", Act("name", "L"), "en formation"),
    Key("Nadia", Act("name", "N"), "technique"),
)


def locked_view(**more: object) -> LockedView:
    base: dict[str, object] = {
        "shop": "Épicerie des Halles",
        "till": "Caisse 1",
        "clock": "12:34",
        "date": f"samedi 21{NB}novembre",
        "day": "Journée ouverte à 08:02",
        "names": NAMES,
        "notice": (f"Un ticket est en cours{NB}: 3 articles, 7,50{NB}€.", "Il revient dès que Sophie déverrouille."),
    }
    return LockedView(**{**base, **more})  # type: ignore[arg-type]


def samples(grid: Grid) -> dict[str, View]:
    """Every picture that is kept, by name."""
    return {
        "locked": locked_view(),
        "locked-pin": locked_view(pin=PinPage("Bonjour Marc", "Taper votre code", 4, 2)),
        "sale": sale_view(grid),
    }
