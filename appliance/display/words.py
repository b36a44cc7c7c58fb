"""Words the display itself puts on the screens; all others come with the view."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """One language."""

    badge: str
    reader: str
    names: str
    ticket: str
    current_ticket: str
    empty: str
    empty_more: str
    total: str
    sold_out: str
    void: str
    due: str
    given: str
    means: str
    received: str
    change: str
    recorded: str
    question: str
    next_article: str
    count: str
    counted: str
    clear: str
    backspace: str
    look: str
    reason: str
    no_ticket: str
    school: str
    school_more: str
    below: str  # how the view ends the key that leads down again
    colon: str  # between the two halves of what an exercise says in one line


FRENCH = Words(
    badge="Présenter le badge",
    reader="devant le lecteur",
    names="ou choisir son nom",
    ticket="Ticket",
    current_ticket="Ticket en cours",
    empty="Scanner un article",
    empty_more="ou toucher la grille",
    total="Total",
    sold_out="épuisé",
    void="ANNULÉE",
    due="Reste à payer",
    given="Espèces données",
    means="Autres moyens",
    received="Somme reçue",
    change="À rendre",
    recorded="déjà payé, enregistré",
    question="Imprimer le ticket\u00a0?",
    next_article="Scanner l'article suivant\u00a0: sans ticket",
    count="Compter le tiroir",
    counted="Compté",
    clear="Effacer",
    backspace="Retour arrière",
    look="Voir",
    reason="Pour quelle raison\u00a0?",
    no_ticket="Aucun ticket",
    school="MODE ÉCOLE",
    school_more="rien n'est vendu",
    below="plus bas",
    colon="\u00a0: ",
)

ENGLISH = Words(
    badge="Hold your badge",
    reader="to the reader",
    names="or tap your name",
    ticket="Sale",
    current_ticket="Current sale",
    empty="Scan an item",
    empty_more="or tap the grid",
    total="Total",
    sold_out="sold out",
    void="VOID",
    due="To pay",
    given="Cash given",
    means="Other means",
    received="Amount received",
    change="Change due",
    recorded="already paid, recorded",
    question="Print the receipt?",
    next_article="Scan the next item: no receipt",
    count="Count the drawer",
    counted="Total",
    clear="Clear",
    backspace="Backspace",
    look="See",
    reason="Why?",
    no_ticket="No receipt",
    school="TRAINING",
    school_more="no real sales",
    below="below",
    colon=": ",
)

LANGUAGES = {"fr": FRENCH, "en": ENGLISH}
