"""VAT territories as dated data: which rates a shop may use is decided by where it stands and by the day.

Rates in basis points, highest first. A rate of zero (exempt, franchise) is always allowed and is in no table.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from appliance.core.law import Dated

Rates = tuple[int, ...]
DEFAULT: Final = "metropole"


@dataclass(frozen=True, slots=True)
class Territory:
    """`zone`: the clock of a shop that names none; `mention`: what a ticket says where no VAT applies."""

    rates: Dated[Rates]
    zone: str
    mention: Dated[str] | None = None

    def mention_on(self, day: date) -> str:
        return self.mention.on(day) if self.mention else ""


_SINCE: Final = date(2014, 1, 1)
# CGI 278, 278-0 bis, 278 bis, 279, 281 quater to 281 nonies (VAT-01).
_METROPOLE: Final[Dated[Rates]] = Dated(((_SINCE, (2000, 1000, 550, 210)),))
# CGI 297: 0.90, 2.10, 10 and 13 for what it lists; elsewhere the rates of the mainland, 5.5 among them (VAT-02).
_CORSE: Final[Dated[Rates]] = Dated(((_SINCE, (2000, 1300, 1000, 550, 210, 90)),))
# CGI 296 (8.5 and 2.1), 296 bis (1.75 for live animals, 1.05 for first performances and the press) (VAT-03).
_OVERSEAS: Final[Dated[Rates]] = Dated(((_SINCE, (850, 210, 175, 105)),))
# CGI 294, 1: for the time being the tax does not apply in Guyane and Mayotte.
_NONE: Final[Dated[Rates]] = Dated(((_SINCE, ()),))
_UNTAXED: Final = Dated(((_SINCE, "TVA non applicable, art. 294, 1 du CGI"),))

TERRITORIES: Final[Mapping[str, Territory]] = {
    "metropole": Territory(_METROPOLE, "Europe/Paris"),
    "corse": Territory(_CORSE, "Europe/Paris"),
    "guadeloupe": Territory(_OVERSEAS, "America/Guadeloupe"),
    "martinique": Territory(_OVERSEAS, "America/Martinique"),
    "reunion": Territory(_OVERSEAS, "Indian/Reunion"),
    "guyane": Territory(_NONE, "America/Cayenne", _UNTAXED),
    "mayotte": Territory(_NONE, "Indian/Mayotte", _UNTAXED),
}


def territory(name: object) -> Territory:
    """Of a name that a record or a file gives; what no table knows is the mainland's."""
    return TERRITORIES.get(str(name), TERRITORIES[DEFAULT])
