"""What to show, without a pixel: one frozen dataclass a screen.

The core builds these from its state (`core/scene.py`), the display draws them. All text is final and unshortened; the
display may fit it. Amounts are texts such as `1 284,35 €`. All words are French; `language/english.py` says them in
English and knows which fields hold names and figures. A key with `act=None` is drawn disabled and has no hit.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from appliance.core.act import Act


class Level(Enum):
    WELL = "well"  # check in a disc
    CARE = "care"  # ochre triangle: works, wants attention
    DOWN = "down"  # red cross: does not answer


@dataclass(frozen=True, slots=True)
class Banner:
    """The worst alarm, in the header. Red blocks something now, amber does not. `more` others stand behind it."""

    red: bool
    title: str
    text: str
    more: int = 0
    act: Act | None = None


@dataclass(frozen=True, slots=True)
class Header:
    person: str  # "" on screens without one
    lock: Act | None
    till: str  # "Caisse 1"
    date: str  # "sam. 21 nov."
    clock: str  # "12:34"
    banner: Banner | None = None
    school: bool = False  # an exercise: nothing is sold


@dataclass(frozen=True, slots=True)
class Key:
    """A key with a word. `detail` is a second, smaller line."""

    label: str
    act: Act | None
    detail: str = ""
    icon: str = ""  # a name of display/icons.py, beside or above the word


@dataclass(frozen=True, slots=True)
class Keypad:
    """Acts "digit" of "0" … "9", and "00" where `double_zero`; "back"; "clear" where `clear`. `phone`: 1-2-3 on top."""

    phone: bool = False
    double_zero: bool = False
    clear: bool = False


@dataclass(frozen=True, slots=True)
class LockedView:
    """Badge first, names second. With `pin` set the right part is the PIN page."""

    shop: str
    till: str
    clock: str
    date: str  # "samedi 21 novembre"
    day: str  # "Journée ouverte à 08:02" or "Journée fermée"
    names: tuple[Key, ...]  # label = name, detail = role; at most 8 a page
    notice: tuple[str, ...] = ()  # sentences: a ticket in progress, a refusal; first one bold
    refused: bool = False  # the notice is a refusal: danger sign beside it
    pin: PinPage | None = None
    banner: Banner | None = None
    school: bool = False
    language: Key | None = None  # the other one, where somebody reads it: "English"


@dataclass(frozen=True, slots=True)
class PinPage:
    greeting: str  # "Bonjour Marc"
    prompt: str  # "Taper votre code"
    dots: int  # 4
    typed: int
    refusal: str = ""  # "Code faux. Encore 2 essais."
    change: Key = Key("Changer de personne", Act("cancel"))
    keypad: Keypad = Keypad(phone=True, clear=True)


@dataclass(frozen=True, slots=True)
class Fact:
    label: str
    value: str
    strong: bool = False
    named: bool = False  # the label is a name that people gave


@dataclass(frozen=True, slots=True)
class EntryView:
    """One number typed on a keypad; facts or choices left, what is typed on the slab, keypad right, one blue key."""

    header: Header
    title: str
    name: str  # of the screen, for tests and flows: "open-day", "cash-in"…
    field: str  # label of what is typed: "Fond de caisse"
    typed: str  # "150,00 €"
    next: Key  # the blue key
    back: Key | None
    facts: tuple[Fact, ...] = ()
    choices: tuple[Key, ...] = ()  # reasons
    chosen: int = -1  # index into choices
    refusal: str = ""
    keypad: Keypad = Keypad(double_zero=True)
    beside: tuple[Key, ...] = ()  # the way back: other ways to leave


@dataclass(frozen=True, slots=True)
class Category:
    label: str
    colour: int  # index into the theme's category lips
    current: bool
    act: Act
    named: bool = True  # by the shop; False: the till's own word


@dataclass(frozen=True, slots=True)
class Tile:
    """An article or a department of the grid. An empty place is None in the view's tuple."""

    label: str
    price: str  # "1,10 €", "prix libre", "2,90 €/kg"
    colour: int
    act: Act | None  # None: sold out


class LineState(Enum):
    PLAIN = "plain"
    ADDED = "added"  # the last one
    SELECTED = "selected"
    VOID = "void"  # struck, tagged ANNULÉE


@dataclass(frozen=True, slots=True)
class BasketLine:
    number: int  # never changes
    quantity: str  # "2 ×", "1,250 kg"; "" for one piece
    label: str
    amount: str
    unit: str  # "à 1,10 €" or ""
    state: LineState
    act: Act | None  # select


@dataclass(frozen=True, slots=True)
class SaleView:
    """The counter. `tiles` is a page cut to the display's grid (see `Grid`), row by row, empty places included."""

    header: Header
    categories: tuple[Category, ...]
    tiles: tuple[Tile | None, ...]
    page: Key | None  # last cell "Suite 2/3" when there is more than one page
    functions: tuple[Key, ...]  # Quantité · Tiroir · Plus
    lines: tuple[BasketLine, ...]  # those that fit, newest at the bottom
    above: Key | None  # "▲ 4 lignes au-dessus", takes the first row
    articles: str  # "11 articles"
    actions: tuple[Key, ...]  # of the selected line, between list and slab: Annuler la ligne, ✕
    total: str
    pay: Key  # "Encaisser"
    pending: str = ""  # a quantity typed before a ring: "3 ×"


@dataclass(frozen=True, slots=True)
class Paid:
    label: str
    amount: str


@dataclass(frozen=True, slots=True)
class PaymentView:
    header: Header
    back: Key | None  # "Retour"; None once money was taken
    due: str
    total: str  # "total 38,74 €"
    articles: str
    lines: tuple[Fact, ...]  # label, amount; void lines left out
    paid: tuple[Paid, ...]  # payments in the journal
    suggestions: tuple[Key, ...]  # up to 6; the first is "Appoint" with the sum as detail
    means: tuple[Key, ...]  # other means, detail = the sum they will take
    typed: str  # "20,00 €" or ""
    change: str  # "1,26 €" to give back if the typed sum is taken in cash, or ""
    next: Key  # "Encaisser 20,00 € en espèces"
    refusal: str = ""
    keypad: Keypad = Keypad(double_zero=True)


@dataclass(frozen=True, slots=True)
class CardView:
    """The stand-alone terminal: Non / Je ne sais pas / Oui (blue, right)."""

    header: Header
    means: str  # "Carte"
    icon: str
    amount: str
    title: str  # "Accepté ?"
    text: str
    answers: tuple[Key, ...]  # the last one is the blue key


@dataclass(frozen=True, slots=True)
class PrintView:
    """After the flush only: change in large, the seal, and the print question."""

    header: Header
    title: str  # "À rendre" or "Payé"
    amount: str  # change, or the total paid when there is none
    given: str  # "sur 20,00 € en espèces"
    total: str  # "total 12,40 €"
    sealed: str  # "Payé et enregistré · ticket 000129"
    print: Key  # "Imprimer"
    decline: Key  # "Ne pas imprimer", blue, 64 %


@dataclass(frozen=True, slots=True)
class Denomination:
    label: str  # "50 €"
    count: str  # "5"
    amount: str  # "250,00" or "–"
    current: bool
    act: Act


@dataclass(frozen=True, slots=True)
class CountView:
    header: Header
    step: str  # "étape 1 sur 2"
    notes: tuple[Denomination, ...]  # 500 … 5
    coins: tuple[Denomination, ...]  # 2 … 0.01
    counted: str
    field: str  # "Billets de 5 €"
    typed: str  # "4"
    follow: Key  # "Suivant : 2 €"
    next: Key  # "Voir le bilan"
    back: Key  # "Retour"
    keypad: Keypad = Keypad(clear=True)


@dataclass(frozen=True, slots=True)
class Section:
    """A table of the summary: head row, then rows of cells; the first cell is left, the others right."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class SummaryView:
    """Bilan: figures left; drawer and gap on the slab. `gap` is a sentence with a word; `even` when there is none."""

    header: Header
    step: str
    title: str
    sections: tuple[Section, ...]
    drawer: tuple[Fact, ...]  # float, cash, in, out, expected (strong), counted (strong)
    gap: str  # "Il manque", "Il y a … de trop" is said with gap_amount; "Le compte est bon"
    gap_amount: str  # "" when even
    even: bool
    note: str  # "L'écart sera enregistré avec le Z n° 215."
    back: Key  # "Recompter"
    next: Key  # "Clôturer et imprimer le Z"


@dataclass(frozen=True, slots=True)
class MessageView:
    """Only when an answer is needed: octagon, title of at most four words, sentences, the thing concerned, keys.

    The last key is the safe way out: right, wide, ink.
    """

    header: Header
    title: str
    text: tuple[str, ...]
    thing: str  # the code, the sum
    keys: tuple[Key, ...]
    grave: bool = True  # red rule and octagon; False: a question, ink rule and triangle


@dataclass(frozen=True, slots=True)
class MenuColumn:
    title: str
    keys: tuple[Key, ...]


@dataclass(frozen=True, slots=True)
class MenuView:
    """Plus: what is rare, in columns. `danger` is "Annuler le ticket", red outline, bottom left."""

    header: Header
    title: str
    columns: tuple[MenuColumn, ...]
    danger: Key | None
    back: Key  # ink, wide
    named: bool = False  # the title is a name that people gave


@dataclass(frozen=True, slots=True)
class TicketRow:
    number: str  # "Ticket 000129"
    time: str
    amount: str
    note: str  # "imprimé", "non imprimé", "2 duplicatas"
    act: Act


@dataclass(frozen=True, slots=True)
class ReprintView:
    header: Header
    title: str
    tickets: tuple[TicketRow, ...]  # newest first, a page of 6
    older: Key | None
    newer: Key | None
    back: Key
    medium: Key | None = None  # the other way out: a file on the stick, or paper


@dataclass(frozen=True, slots=True)
class PickRow:
    label: str
    amount: str
    picked: bool
    act: Act | None  # None: it cannot be picked (any more), and `note` says why
    note: str = ""


@dataclass(frozen=True, slots=True)
class PickView:
    """Lines or payments of one ticket to choose from, a reason, and what to do with them: one key a means."""

    header: Header
    title: str
    name: str  # of the screen, for tests and flows: "refund", "payment-fix"
    rows: tuple[PickRow, ...]  # a page of 6
    older: Key | None
    newer: Key | None
    reasons: tuple[Key, ...]
    reason: int  # index into reasons
    total: str
    field: str  # what the total is: "À rembourser"
    keys: tuple[Key, ...]  # the first is the usual one
    back: Key


@dataclass(frozen=True, slots=True)
class DeviceRow:
    level: Level
    name: str
    text: str
    port: str


@dataclass(frozen=True, slots=True)
class TechnicianView:
    header: Header
    title: str
    version: str  # "Sceau 0.1.0 · …"
    devices: tuple[DeviceRow, ...]  # at most 8
    acts: tuple[Key, ...]
    back: Key


@dataclass(frozen=True, slots=True)
class ErrorsView:
    """Last errors of the devices, newest first; or facts, or `sums` in a column."""

    header: Header
    title: str
    errors: tuple[Fact, ...]  # time, sentence
    back: Key
    sums: bool = False
    also: Key | None = None  # left of the way back


View = (
    LockedView
    | EntryView
    | SaleView
    | PaymentView
    | CardView
    | PrintView
    | CountView
    | SummaryView
    | MessageView
    | MenuView
    | ReprintView
    | TechnicianView
    | ErrorsView
    | PickView
)
