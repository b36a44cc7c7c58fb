"""Messages, menus, lists and the technician's pages."""

from __future__ import annotations

from appliance.core.act import Act
from appliance.core.view import (
    DeviceRow,
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
from tests.display.sample_header import NB, euros, header


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
