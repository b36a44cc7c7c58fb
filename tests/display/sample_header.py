"""The header of every sample, its alarms, and sums as the till writes them."""

from __future__ import annotations

from appliance.core.act import Act
from appliance.core.view import Banner, Header, Key

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


BACK = Key("Retour", Act("go", ""), icon="left")
