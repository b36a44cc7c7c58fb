"""A technician's pages: auto-test, printer, touch panel, what the machine says of its network and its software."""

from __future__ import annotations

from collections.abc import Callable

from appliance.core import settings, words
from appliance.core.act import Act
from appliance.core.aim import CHECK, TARGETS
from appliance.core.instant import Instant
from appliance.core.scenes.header import header, moment
from appliance.core.scenes.software import key, published, ready
from appliance.core.scenes.visit import HOME
from appliance.core.selftest import ABSENT, FAILED, PASSED, SKIPPED, TESTS
from appliance.core.turn import State
from appliance.core.view import (
    DeviceRow,
    ErrorsView,
    Fact,
    Key,
    Level,
    MenuColumn,
    MenuView,
    MessageView,
    TechnicianView,
)
from appliance.core.view_upkeep import ColoursView, TargetView

NAMES = {
    "panel": "Couleurs de l'écran",
    "beeper": "Son",
    "drawer": "Tiroir",
    "printer": "Impression",
    "badge": "Lecteur de badge",
    "scanner": "Lecteur de codes",
    "journal": "Écriture du journal",
}
SAID = {PASSED: "réussi", SKIPPED: "laissé de côté", ABSENT: "non installé"}
# What is done about a test that failed.
ADVICE = {
    "panel": "Raté. Changer l'écran.",
    "beeper": "Raté. Vérifier le haut-parleur.",
    "drawer": "Raté. Choisir l'autre broche : Imprimante.",
    "printer": "Raté. Vérifier papier, capot et câble.",
    "badge": "Raté. Vérifier le câble du lecteur.",
    "scanner": "Raté. Vérifier le câble du lecteur.",
    "journal": "Trop lent. Changer la mémoire.",
}
ASKED = {
    "beeper": ("Son.", "Avez-vous entendu le son\u00a0?"),
    "drawer": ("Tiroir.", "Le tiroir s'est-il ouvert\u00a0?"),
    "printer": ("Impression.", "L'essai est-il sorti, lisible et coupé\u00a0?"),
    "badge": ("Lecteur de badge.", "Présenter un badge, n'importe lequel."),
    "scanner": ("Lecteur de codes.", "Scanner un code, n'importe lequel."),
    "journal": ("Écriture du journal.", "Un acte d'essai est enregistré."),
}


def tests(state: State, at: Instant) -> TechnicianView | MessageView | ColoursView:
    name = state.ui.subject
    if name == "panel":
        keys = _answers("Non", "Oui")
        return ColoursView("Couleurs de l'écran", "Toutes les couleurs et tous les gris sont-ils là\u00a0?", keys)
    if name:
        title, text = ASKED[name]
        return MessageView(header(state, at), title, (text,), "", _keys(name), False)
    return TechnicianView(
        header(state, at),
        "Auto-test",
        _verdict(state),
        tuple(_row(state, name) for name in TESTS),
        (Key("Commencer", Act("test")),),
        HOME,
    )


def _answers(no: str, yes: str) -> tuple[Key, ...]:
    skip = Key("Laisser de côté", Act("answer", SKIPPED))
    return skip, Key(no, Act("answer", FAILED)), Key(yes, Act("answer", PASSED))


def _keys(name: str) -> tuple[Key, ...]:
    """A reader answers by itself, and the journal does so at once."""
    if name in ("badge", "scanner"):
        return Key("Laisser de côté", Act("answer", SKIPPED)), Key("Rien ne vient", Act("answer", FAILED))
    if name == "journal":
        return (Key("Laisser de côté", Act("answer", SKIPPED)),)
    again = (Key("Encore", Act("again")),) if name == "beeper" else ()
    return *again, *_answers("Non", "Oui")


def _verdict(state: State) -> str:
    results = {result for _, result, _ in state.ui.tests}
    if not results:
        return ""
    if FAILED in results:
        return "un essai a raté"
    return "des essais manquent" if SKIPPED in results else "tout est réussi"


def _row(state: State, name: str) -> DeviceRow:
    done = next((each for each in state.ui.tests if each[0] == name), None)
    if done is None:
        return DeviceRow(Level.CARE, NAMES[name], "à faire", "")
    _, result, took = done
    level = {FAILED: Level.DOWN, SKIPPED: Level.CARE}.get(result, Level.WELL)
    text = ADVICE[name] if result == FAILED else SAID[result]
    return DeviceRow(level, NAMES[name], text, f"{took} ms" if took is not None else "")


def printer(state: State, at: Instant) -> MenuView:
    """Four columns, what is in force marked; a choice counts from the next paper on."""

    def pick(name: str, value: str, label: str) -> Key:
        chosen = settings.current(state, name) == value
        return Key(label, Act("set", f"{name}={value}"), "en service" if chosen else "")

    other = "200" if settings.current(state, "printer.pulse_ms") != "200" else "100"
    pulse = settings.current(state, "printer.pulse_ms")
    columns = (
        MenuColumn("Papier", tuple(pick("printer.columns", n, f"{n} colonnes") for n in ("48", "42", "32"))),
        MenuColumn("Accents", tuple(pick("printer.page", n, f"Page {n}") for n in settings.PAGES)),
        MenuColumn(
            "Tiroir",
            (
                pick("printer.drawer_pin", "2", "Broche 2"),
                pick("printer.drawer_pin", "5", "Broche 5"),
                Key("Impulsion", Act("set", f"printer.pulse_ms={other}"), f"{pulse} ms" if pulse else ""),
                Key("Essayer le tiroir", Act("drawer", "essai")),
            ),
        ),
        MenuColumn(
            "Coupe",
            (
                pick("printer.cut", "partial", "Partielle"),
                pick("printer.cut", "full", "Entière"),
                pick("printer.cut", "none", "Aucune"),
                Key("Imprimer un essai", Act("test-page")),
            ),
        ),
    )
    return MenuView(header(state, at), "Imprimante", columns, None, HOME)


def touch(state: State, at: Instant) -> TargetView:
    done = len(state.ui.points)
    x, y = (*TARGETS, CHECK)[min(done, len(TARGETS))]
    text = "Toucher le milieu de la croix." if done < len(TARGETS) else "Une dernière fois, pour vérifier."
    return TargetView("Écran tactile", text, f"point {done + 1} sur {len(TARGETS) + 1}", x, y, Key("Annuler", HOME.act))


def look(state: State, at: Instant) -> ErrorsView:
    title, page = LOOKS[state.ui.subject]
    also = key(state) if state.ui.subject == "software" else None
    return ErrorsView(header(state, at), title, page(state)[:10], HOME, also=also)


def _network(state: State) -> tuple[Fact, ...]:
    cards = tuple(Fact(name, _card(said), named=True) for name, said in state.ui.looked)
    return (*cards, *_upstream(state))


def _card(said: str) -> str:
    """`up 192.168.1.20`, `up`, `down`."""
    link, _, address = said.partition(" ")
    if link != "up":
        return "débranché\u00a0: vérifier le câble"
    return f"branché, adresse {address}" if address else "branché, sans adresse\u00a0: vérifier la box"


def _upstream(state: State) -> tuple[Fact, ...]:
    upstream, link = state.ledger.upstream, state.devices.get("upstream")
    if not upstream.enrolled:
        return (Fact("Serveur", "caisse non inscrite\u00a0: scanner le code d'inscription"),)
    reached = link is not None and link.level in ("ready", "care")
    when = words.paper_time(moment(upstream.received, state.ledger.tz)) if upstream.record else "aucun"
    return (
        Fact("Serveur", "joint" if reached else "injoignable\u00a0: vérifier le câble du réseau"),
        Fact("Dernier reçu", when),
        Fact("À transmettre", words.counted(upstream.unsent, "ticket")),
    )


def _software(state: State) -> tuple[Fact, ...]:
    said = dict(state.ui.looked)
    digest = said.pop("perimeter", "")
    slots = tuple(Fact(f"Système {name.upper()}", text) for name, text in said.items())
    return (
        Fact("Version", state.ledger.software),
        *published(state),
        *ready(state),
        *(slots or (Fact("Système", "pas d'image\u00a0: installé sans A/B"),)),
        Fact("Empreinte", "\u00a0".join(digest[n : n + 4] for n in range(0, len(digest), 4)) or "non calculée"),
    )


LOOKS: dict[str, tuple[str, Callable[[State], tuple[Fact, ...]]]] = {
    "network": ("Réseau", _network),
    "software": ("Logiciel", _software),
}
