"""What is rare: the menu, reprints, the technician's page, messages and questions about the past."""

from __future__ import annotations

from dataclasses import replace

from appliance.core import words
from appliance.core.act import Act
from appliance.core.alarms import words as alarm_words
from appliance.core.clock import believable
from appliance.core.document import TicketRef
from appliance.core.input import Device
from appliance.core.instant import Instant
from appliance.core.money import euros
from appliance.core.scenes.header import header, local, moment
from appliance.core.standing import Defect
from appliance.core.turn import State, technician
from appliance.core.ui import Message
from appliance.core.view import (
    DeviceRow,
    EntryView,
    ErrorsView,
    Fact,
    Key,
    Level,
    MenuColumn,
    MenuView,
    MessageView,
    ReprintView,
    TechnicianView,
    TicketRow,
)

LIST_PAGE = 6


def menu(state: State, at: Instant) -> MenuView:
    is_open = state.ledger.day is not None
    order = state.ledger.order
    basket = order is not None and bool(order.lines)
    void = Key("Annuler le ticket", Act("void-ticket")) if basket else None
    back = Key("Revenir à la vente" if is_open else "Revenir", Act("go", ""))
    return MenuView(header(state, at), "Plus", _columns(state, is_open), void, back)


def _columns(state: State, is_open: bool) -> tuple[MenuColumn, ...]:
    order, real = state.ledger.order, is_open and state.ledger.school is None
    basket = order is not None and bool(order.live) and not order.payments
    parked = len(state.ledger.parked)
    waiting = f"{parked} en attente" if parked else ""

    def go(label: str, screen: str, allowed: bool = True) -> Key:
        return Key(label, Act("go", screen) if allowed else None)

    return (
        MenuColumn(
            "Ce ticket",
            (
                Key("Mettre en attente", Act("park") if basket else None),
                Key("Reprendre", Act("go", "parked") if parked and is_open else None, waiting),
                Key("Remise en %", Act("discount", "percent") if basket else None),
                Key("Remise en €", Act("discount", "amount") if basket else None),
            ),
        ),
        MenuColumn(
            "Tickets passés",
            (
                go("Réimprimer", "reprint"),
                go("Rembourser", "refund-list", is_open),
                go("Corriger un paiement", "fix-list", is_open),
            ),
        ),
        MenuColumn(
            "Tiroir",
            (
                go("Ouvrir le tiroir", "drawer", real),
                go("Entrée d'argent", "cash-in", real),
                go("Sortie d'argent", "cash-out", real),
            ),
        ),
        MenuColumn(
            "Caisse",
            (
                Key("Clôturer la journée", Act("close-day") if real else None),
                Key("X : sans clôturer", Act("x-report") if real else None),
                go("Gestion", "manage"),
                go("Technique", "technician"),
            ),
        ),
    )


def reprint(state: State, at: Instant) -> ReprintView:
    refs = state.ledger.tickets[::-1]
    page = state.ui.list_page
    rows = tuple(_ticket(ref, state) for ref in refs[page * LIST_PAGE : (page + 1) * LIST_PAGE])
    older = Key("Plus anciens", Act("list", page + 1)) if (page + 1) * LIST_PAGE < len(refs) else None
    newer = Key("Plus récents", Act("list", page - 1)) if page else None
    back = Key("Retour", Act("go", ""))
    pdf = state.ui.pdf and bool(state.stick)
    title = "Ticket en PDF sur la clé USB" if pdf else "Réimprimer un ticket"
    other = Key("Sur papier", Act("as", "paper")) if pdf else Key("En PDF sur la clé", Act("as", "pdf"))
    return ReprintView(header(state, at), title, rows, older, newer, back, other if state.stick else None)


def _ticket(ref: TicketRef, state: State) -> TicketRow:
    copies = state.ledger.copies.get(ref.record, 0)
    note = words.counted(copies, "duplicata") if copies else "imprimé" if ref.printed else "non imprimé"
    when = moment(ref.t, ref.tz)
    time = words.clock(when) if ref.session == state.ledger.day_number else words.paper_time(when)[:16]
    return TicketRow(f"Ticket {ref.number:06d}", time, euros(ref.total), note, Act("reprint", ref.record))


NAMES = {
    "printer": "Imprimante",
    "drawer": "Tiroir",
    "badge": "Lecteur de badge",
    "scanner": "Lecteur de codes",
    "touch": "Écran tactile",
    "upstream": "Transmission",
    "update": "Mise à jour",
    "panel": "Écran",
    "beeper": "Son",
    "witness": "Témoin",
}
LEVELS = {"ready": Level.WELL, "absent": Level.WELL, "care": Level.CARE, "down": Level.DOWN}


def technique(state: State, at: Instant) -> TechnicianView:
    rows = tuple(_device(name, state.devices[kind]) for kind, name in NAMES.items() if kind in state.devices)
    trusted = state.ledger.trusted
    clock_row = DeviceRow(
        Level.WELL if trusted else Level.CARE,
        "Horloge",
        words.paper_time(local(state, at)) if trusted else "heure à confirmer",
        "",
    )
    acts = (
        Key("Imprimer un ticket d'essai", Act("test-page"), icon="printer"),
        Key("Régler date et heure", Act("go", "time"), icon="clock"),
        Key("Essayer le tiroir", Act("drawer", "essai"), icon="drawer"),
        Key("Voir les derniers défauts", Act("go", "errors"), icon="triangle"),
        Key("Mémoire et témoin", Act("go", "memory")),
    )
    back = Key("Retour" if technician(state) else "Quitter", Act("go", ""))
    version = f"Sceau {state.ledger.software} · {state.ledger.seq} actes enregistrés"
    announced = state.ledger.upstream.version("software")
    if announced:
        version = f"{version} · logiciel n° {announced} disponible"
    title = "Appareils" if technician(state) else "Technique"
    return TechnicianView(header(state, at), title, version, (*rows[:7], clock_row), acts, back)


def _device(name: str, device: Device) -> DeviceRow:
    alarm = alarm_words(device)
    said = device.detail if device.kind == "update" else ""
    text = "non installé" if device.level == "absent" else said or (alarm[1] if alarm else device.detail or "en ordre")
    return DeviceRow(LEVELS[device.level], name, text, device.port)


def errors(state: State, at: Instant) -> ErrorsView:
    facts = tuple(Fact(words.paper_time(moment(t, tz)), _sentence(text)) for t, tz, text in state.errors[:10])
    return ErrorsView(header(state, at), "Derniers défauts", facts, Key("Retour", Act("go", "technician")))


def _sentence(text: str) -> str:
    kind, _, code = text.partition(" ")
    alarm = alarm_words(Device(kind, "down", code))
    return f"{NAMES.get(kind, kind)}\u00a0: {alarm[1] if alarm else code}"


def time(state: State, at: Instant) -> EntryView:
    typed = state.ui.typed
    shown = " ".join(filter(None, (typed[:2], typed[2:4], typed[4:8], typed[8:10], typed[10:12])))
    now = local(state, at)
    return EntryView(
        header(state, at),
        "Date et heure",
        "time",
        "Jour, mois, année, heure, minutes",
        shown,
        Key("Régler", Act("next") if len(typed) == 12 else None),
        Key("Retour", Act("go", ""), icon="left"),
        (Fact("Heure de la caisse", words.paper_time(now)), *(_source(state, at) if technician(state) else ())),
        refusal=state.ui.refusal,
    )


def _source(state: State, at: Instant) -> tuple[Fact, ...]:
    """Where that time comes from, for who sets it."""
    seconds = state.ledger.offset // 1000
    return (
        Fact("Horloge de la machine", words.paper_time(moment(at.t, at.tz))),
        Fact("Correction", f"{seconds:+d} s" if seconds else "aucune"),
        Fact("Confiance", "confirmée" if state.ledger.trusted else "à confirmer"),
    )


def message(state: State, at: Instant) -> MessageView:
    said = state.ui.message
    if said is None:
        raise ValueError("no message stands")
    return _message(state, at, said)


def _message(state: State, at: Instant, said: Message) -> MessageView:
    keys = tuple(Key(choice.label, choice.act) for choice in said.choices)
    return MessageView(header(state, at), said.title, said.text, said.thing, keys, said.grave)


AGAIN = "L'imprimer de nouveau en entier\u00a0? Il portera «\u00a0DUPLICATA\u00a0»."


def doubt(state: State, at: Instant) -> MessageView:
    """After a cut or a lost link: did that paper come out? Never a silent second one."""
    paper = state.ledger.doubts[0]
    if paper.why == "later":
        return _alone(state, at, paper.number)
    z = paper.type != "ticket"
    what = PAPERS.get(paper.type, "Le ticket {0:06d}").format(paper.number)
    cut = paper.why == "cut"
    done = "payé et enregistré" if not z else "enregistré" if what.startswith("Le ") else "enregistrée"
    safe = f"{what} est {done}."
    ask = "Son impression n'est pas sûre." if cut else AGAIN
    keys = (
        Key("Imprimer un duplicata" if cut else "Imprimer", Act("doubt-print")),
        Key("Continuer" if cut else "Ne pas imprimer", Act("doubt-no")),
    )
    title = "Le courant a été coupé." if cut else "Ticket coupé."
    return MessageView(header(state, at), title, (safe, ask), "", keys, False)


PAPERS = {
    "z": "La clôture Z n° {0}",
    "x": "Le relevé X du jour {0}",
    "month": "La clôture du mois n° {0}",
    "year": "La clôture de l'exercice n° {0}",
}


def _alone(state: State, at: Instant, number: int) -> MessageView:
    """The till closed the day by itself: nobody counted, and the paper waits for somebody."""
    text = (f"La journée {number} a été clôturée automatiquement, sans comptage du tiroir.", "Imprimer le Z ?")
    keys = (Key("Ne pas imprimer", Act("doubt-no")), Key("Imprimer", Act("doubt-print")))
    return MessageView(header(state, at), "Clôture automatique.", text, "", keys, False)


def defect(state: State, at: Instant) -> MessageView:
    """The journal on flash is not whole: nothing is sold before a manager has said so."""
    person = state.shop.operator(state.ledger.operator) if state.shop else None
    decides = person is not None and person.role == "manager"
    ask = "Reprendre la vente\u00a0? Cette décision est enregistrée à votre nom."
    lock = Key("Verrouiller", Act("lock"))
    keys = (Key("Reprendre la vente", Act("resume")), lock) if decides else (lock,)
    last = ask if decides else "Un responsable doit s'identifier pour reprendre la vente."
    title, text = _harm(state.ledger.defect)
    return MessageView(header(state, at), title, (text, last), _missing(state.ledger.defect), keys)


def _harm(defect: Defect | None) -> tuple[str, str]:
    if defect is not None and defect.source == "collector":
        return "Journal contredit.", (
            "Le serveur a reçu un autre journal de cette caisse\u00a0: ancien état remis, ou copie. "
            "Appeler le technicien."
        )
    return "Journal incomplet.", "Des enregistrements manquent dans cette caisse. Appeler le technicien."


def _missing(defect: Defect | None) -> str:
    """What a manager decides on, and what the technician is told."""
    if defect is None:
        return ""
    if defect.until is None or defect.until <= defect.record:
        return f"À partir de l'acte n° {defect.record}"
    last = defect.until - 1
    return f"Acte n° {last}" if last == defect.record else f"Actes n° {defect.record} à {last}"


def clock(state: State, at: Instant) -> MessageView:
    now = local(state, at)
    if believable(state.ledger, at):
        text = f"Il est bien {words.long_date(now)} {now.year}, {words.clock(now)}\u00a0?"
        keys: tuple[Key, ...] = (Key("Corriger", Act("clock-correct")), Key("Oui", Act("clock-yes")))
    else:
        text = "La caisse a perdu l'heure. Taper la date et l'heure qu'il est."
        keys = (Key("Corriger", Act("clock-correct")),)
    return MessageView(header(state, at), "Heure à confirmer.", (text,), "", keys, False)


def stopped(state: State, at: Instant) -> MessageView:
    full = state.ui.broken == "full"
    title = "Mémoire pleine." if full else "Enregistrement impossible."
    text = "La dernière opération n'est peut-être pas enregistrée. Ne rien encaisser, appeler le technicien."
    dead = replace(header(state, at), lock=None)
    return MessageView(dead, title, (text,), "", ())
