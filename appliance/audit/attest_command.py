"""`sceau attest`: the publisher's tool. `key` and `make` are his, `complete` is for the shop."""

from __future__ import annotations

import argparse
import sys
import tomllib
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, NamedTuple

from appliance.audit import attest, attest_key
from appliance.audit.attest import Attestation, AttestationError, Certificate, Part1, Part2, Publisher
from appliance.audit.attest_text import COVERED, EXCLUDED, day, title
from appliance.audit.file import write
from appliance.audit.perimeter import Difference, Perimeter, check

_CODES = """exit code:
  0  done; it holds
  1  it does not hold: the line says why
  2  it could not be done: the line says what to do"""
_WANTED = "see appliance/audit/ATTESTATION.md for the file's fields"


class Desk(NamedTuple):
    """Whose word counts, and the build that it is about."""

    pinned: Publisher
    build: Perimeter | Difference


Verb = Callable[[argparse.Namespace, Desk], int]


def attest_main(argv: Sequence[str], desk: Desk | None = None) -> int:
    options = _parser().parse_args(argv)
    run: Verb = options.run
    try:
        return run(options, desk or Desk(attest.publisher(), check()))
    except (AttestationError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "sceau attest",
        description="The publisher's attestation (VER-05).",
        epilog=_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verbs = parser.add_subparsers(required=True, metavar="verb")

    def verb(name: str, run: Verb, what: str, *files: str) -> Any:  # noqa: ANN401
        found = verbs.add_parser(name, help=what, description=what)
        found.set_defaults(run=run)
        for each in files:
            found.add_argument(each.lower(), type=Path, metavar=each)
        return found

    key = verb("key", _key, "makes the publisher's offline key in FILE and prints its public half", "FILE")
    made = verb("make", _make, "signs part 1 from DETAILS (TOML)", "DETAILS")
    made.add_argument("--key", type=Path, required=True, metavar="FILE", help="the publisher's key")
    for each in (key, made):
        each.add_argument("--passphrase-file", type=Path, metavar="FILE", help="its first line opens the key")
    done = verb("complete", _complete, "adds the shop's part 2 from DETAILS (TOML) to FILE", "FILE", "DETAILS")
    for each in (made, done):
        each.add_argument("--out", type=Path, required=True, metavar="FILE")
    show = verb("show", _show, "what FILE says; with --pdf as a document", "FILE")
    show.add_argument("--pdf", type=Path, metavar="OUT")
    held = verb("check", _check, "whether FILE holds for this build, a shop and a day", "FILE")
    held.add_argument("--siret", help="of the shop; without it that of the file is taken")
    held.add_argument("--on", type=date.fromisoformat, metavar="YYYY-MM-DD", help="today without it")
    return parser


def _key(options: argparse.Namespace, desk: Desk) -> int:
    made = attest_key.make(options.file, _passphrase(options))
    sys.stdout.write(f"public key {made.public.hex()}\nkeep {options.file} off every till and off the network\n")
    return 0


def _make(options: argparse.Namespace, desk: Desk) -> int:
    """Only for a build whose files are those that were hashed."""
    pinned, build = desk
    if isinstance(build, Difference):
        raise AttestationError(str(build))
    key = attest_key.load(options.key, _passphrase(options))
    if key.public != pinned.key:
        raise AttestationError(
            f"this build takes the word of key {pinned.key.hex()[:16]}…, this is {key.public.hex()[:16]}…: "
            "sign with the pinned key, or build with this one"
        )
    said = _toml(options.details)
    part1 = _part1(said, build.version, build.digest, key.public)
    made = attest.make(part1, key.sign)
    write(options.out, made.data)
    sys.stdout.write(f"{title(part1)} n° {part1.number}: {options.out}, SHA-256 {made.sha256.hex()}\n")
    return 0


def _part1(said: dict[str, Any], version: str, digest: bytes, key: bytes) -> Part1:
    who, what, shop, about = (_table(said, name) for name in ("publisher", "software", "shop", "attestation"))
    certificate = about.get("certificate")
    try:
        return Part1(
            str(about["number"]),
            str(about["mode"]),
            None if certificate is None else Certificate(*(str(certificate[each]) for each in Certificate._fields)),
            str(who["name"]),
            tuple(map(str, who["address"])),
            str(who["siret"]),
            str(who["representative"]),
            str(who.get("quality", "")),
            str(what["name"]),
            str(what.get("licence", "")),
            version,
            digest,
            tuple(map(str, what.get("covered", COVERED))),
            tuple(map(str, what.get("excluded", EXCLUDED))),
            str(shop["name"]),
            str(shop["siret"]),
            str(what["market"]),
            str(about["place"]),
            str(about["made"]),
            key,
        )
    except KeyError as error:
        raise AttestationError(f"{error} is missing in the details: {_WANTED}") from error


def _complete(options: argparse.Namespace, desk: Desk) -> int:
    found, said = _read(options.file, desk.pinned), _toml(options.details)
    try:
        part2 = Part2(*(str(said[name]) for name in Part2._fields))
    except KeyError as error:
        raise AttestationError(f"{error} is missing in {options.details}: {_WANTED}") from error
    done = attest.complete(found, part2)
    write(options.out, done.data)
    sys.stdout.write(f"{options.out}, SHA-256 {done.sha256.hex()}\n")
    return 0


def _show(options: argparse.Namespace, desk: Desk) -> int:
    pinned = desk.pinned
    found = _read(options.file, pinned)
    if options.pdf:
        from appliance.audit.attest_pdf import pdf

        write(options.pdf, pdf(found, trial=pinned.trial))
        return 0
    sys.stdout.writelines(f"{line}\n" for line in _lines(found, pinned))
    return 0


def _lines(found: Attestation, pinned: Publisher) -> list[str]:
    part1, part2 = found.part1, found.part2
    lines = [
        f"{title(part1)} n° {part1.number}, mode {part1.mode}",
        f"éditeur : {part1.publisher}, représenté par {part1.representative}",
        f"système : {part1.software}, version {part1.version}, licence {part1.licence or 'sans numéro'}",
        f"périmètre fiscal : {part1.digest.hex()}",
        f"boutique : {part1.shop}, SIRET {part1.siret}",
        f"fait à {part1.place}, le {day(part1.made)}",
        f"volet 2 : acquis le {day(part2.acquired)}, utilisé depuis le {day(part2.used)}"
        if part2
        else "volet 2 : vide",
        f"ticket : {attest.foot(found, trial=pinned.trial)}",
    ]
    if part1.certificate:
        lines.insert(1, f"certificat : {part1.certificate.number}, {part1.certificate.body}")
    return [*lines, "clé de développement : ne prouve rien"] if pinned.trial else lines


def _check(options: argparse.Namespace, desk: Desk) -> int:
    try:
        found = _read(options.file, desk.pinned)
    except AttestationError as error:
        sys.stdout.write(f"refused: {error}\n")
        return 1
    today = options.on or datetime.now(UTC).date()
    why = attest.refusal(found, desk.build, options.siret or found.part1.siret, today)
    if not why and found.part2 is None:
        why = "part 2 is empty: the shop has to fill it in (sceau attest complete)"
    trial = "; the key is of development and proves nothing" if desk.pinned.trial else ""
    sys.stdout.write(f"refused: {why}\n" if why else f"holds on {today}: {attest.foot(found)}{trial}\n")
    return int(bool(why))


def _read(path: Path, pinned: Publisher) -> Attestation:
    with path.open("rb") as file:
        return attest.read(file.read(attest.LARGEST + 1), pinned.key)


def _passphrase(options: argparse.Namespace) -> str:
    path: Path | None = options.passphrase_file
    return path.read_text("utf-8").split("\n")[0] if path else ""


def _table(said: dict[str, Any], name: str) -> dict[str, Any]:
    found = said.get(name)
    if not isinstance(found, dict):
        raise AttestationError(f"the table [{name}] is missing in the details: {_WANTED}")
    return found


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise AttestationError(f"{path}: {error}") from error
