"""Views of every screen, as an ordinary Saturday in a grocery makes them, and the hard ones."""

from __future__ import annotations

from appliance.core.act import Act
from appliance.core.grid import Grid
from appliance.core.view import Fact, Key, Keypad, Paid, PinPage, Section
from appliance.core.view_upkeep import Shown
from tests.display.sample_blank import asking_view, blank_view, distrusted_view, refused_view
from tests.display.sample_day import LONG_NAMES, cash_out, count_view, locked_view, opening, summary_view
from tests.display.sample_desk import desks
from tests.display.sample_header import BACK, NB, PAPER_LOW, PAPER_OUT, PRINTER_OFF, READER_LOST, euros, header
from tests.display.sample_money import card_view, payment_view, print_view
from tests.display.sample_pages import (
    DRAWER_REASONS,
    errors_view,
    message_view,
    reprint_view,
    technician_view,
)
from tests.display.sample_sale import ACTIONS, CHEESE, LINES, hard_lines, hard_tiles, sale_view, selected_lines


def ordinary(grid: Grid) -> dict[str, Shown]:
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
        "reprint": reprint_view(),
        "technician": technician_view(),
        "errors": errors_view(),
        "identity": blank_view(),
        "identity-asking": asking_view(),
    }


def hard(grid: Grid) -> dict[str, Shown]:
    """The longest words and the largest sums."""
    sum_ = euros(99999999)
    seven = euros(9999999)
    name = "Jean-Christophe Marti"
    long_header = header(PAPER_OUT, person=name)
    return {
        "hard-identity": refused_view(),
        "hard-identity-asking": distrusted_view(),
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


def samples(grid: Grid) -> dict[str, Shown]:
    """Every picture that is kept, by name."""
    return {**ordinary(grid), **hard(grid), **desks(grid)}
