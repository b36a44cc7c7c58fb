"""A bundle from answers: asked one by one, read from a TOML file, or from a row of a list of shops."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from secrets import token_bytes
from typing import Any, Final, NamedTuple

from appliance.provision import lock
from appliance.provision.answers import FILES_ASKED, MACHINE, PERSON, SHOP, Question, operators_toml, shop_toml
from appliance.provision.bundle import Bundle, Inside
from appliance.provision.signer import Signer
from appliance.provision.toml import dump
from appliance.provision.whole import faults, read_files
from appliance.sync import delivery

NO_DEPARTMENTS: Final = b"label,vat,nature\n"
MOMENT: Final = 1000  # ms of a second: the version of a bundle is the second in which it was made
Ask = Callable[[str], str]
Say = Callable[[str], None]


class MakeError(Exception):
    """Nothing was written; `lines` says all that is wrong."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


class Wanted(NamedTuple):
    """`device`: the public key of the till's QR, None when it is closed under a code."""

    siret: str
    till: str
    inside: Inside
    device: bytes | None


class Made(NamedTuple):
    """`code`: the digits that open it; empty when it is closed to a device."""

    wanted: Wanted
    data: bytes
    code: str


def make(wanted: Wanted, signer: Signer, issued: int, today: date, version: int = 0) -> Made:
    """Raises MakeError when no till can be made of it."""
    found = faults(wanted.inside, wanted.siret, wanted.till, today)
    if found:
        raise MakeError(found)
    code, inside = token_bytes(lock.CODE), wanted.inside.encode()
    box = lock.close_to(wanted.device, inside) if wanted.device else lock.close_under(code, inside)
    it = Bundle(
        signer.issuer,
        signer.revocations,
        version or issued // MOMENT,
        issued,
        wanted.siret,
        wanted.till,
        wanted.device,
        box,
    )
    return Made(wanted, it.encode(signer.secret.sign), "" if wanted.device else lock.digits(code))


def ask_all(ask: Ask, say: Say, today: date, base: Path) -> Wanted:
    """Each question until its answer is right. `ask` gives a line, `say` takes one."""
    given: dict[str, str] = {}
    for question in SHOP:
        given[question.key] = _asked(question, given, ask, say)
    files = {"shop.toml": shop_toml(given), "operators.toml": _people(ask, say)}
    for key in FILES_ASKED:
        files[f"{key}.csv"] = _file(key, files, ask, say, today, base)
    machine: dict[str, str] = {}
    for question in MACHINE:
        needless = question.key == "passphrase" and not machine.get("wifi")
        machine[question.key] = "" if needless else _asked(question, machine, ask, say)
    return wanted_of(given["siret"], given["till"], files, machine)


def _asked(question: Question, given: Mapping[str, str], ask: Ask, say: Say) -> str:
    offered = question.offered(given)
    bracket = f" [{offered}]" if offered else " [none]" if question.may_lack else ""
    while True:
        said = ask(f"{question.text}{bracket}: ").strip() or offered
        if not said and question.may_lack:
            return ""
        fault = question.check(said, given) if said else "an answer is wanted"
        if not fault:
            return said
        say(f"  {fault}")


def _people(ask: Ask, say: Say) -> bytes:
    people: list[dict[str, str]] = []
    while True:
        say(f"Person {len(people) + 1}; an empty name ends the list")
        name = ask("Name: ").strip()
        if not name and any(person["role"] == "manager" for person in people):
            return operators_toml(people)
        if not name:
            say("  one manager at least is wanted: badges, prices and closings need one")
            continue
        fault = PERSON[0].check(name, {})
        if fault:
            say(f"  {fault}")
            continue
        people.append({"name": name, **{question.key: _asked(question, {}, ask, say) for question in PERSON[1:]}})


def _file(key: str, files: Mapping[str, bytes], ask: Ask, say: Say, today: date, base: Path) -> bytes:
    """A CSV file, read with the shop's rates before the next question is asked."""
    empty = NO_DEPARTMENTS if key == "departments" else b""
    while True:
        said = ask(f"File of the {key}{' [none]' if empty else ''}: ").strip()
        if not said and empty:
            return empty
        try:
            data = (base / said).read_bytes()
        except OSError as error:
            say(f"  {said}: {error.strerror}; name a CSV file")
            continue
        name = f"{key}.csv"
        read = read_files({"departments.csv": NO_DEPARTMENTS, **files, name: data}, bytes(32), today)
        wrong = [line for line in read if line.startswith(name)] if isinstance(read, list) else []
        if not wrong:
            return data
        for line in wrong:
            say(f"  {line}")


def wanted_of(siret: str, till: str, files: Mapping[str, bytes], machine: Mapping[str, str]) -> Wanted:
    """Raises MakeError."""
    try:
        device = delivery.read_identity(machine["device"])[1] if machine.get("device") else None
    except ValueError as error:
        raise MakeError([f"device: {error}"]) from error
    wifi = (machine["wifi"], machine.get("passphrase", "")) if machine.get("wifi") else None
    inside = Inside(files, wifi, machine.get("collector", ""), machine.get("board", ""))
    return Wanted(siret.replace(" ", ""), till, inside, device)


def from_toml(path: Path) -> Wanted:
    """The same answers in a file: [shop] as in shop.toml, catalogue and departments (paths), [[operators]] without
    pins, and what MACHINE asks. Raises MakeError."""
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise MakeError([f"{path}: cannot be read as TOML ({error})"]) from error
    known = {"shop", "operators", *FILES_ASKED, *(question.key for question in MACHINE)}
    wrong = [f"{path}: unknown key {key!r}; known are {', '.join(sorted(known))}" for key in table.keys() - known]
    wrong += [f"{path}: {key} is missing" for key in ("shop", "operators", "catalogue") if key not in table]
    machine = {question.key: table.get(question.key, "") for question in MACHINE}
    wrong += [f"{path}: {key} must be a text" for key, value in machine.items() if not isinstance(value, str)]
    if wrong:
        raise MakeError(wrong)
    wrong = [
        f"{path}: {question.key}: {fault}"
        for question in MACHINE
        if machine[question.key] and (fault := question.check(machine[question.key], machine))
    ]
    if wrong:
        raise MakeError(wrong)
    return _wanted(table, machine, path)


def _wanted(table: dict[str, Any], machine: Mapping[str, str], path: Path) -> Wanted:
    shop = table["shop"]
    if not isinstance(shop, dict):
        raise MakeError([f"{path}: shop must be a table [shop]"])
    try:
        files = {"shop.toml": dump(shop).encode(), "operators.toml": dump({"operators": table["operators"]}).encode()}
        files["catalogue.csv"] = (path.parent / str(table["catalogue"])).read_bytes()
        departments = table.get("departments")
        files["departments.csv"] = (path.parent / str(departments)).read_bytes() if departments else NO_DEPARTMENTS
    except ValueError as error:
        raise MakeError([f"{path}: {error}"]) from error
    except OSError as error:
        raise MakeError([f"{error.filename}: {error.strerror}"]) from error
    return wanted_of(str(shop.get("siret", "")), str(shop.get("till", "")), files, machine)
