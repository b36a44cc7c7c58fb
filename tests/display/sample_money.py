"""Money taken: the payment, the card's question, the change."""

from __future__ import annotations

from appliance.core.act import Act
from appliance.core.view import CardView, Fact, Key, Paid, PaymentView, PrintView
from tests.display.sample_header import NB, euros, header


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
