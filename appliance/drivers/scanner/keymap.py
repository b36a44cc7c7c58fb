"""Key codes of a scanner that pretends to be a keyboard, and the signs they stand for.

Source: linux/input-event-codes.h. Digits are layout-blind: whatever Shift says, the keys of the digit row and of the
keypad are digits, so that a scanner set to a French or to an American keyboard reads the same EAN. Letters need the
layout, since A and Q change places.
"""

from __future__ import annotations

from typing import Final

ENDS: Final = frozenset({28, 96, 15})  # Enter, keypad Enter, Tab
SHIFTS: Final = frozenset({42, 54})
CAPS_LOCK: Final = 58
OTHER_MODIFIERS: Final = frozenset({29, 97, 56, 100, 125, 126, 69})  # Ctrl, Alt, Meta, NumLock: they mean nothing here

_ROW = "1234567890"
_KEYPAD = {82: "0", 79: "1", 80: "2", 81: "3", 75: "4", 76: "5", 77: "6", 71: "7", 72: "8", 73: "9"}
DIGITS: Final = {2 + place: digit for place, digit in enumerate(_ROW)} | _KEYPAD

_US = {16: "qwertyuiop", 30: "asdfghjkl", 44: "zxcvbnm"}
_FRENCH = {16: "azertyuiop", 30: "qsdfghjklm", 44: "wxcvbn"}


def _letters(rows: dict[int, str]) -> dict[int, str]:
    return {first + place: sign for first, signs in rows.items() for place, sign in enumerate(signs)}


LETTERS: Final = {"digits": dict[int, str](), "us": _letters(_US), "fr": _letters(_FRENCH)}
