"""Reads operators.toml: who may stand at the till. Badges and PINs are turned into keyed hashes here.

A file that a till keeps for itself holds the hashes already (`nfc_hash`, `barcode_hash`), keyed by that device's own
secret: another device cannot use them. Who has a badge and no PIN chooses one at the first badge.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from appliance.core.operator import PIN_DIGITS, credential
from appliance.core.shop import Operator
from appliance.provision.files import LANGUAGES, MAX_SHORT, Findings, fit, line_of, read_toml

ROLES = ("cashier", "manager", "trainee", "technician", "inspector")
OPERATOR_KEYS = {"code", "name", "role", "nfc", "barcode", "pin", "language", "nfc_hash", "barcode_hash"}
MAX_CODE = 12
MAX_OPERATORS = 100
HASH = 16  # bytes


def read_operators(path: Path, pepper: bytes, found: Findings) -> tuple[Operator, ...]:
    head = read_toml(path, found)
    if head is None:
        return ()
    key = "operators" if "operators" in head else "operator"
    tables = head.get(key, [])
    if (
        not isinstance(tables, list)
        or len(tables) > MAX_OPERATORS
        or not all(isinstance(each, dict) for each in tables)
    ):
        found.add(path.name, line_of(path, key), f"1 to {MAX_OPERATORS} tables [[operators]] are wanted")
        return ()
    result: list[Operator] = []
    for nth, table in enumerate(tables):
        line = line_of(path, f"[[{key}]]", nth)
        for unknown in table.keys() - OPERATOR_KEYS:
            found.add(path.name, line, f"unknown key {unknown!r}; known are {', '.join(sorted(OPERATOR_KEYS))}")
        operator = _operator(table, pepper, path.name, line, found)
        if operator is not None:
            _check_twice(operator, result, path.name, line, found)
            result.append(operator)
    if not tables:
        found.add(path.name, 1, "at least one operator is wanted")
    return tuple(result)


def _check_twice(operator: Operator, others: list[Operator], file: str, line: int, found: Findings) -> None:
    for what in ("code", "name", "nfc", "barcode"):
        value = getattr(operator, what)
        if value and any(getattr(other, what) == value for other in others):
            found.add(file, line, f"{operator.name}: the same {what} is given twice")


def _operator(table: dict[str, Any], pepper: bytes, file: str, line: int, found: Findings) -> Operator | None:
    code, name, role, pin = (str(table.get(key, "")) for key in ("code", "name", "role", "pin"))
    if not fit(code, MAX_CODE) or not fit(name, MAX_SHORT) or role not in ROLES:
        found.add(file, line, f"an operator needs a short code, a short name and a role among {', '.join(ROLES)}")
        return None
    if pin and (len(pin) != PIN_DIGITS or not (pin.isascii() and pin.isdecimal())):
        found.add(file, line, f"{name}: the pin must have {PIN_DIGITS} digits")
        return None
    uid = _hex(table, "nfc", name, file, line, found)
    hashes = [_hex(table, key, name, file, line, found, HASH) for key in ("nfc_hash", "barcode_hash")]
    language = table.get("language", LANGUAGES[0])
    if language not in LANGUAGES:
        found.add(file, line, f"{name}: language {language!r} is not {' or '.join(LANGUAGES)}")
        return None
    if uid is None or None in hashes:
        return None
    badge = str(table.get("barcode", ""))
    if not (pin or uid or badge or any(hashes)):
        found.add(file, line, f"{name}: a badge or a pin is wanted, or this person can never log in")
        return None
    return Operator(
        code,
        name,
        role,
        credential(pepper, "nfc", uid) if uid else hashes[0] or b"",
        credential(pepper, "barcode", badge.encode()) if badge else hashes[1] or b"",
        credential(pepper, "pin" + code, pin.encode()) if pin else b"",
        language,
    )


def _hex(
    table: dict[str, Any], key: str, name: str, file: str, line: int, found: Findings, size: int = 0
) -> bytes | None:
    text = str(table.get(key, ""))
    try:
        value = bytes.fromhex(text)
    except ValueError:
        found.add(file, line, f"{name}: {key} {text!r} is not hexadecimal")
        return None
    if size and text and len(value) != size:
        found.add(file, line, f"{name}: {key} must have {size} bytes in hexadecimal")
        return None
    return value
