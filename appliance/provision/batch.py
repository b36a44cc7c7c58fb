"""Bundles for many tills from one list: each its own file under its own code, and one PDF with all the codes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Final

from appliance.provision.answers import MACHINE, SHOP, Given, shop_toml
from appliance.provision.bundle import SUFFIX
from appliance.provision.files import Findings, read_rows
from appliance.provision.making import NO_DEPARTMENTS, Made, MakeError, Wanted, make, wanted_of
from appliance.provision.sheet import Card
from appliance.provision.signer import Signer

COLUMNS: Final = (
    *(question.key for question in SHOP),
    "catalogue",
    "departments",
    "operators",
    *(question.key for question in MACHINE),
)


def wanted_tills(path: Path) -> list[tuple[int, Wanted]]:
    """(line, what is wanted) of each row; paths in it are beside the list. Raises MakeError with all that is wrong."""
    found = Findings()
    tills: list[tuple[int, Wanted]] = []
    files: dict[str, bytes] = {}
    taken: dict[tuple[str, str], int] = {}
    for line, cells in read_rows(path, COLUMNS, found):
        row = _filled(cells)
        for fault in _faults(row):
            found.add(path.name, line, fault)
        where = (row["siret"].replace(" ", ""), row["till"])
        if where in taken:
            found.add(path.name, line, f"till {row['till']} of this SIRET is already on line {taken[where]}")
        taken.setdefault(where, line)
        try:
            own = {name: _file(path.parent, row[key], files) for key, name in _FILES.items()}
            tills.append((line, wanted_of(*where, {**own, "shop.toml": shop_toml(row)}, row)))
        except OSError as error:
            found.add(path.name, line, f"{error.filename}: {error.strerror}")
        except MakeError as error:
            found.lines += [f"{path.name}:{line}: {each}" for each in error.lines]
    if not tills and not found.lines:
        found.add(path.name, 1, "no till is in the list")
    if found.lines:
        raise MakeError(found.lines)
    return tills


_FILES: Final = {"catalogue": "catalogue.csv", "departments": "departments.csv", "operators": "operators.toml"}


def _file(base: Path, name: str, known: dict[str, bytes]) -> bytes:
    if not name:
        return NO_DEPARTMENTS
    if name not in known:
        known[name] = (base / name).read_bytes()
    return known[name]


def _filled(cells: Given) -> dict[str, str]:
    """An empty cell says what a bare Return would say."""
    row = dict(cells)
    for question in (*SHOP, *MACHINE):
        row[question.key] = row[question.key] or question.offered(row)
    return row


def _faults(row: Given) -> Iterator[str]:
    for question in (*SHOP, *MACHINE):
        said = row[question.key]
        fault = question.check(said, row) if said else "" if question.may_lack else "an answer is wanted"
        if fault:
            yield f"{question.key}: {fault}"


def make_all(
    tills: list[tuple[int, Wanted]],
    name: str,
    signer: Signer,
    issued: int,
    today: date,
    show: Callable[[int, int], None],
) -> list[Made]:
    """In the order of the list. Raises MakeError with all that is wrong, and then nothing was made."""
    made, wrong = [], []
    for done, (line, wanted) in enumerate(tills, start=1):
        try:
            made.append(make(wanted, signer, issued, today))
        except MakeError as error:
            wrong += [f"{name}:{line}: {each}" for each in error.lines]
        show(done, len(tills))
    if wrong:
        raise MakeError(wrong)
    return made


def file_name(wanted: Wanted) -> str:
    """Of the bundle; a till's name may hold signs that a FAT stick does not take."""
    till = "".join(sign if sign.isalnum() and sign.isascii() else "-" for sign in wanted.till)
    return f"{wanted.siret}-{till}{SUFFIX}"


def card(made: Made, shop: str) -> Card:
    return Card((f"{shop}, caisse {made.wanted.till}", f"SIRET {made.wanted.siret}", file_name(made.wanted)), made.code)
