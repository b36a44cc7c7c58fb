"""Views of every screen, as an ordinary Saturday in a grocery makes them, and the hard ones."""

from __future__ import annotations

from appliance.core.act import Act
from appliance.core.grid import Grid
from appliance.core.view import (
    Banner,
    BasketLine,
    CardView,
    Category,
    CountView,
    Denomination,
    DeviceRow,
    EntryView,
    ErrorsView,
    Fact,
    Header,
    Key,
    Keypad,
    Level,
    LineState,
    LockedView,
    MenuColumn,
    MenuView,
    MessageView,
    Paid,
    PaymentView,
    PinPage,
    PrintView,
    ReprintView,
    SaleView,
    Section,
    SummaryView,
    TechnicianView,
    TicketRow,
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
    Key("Plus", Act("go", "more"), icon="dots"),
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


BACK = Key("Retour", Act("go", ""), icon="left")


def opening(**more: object) -> EntryView:
    base: dict[str, object] = {
        "header": header(clock="07:58"),
        "title": "Ouvrir la journée",
        "name": "open-day",
        "field": "Fond de caisse",
        "typed": euros(15000),
        "next": Key("Ouvrir la caisse", Act("next")),
        "back": Key("Plus", Act("go", "more"), icon="dots"),
        "facts": (
            Fact("Journée", "215"),
            Fact("Dernière clôture", "Z n° 214, 20/11/2026 19:48"),
            Fact("Compté à la clôture", euros(15000)),
            Fact("Prochain ticket", "000088"),
        ),
    }
    return EntryView(**{**base, **more})  # type: ignore[arg-type]


REASONS = ("Apport de monnaie", "Dépôt à la banque", "Achat pour la boutique", "Acompte", "Autre raison")


def cash_out(**more: object) -> EntryView:
    base: dict[str, object] = {
        "header": header(),
        "title": "Sortie d'argent",
        "name": "cash-out",
        "field": "Somme",
        "typed": euros(7500),
        "next": Key("Ouvrir le tiroir", Act("next")),
        "back": BACK,
        "choices": tuple(Key(text, Act("choose", n)) for n, text in enumerate(REASONS)),
        "chosen": 1,
    }
    return EntryView(**{**base, **more})  # type: ignore[arg-type]


def payment_view(**more: object) -> PaymentView:
    base: dict[str, object] = {
        "header": header(),
        "back": None,
        "due": euros(1874),
        "total": f"total {euros(3874)}",
        "articles": "11 articles",
        "lines": (
            Fact(f"2{NB}× Baguette", "2,20"),
            Fact("Sandwich jambon-beurre cornichons", "4,90"),
            Fact("Café", "1,50"),
            Fact("Pâte à tartiner 400 g", "4,25"),
            Fact("Vin rouge 75 cl", "8,90"),
            Fact("Quotidien", "2,20"),
            Fact(f"3{NB}× Soda 33 cl", "3,30"),
            Fact("Lessive 2 L", "11,49"),
        ),
        "paid": (Paid("Carte", f"−{NB}{euros(2000)}"),),
        "suggestions": (
            Key("Appoint", Act("give", 1874), euros(1874)),
            *(Key(f"{n}{NB}€", Act("give", n * 100)) for n in (19, 20, 50, 100, 200)),
        ),
        "means": (
            Key("Carte", Act("means", "Carte"), euros(1874), "card"),
            Key("Chèque", Act("means", "Chèque"), euros(1874), "cheque"),
            Key("Titre-resto", Act("means", "Titre-resto"), euros(1874), "fork"),
        ),
        "typed": euros(2000),
        "change": euros(126),
        "next": Key(f"Encaisser {euros(2000)} en espèces", Act("give")),
    }
    return PaymentView(**{**base, **more})  # type: ignore[arg-type]


def card_view() -> CardView:
    return CardView(
        header(),
        "Carte",
        "card",
        euros(1874),
        f"Accepté{NB}?",
        "Lire la réponse sur le terminal de paiement.",
        (
            Key("Non, refusé", Act("declined")),
            Key("Je ne sais pas", Act("unsure")),
            Key("Oui, accepté", Act("accepted")),
        ),
    )


def print_view(amount: int = 126, title: str = "À rendre", given: str = "") -> PrintView:
    return PrintView(
        header(),
        title,
        euros(amount),
        given,
        f"total {euros(3874)}",
        "Payé et enregistré · ticket 000129",
        Key("Imprimer", Act("print"), icon="printer"),
        Key("Ne pas imprimer", Act("decline")),
    )


COUNTS = (0, 0, 0, 5, 9, 5, 4, 13, 12, 8, 9, 7, 5, 3, 4)
VALUES = (50000, 20000, 10000, 5000, 2000, 1000, 500, 200, 100, 50, 20, 10, 5, 2, 1)


def _value(cents: int) -> str:
    return f"{cents // 100}{NB}€" if cents >= 100 else euros(cents)


def count_view(field: int = 6, counts: tuple[int, ...] = COUNTS) -> CountView:
    rows = tuple(
        Denomination(
            _value(value), str(number), euros(value * number)[:-2] if number else "–", n == field, Act("field", n)
        )
        for n, (value, number) in enumerate(zip(VALUES, counts, strict=True))
    )
    total = sum(value * number for value, number in zip(VALUES, counts, strict=True))
    kind = "Billets" if field < 7 else "Pièces"
    return CountView(
        header(clock="19:42"),
        "étape 1 sur 2",
        rows[:7],
        rows[7:],
        euros(total),
        f"{kind} de {_value(VALUES[field])}",
        str(counts[field]),
        Key(f"Suivant{NB}: {_value(VALUES[(field + 1) % len(VALUES)])}", Act("follow")),
        Key("Voir le bilan", Act("next")),
        BACK,
    )


SECTIONS = (
    Section("Ventes du jour", (), (("86 tickets, 1 remboursement", f"1{NB}284,35"),)),
    Section(
        "TVA",
        ("HT", "TVA", "TTC"),
        (
            (f"20{NB}%", "348,85", "69,77", "418,62"),
            (f"10{NB}%", "274,00", "27,40", "301,40"),
            (f"5,5{NB}%", "510,83", "28,10", "538,93"),
            (f"2,1{NB}%", "24,88", "0,52", "25,40"),
        ),
    ),
    Section(
        "Moyens de paiement", (), (("Espèces", "41", "472,25"), ("Carte", "42", "776,10"), ("Chèque", "2", "36,00"))
    ),
    Section("Traces", (), (("Lignes annulées", "7"), ("Ouvertures de tiroir sans vente", "2"), ("Réimpressions", "1"))),
)


def summary_view(**more: object) -> SummaryView:
    base: dict[str, object] = {
        "header": header(clock="19:45"),
        "step": "étape 2 sur 2",
        "title": "Bilan de la journée",
        "sections": SECTIONS,
        "drawer": (
            Fact("Fond du matin", euros(15000)),
            Fact("Espèces reçues", euros(47225)),
            Fact("Sorties de caisse", euros(-7500)),
            Fact("Attendu", euros(54725), strong=True),
            Fact("Compté", euros(54485), strong=True),
        ),
        "gap": "Il manque",
        "gap_amount": euros(240),
        "even": False,
        "note": "L'écart sera enregistré avec le Z n° 215.",
        "back": Key("Recompter", Act("go", "count")),
        "next": Key("Clôturer et imprimer le Z", Act("close")),
    }
    return SummaryView(**{**base, **more})  # type: ignore[arg-type]


def message_view(**more: object) -> MessageView:
    base: dict[str, object] = {
        "header": header(),
        "title": "Code inconnu",
        "text": ("Cet article n'est pas dans la liste.", "Le vendre au rayon, à un prix libre, ou l'écarter."),
        "thing": f"3{NB}760{NB}999{NB}000{NB}017",
        "keys": (
            *(Key(f"Divers {rate}", Act("ring", rate)) for rate in ("5,5", "10", "20")),
            Key("Ne pas vendre", Act("close")),
        ),
    }
    return MessageView(**{**base, **more})  # type: ignore[arg-type]


DRAWER_REASONS = ("Faire de la monnaie", "Vérifier le contenu", "Contrôle de caisse", "Mettre des rouleaux", "Erreur")


def menu_view(danger: bool = True) -> MenuView:
    def go(label: str) -> Key:
        return Key(label, Act("go", label))

    return MenuView(
        header(),
        "Plus",
        (
            MenuColumn("Ce ticket", (go("Remise"), go("Mettre en attente"), go("Reprendre"))),
            MenuColumn("Tickets passés", (go("Réimprimer"), go("Rembourser"))),
            MenuColumn("Tiroir", (go("Ouvrir le tiroir"), go("Entrée d'argent"), go("Sortie d'argent"))),
            MenuColumn("Caisse", (go("Clôturer la journée"), Key("Formation", None), go("Technique"))),
        ),
        Key("Annuler le ticket", Act("void-ticket")) if danger else None,
        Key("Revenir à la vente", Act("go", "")),
    )


def reprint_view(first: int = 129) -> ReprintView:
    notes = ("imprimé", "non imprimé", "2 duplicatas", "non imprimé", "non imprimé", "1 duplicata")
    rows = tuple(
        TicketRow(
            f"Ticket {first - n:06d}",
            f"12:{34 - 4 * n:02d}" if n < 5 else "20/11/2026 19:31",
            euros(3874 - 517 * n if n else 3874),
            notes[n],
            Act("reprint", first - n),
        )
        for n in range(6)
    )
    newer, older = Key("Plus récents", Act("list", 0)), Key("Plus anciens", Act("list", 2))
    return ReprintView(header(), "Réimprimer un ticket", rows, older, newer, Key("Retour", Act("go", "")))


def technician_view() -> TechnicianView:
    rows = (
        DeviceRow(Level.WELL, "Imprimante", "papier présent, capot fermé", "ttyS1"),
        DeviceRow(Level.WELL, "Tiroir", "fermé", "par l'imprimante"),
        DeviceRow(Level.DOWN, "Lecteur de badge", "ne répond pas depuis 12:31", "ttyS2"),
        DeviceRow(Level.WELL, "Lecteur de codes", "dernier code à 12:33", "usb 1-1.2"),
        DeviceRow(Level.WELL, "Écran tactile", "1280 × 800, 10 points", "i2c-1"),
        DeviceRow(Level.CARE, "Horloge", f"pas de réseau{NB}: heure non vérifiée", ""),
        DeviceRow(Level.CARE, "Envoi", "128 tickets à envoyer, dernier à 09:14", ""),
        DeviceRow(Level.WELL, "Journal", f"intact, 48{NB}213 actes", ""),
    )
    acts = (
        Key("Imprimer un ticket d'essai", Act("test-page"), icon="printer"),
        Key("Régler date et heure", Act("go", "time"), icon="clock"),
        Key("Essayer le tiroir", Act("drawer", "essai"), icon="drawer"),
        Key("Voir les derniers défauts", Act("go", "errors"), icon="triangle"),
    )
    nadia = header(person="Nadia")
    version = f"Sceau 0.1.0 · 48{NB}213 actes enregistrés"
    return TechnicianView(nadia, "Technique", version, rows, acts, Key("Quitter", Act("lock")))


def errors_view() -> ErrorsView:
    facts = tuple(
        Fact(f"21/11/2026 12:{31 - n:02d}:0{n}", text)
        for n, text in enumerate(
            (
                f"Lecteur de badge{NB}: branché de nouveau, ne répond pas encore.",
                f"Imprimante{NB}: capot ouvert pendant l'impression du ticket 000127.",
                f"Imprimante{NB}: plus de papier.",
                f"Lecteur de codes{NB}: un code s'est perdu en route.",
                f"Écran tactile{NB}: 3 touches sans relâchement.",
                f"Horloge{NB}: recul de 2 secondes corrigé.",
                f"Imprimante{NB}: ne répond pas, port ttyS1.",
                f"Tiroir{NB}: impulsion non partie.",
                f"Lecteur de badge{NB}: débranché.",
                f"Lecteur de badge{NB}: trame incomplète.",
            )
        )
    )
    return ErrorsView(
        header(person="Nadia"), "Derniers défauts", facts, Key("Retour", Act("go", "technician"), icon="left")
    )


LONG_NAMES = tuple(
    Key(name, Act("name", name), "responsable")
    for name in (
        "Jean-Christophe Marti",
        "Jean-Christophe Mart.",
        "Anne-Sophie Wilhelmin",
        "Maximilien Desjardins",
        "Wilhelmine Mac-Mahon",
        "Bartholomé Grandjean",
        "Emmanuelle Rousselot",
        "Guillaume Vandenbroek",
    )
)
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


def ordinary(grid: Grid) -> dict[str, View]:
    """What stands on the screen on an ordinary day."""
    return {
        "locked": locked_view(),
        "locked-pin": locked_view(pin=PinPage("Bonjour Marc", "Taper votre code", 4, 2)),
        "locked-pin-refused": locked_view(
            pin=PinPage("Bonjour Marc", "Taper votre code", 4, 0, "Code faux. Encore 2 essais.")
        ),
        "locked-refused": locked_view(
            notice=("Badge inconnu.", "Le présenter de nouveau ou choisir son nom."), refused=True, banner=READER_LOST
        ),
        "open-day": opening(),
        "cash-out": cash_out(),
        "cash-out-refused": cash_out(chosen=-1, refusal="Choisir une raison.", typed=euros(0)),
        "quantity": cash_out(
            title="Quantité",
            name="quantity",
            field="Pour le prochain article",
            typed="3",
            next=Key("Garder", Act("next")),
            choices=(),
            keypad=Keypad(clear=True),
        ),
        "time": cash_out(
            title="Date et heure",
            name="time",
            field="Jour, mois, année, heure, minutes",
            typed="21 11 2026 19 42",
            next=Key("Régler", None),
            choices=(),
            facts=(Fact("Heure de la caisse", "21/11/2026 19:40:07"),),
        ),
        "sale": sale_view(grid),
        "sale-empty": sale_view(
            grid, (), articles="0 article", total=euros(0), pay=Key("Encaisser", None), header=header(PRINTER_OFF)
        ),
        "sale-selected": sale_view(grid, selected_lines(grid), actions=ACTIONS),
        "sale-pending": sale_view(grid, LINES[:3], pending=f"3{NB}×", header=header(PAPER_LOW), total=euros(860)),
        "payment": payment_view(),
        "payment-start": payment_view(
            back=BACK,
            due=euros(3874),
            paid=(),
            typed="",
            change="",
            next=Key("Encaisser en espèces", None),
        ),
        "payment-refused": payment_view(
            typed=euros(200000), change="", refusal=f"Espèces limitées à 1{NB}000{NB}€. Payer le reste autrement."
        ),
        "payment-card": card_view(),
        "print": print_view(given=f"sur {euros(2000)} en espèces"),
        "print-paid": print_view(3874, "Payé"),
        "count": count_view(),
        "summary": summary_view(),
        "summary-even": summary_view(
            gap="Le compte est bon", gap_amount="", even=True, note="", header=header(PAPER_OUT)
        ),
        "message": message_view(),
        "message-drawer": message_view(
            title="Ouvrir le tiroir",
            text=(f"Pour quelle raison{NB}?",),
            thing="",
            grave=False,
            keys=(*(Key(text, Act("drawer", text)) for text in DRAWER_REASONS), Key("Retour", Act("go", ""))),
        ),
        "message-cut": message_view(
            title="Le courant a été coupé.",
            text=("Le ticket 000129 est payé et enregistré.", "Son impression n'est pas sûre."),
            thing="",
            grave=False,
            keys=(Key("Imprimer un duplicata", Act("doubt-print")), Key("Continuer", Act("doubt-no"))),
        ),
        "message-full": message_view(
            title="Mémoire pleine.",
            text=("La dernière opération n'est pas enregistrée. Ne rien encaisser, appeler le technicien.",),
            thing="",
            keys=(),
        ),
        "more": menu_view(),
        "reprint": reprint_view(),
        "technician": technician_view(),
        "errors": errors_view(),
    }


def hard(grid: Grid) -> dict[str, View]:
    """The longest words and the largest sums."""
    sum_ = euros(99999999)
    seven = euros(9999999)
    name = "Jean-Christophe Marti"
    long_header = header(PAPER_OUT, person=name)
    return {
        "hard-locked": locked_view(
            shop="Épicerie fine des Halles de la République",
            names=LONG_NAMES,
            notice=(
                f"Un ticket est en cours{NB}: 1000 articles, {sum_}.",
                "Il revient dès que la caisse est déverrouillée.",
            ),
            banner=PAPER_OUT,
        ),
        "hard-locked-pin": locked_view(
            pin=PinPage(f"Bonjour {name}", "Taper votre code", 4, 4, "Trop d'essais. Attendre 5 minutes."),
            banner=PAPER_OUT,
        ),
        "hard-sale": sale_view(
            grid,
            hard_lines(),
            header=long_header,
            tiles=hard_tiles(grid),
            page=Key("Suite 2/3", Act("page", 2)),
            articles="1000 articles",
            total=sum_,
            pending=f"999{NB}×",
        ),
        "hard-sale-selected": sale_view(grid, hard_lines(), actions=ACTIONS, total=euros(-999999)),
        "hard-payment": payment_view(
            header=long_header,
            due=sum_,
            total=f"total {sum_}",
            lines=tuple(Fact(f"99{NB}× {CHEESE}", euros(999999)[:-2]) for _ in range(100)),
            paid=tuple(Paid(label, f"−{NB}{seven}") for label in ("Carte", "Chèque", "Titre-resto", "Bon d'achat")),
            suggestions=(
                Key("Appoint", Act("give", 1), sum_),
                *(Key(f"{n}00{NB}000{NB}€", Act("give", n)) for n in range(1, 6)),
            ),
            means=tuple(
                Key(label, Act("means", label), sum_, "card")
                for label in ("Carte", "Chèque", "Titre-restaurant", "Bon d'achat", "Virement")
            ),
            typed=seven,
            change=seven,
            next=Key(f"Encaisser {seven} en espèces", Act("give")),
        ),
        "hard-payment-refused": payment_view(
            refusal=f"Trop élevé. La carte ne rend pas de monnaie{NB}: 18,74{NB}€ au plus.", typed=seven, change=""
        ),
        "hard-print": print_view(999999, given=f"sur {euros(1099999)} en espèces"),
        "hard-print-paid": print_view(99999999, "Payé"),
        "hard-count": count_view(2, (999,) * 15),
        "hard-open-day": opening(
            typed=seven, header=long_header, refusal=f"Trop élevé{NB}: 9{NB}999,99{NB}€ au plus. Vérifier la somme."
        ),
        "hard-summary": summary_view(
            header=long_header,
            sections=(
                Section("Ventes du jour", (), (("9999 tickets, 999 remboursements", sum_),)),
                Section("TVA", ("HT", "TVA", "TTC"), ((f"5,5{NB}%", "99 999,99", "9 999,99", "99 999,99"),) * 5),
                Section("Moyens de paiement", (), (("Titre-restaurant dématérialisé", "9999", sum_[:-2]),) * 5),
                Section("Traces", (), (("Ouvertures de tiroir sans vente", "9999"),) * 4),
            ),
            drawer=(
                *(Fact("Fond du matin", sum_),) * 4,
                Fact("Attendu", sum_, strong=True),
                Fact("Compté", sum_, strong=True),
            ),
            gap="Il y a en trop",
            gap_amount=sum_,
        ),
    }


def samples(grid: Grid) -> dict[str, View]:
    """Every picture that is kept, by name."""
    return {**ordinary(grid), **hard(grid)}
