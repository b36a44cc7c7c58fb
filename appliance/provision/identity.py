"""The numbers that name a French seller: SIRET, VAT number, NAF code. Each check is a sentence or nothing. Pure."""

from __future__ import annotations

import re
from typing import Final

_LA_POSTE: Final = "356000000"
_NAF: Final = re.compile(r"\d{2}\.?\d{2}[A-Z]")
_VAT: Final = re.compile(r"FR[0-9A-HJ-NP-Z]{2}\d{9}")


def valid_siret(siret: str) -> bool:
    """14 digits whose Luhn sum is a multiple of ten (INSEE); La Poste's are known by a plain sum of five."""
    digits = siret.replace(" ", "")
    if len(digits) != 14 or not (digits.isascii() and digits.isdecimal()):
        return False
    if digits.startswith(_LA_POSTE) and sum(map(int, digits)) % 5 == 0:
        return True
    doubled = (int(d) * (2 if place % 2 else 1) for place, d in enumerate(reversed(digits)))
    return sum(value // 10 + value % 10 for value in doubled) % 10 == 0


def siren(siret: str) -> str:
    """The enterprise of an establishment: its first nine digits."""
    return siret.replace(" ", "")[:9]


def vat_number_of(siret: str) -> str:
    """The VAT number that a SIREN gets when its key is a number: (12 + 3 x (SIREN mod 97)) mod 97 (DGFiP)."""
    number = siren(siret)
    return f"FR{(12 + 3 * (int(number) % 97)) % 97:02d}{number}"


def siret_fault(siret: str) -> str:
    return "" if valid_siret(siret) else f"{siret!r} is not a SIRET of 14 digits with a right key"


def vat_fault(vat_number: str, siret: str) -> str:
    """A key that holds a letter cannot be computed and is taken as it is; the SIREN behind it must be the shop's."""
    plain = vat_number.replace(" ", "")
    if not _VAT.fullmatch(plain):
        return f"{vat_number!r} is not FR, a key of two signs and the 9 digits of the SIREN"
    if not valid_siret(siret):
        return ""
    if plain[4:] != siren(siret):
        return f"{vat_number!r} is of another enterprise than the SIRET: the last 9 digits must be {siren(siret)}"
    wanted = vat_number_of(siret)
    if plain[2:4].isdecimal() and plain != wanted:
        return f"{vat_number!r} has a wrong key: this SIREN has {wanted}"
    return ""


def naf_fault(naf: str) -> str:
    """The codes of NAF rev. 2 (INSEE): 47.11B, with or without the point."""
    return "" if _NAF.fullmatch(naf) else f"{naf!r} is not a NAF code like 4711B"
