"""The locked screen, the opening, the count and the closing of a day."""

from __future__ import annotations

from appliance.core.act import Act
from appliance.core.view import CountView, Denomination, EntryView, Fact, Key, LockedView, Section, SummaryView
from tests.display.sample_header import BACK, NB, euros, header

NAMES = (
    Key("Sophie", Act("name", "S"), "caisse"),
    Key("Marc", Act("name", "M"), "responsable"),
    Key("Léa", Act("name", "L"), "en formation"),
    Key("Nadia", Act("name", "N"), "technique"),
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
