"""`sceau provision`: who may sign, and the bundles that make blank machines into a shop's tills."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from secrets import token_bytes
from typing import Final

from appliance.provision import authority, batch, bundle, lock, making, signer
from appliance.provision.authority import Issuer, Revocations
from appliance.provision.fault import BundleError
from appliance.provision.making import Made, MakeError
from appliance.provision.signer import CERTIFICATE, REVOCATIONS, SignerError
from appliance.provision.whole import faults
from appliance.storage.flash import OsDisk, durable_file
from appliance.sync.shape import ProtocolError

DAY: Final = 86_400_000  # ms
HOLDS, WRONG, CANNOT = 0, 1, 2
Acts = argparse._SubParsersAction  # the type that argparse gives and does not name


def provision_main(argv: Sequence[str]) -> int:
    """All but what needs the till itself (`apply`, `wifi`, `decommission`), which the help names too."""
    options = _parser().parse_args(argv)
    try:
        return int(options.do(options))
    except MakeError as error:
        sys.stderr.write("".join(f"{line}\n" for line in error.lines))
    except EOFError:
        sys.stderr.write("the answers ended before the last question: nothing was written\n")
    except (SignerError, BundleError, ProtocolError, OSError) as error:
        sys.stderr.write(f"{error}\n")
    return CANNOT


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("sceau provision", description="Makes blank machines into a shop's tills.")
    acts = parser.add_subparsers(required=True, metavar="act")
    _authorities(acts)
    made = acts.add_parser("make", help="asks for everything a till needs and writes its bundle")
    made.add_argument("--from", dest="answers", type=Path, metavar="FILE", help="a TOML file with the answers")
    _signing(made)
    made.add_argument("out", type=Path, metavar="BUNDLE")
    made.set_defaults(do=_make)
    many = acts.add_parser("batch", help="a bundle for each row of a list, and a PDF with their QR codes")
    many.add_argument("list", type=Path, metavar="SHOPS.csv", help=f"with the columns {','.join(batch.COLUMNS)}")
    _signing(many)
    many.add_argument("--out", type=Path, required=True, metavar="DIR")
    many.set_defaults(do=_batch)
    acts.add_parser("apply", help="a newer bundle on a stopped till: DATA BUNDLE --shop DIR --root HEX", add_help=False)
    acts.add_parser("wifi", help="the bundle's network for wpa_supplicant: DATA --out FILE", add_help=False)
    acts.add_parser("decommission", help="ends a till for good: DATA --shop DIR --stick DIR --do", add_help=False)
    looked = acts.add_parser("check", help="whether a bundle holds: its signer, its time, and with --code its inside")
    looked.add_argument("bundle", type=Path)
    looked.add_argument("--root", required=True, metavar="HEX", help="public key of the root, as in the image")
    looked.add_argument("--code", metavar="DIGITS", help="of the till's sheet")
    looked.set_defaults(do=_check)
    return parser


def _authorities(acts: Acts[argparse.ArgumentParser]) -> None:
    root = acts.add_parser("root", help="offline: makes the root key that an image trusts")
    root.add_argument("out", type=Path, metavar="KEY")
    root.set_defaults(do=_root)
    issuer = acts.add_parser("issuer", help="offline: makes a person's key and certifies it")
    issuer.add_argument("--root", type=Path, required=True, metavar="KEY")
    issuer.add_argument("--name", required=True, help="of the person who will sign")
    issuer.add_argument("--days", type=int, default=365)
    issuer.add_argument("out", type=Path, metavar="KEY")
    issuer.set_defaults(do=_issuer)
    revoke = acts.add_parser("revoke", help="offline: takes certificates back, for every till that sees the list")
    revoke.add_argument("--root", type=Path, required=True, metavar="KEY")
    revoke.add_argument("--list", type=Path, required=True, metavar="FILE", help=f"the {REVOCATIONS} file, made anew")
    revoke.add_argument("certificate", type=Path, nargs="+", metavar="CERT")
    revoke.set_defaults(do=_revoke)


def _signing(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--key", type=Path, required=True, metavar="KEY", help="of who signs, its .cert beside it")


def _now() -> int:
    return time.time_ns() // 1_000_000


def _today() -> date:
    return datetime.now().astimezone().date()


def _root(options: argparse.Namespace) -> int:
    sys.stdout.write(f"{signer.make_key(options.out).public.hex()}\n")
    return HOLDS


def _issuer(options: argparse.Namespace) -> int:
    root, own, now = signer.load_key(options.root), signer.make_key(options.out), _now()
    it = Issuer(token_bytes(authority.SERIAL), options.name, own.public, now, now + options.days * DAY)
    certificate = options.out.with_name(options.out.name + CERTIFICATE)
    _written(certificate, authority.seal_issuer(it, root.sign))
    sys.stdout.write(f"{certificate}: {it.name}, serial {it.serial.hex()}, until {_day(it.not_after)}\n")
    return HOLDS


def _revoke(options: argparse.Namespace) -> int:
    root, known = signer.load_key(options.root), Revocations()
    if options.list.exists():
        known = authority.read_revocations(options.list.read_bytes(), root.public)
    gone = [authority.read_issuer(path.read_bytes(), root.public) for path in options.certificate]
    serials = tuple(sorted({*known.serials, *(each.serial for each in gone)}))
    it = Revocations(known.version + 1, _now(), serials)
    _written(options.list, authority.seal_revocations(it, root.sign))
    names = ", ".join(each.name for each in gone)
    sys.stdout.write(
        f"{options.list}: version {it.version}, {names} may sign no more; it travels with each new bundle\n"
    )
    return HOLDS


def _make(options: argparse.Namespace) -> int:
    own, today = signer.load_signer(options.key), _today()
    wanted = making.from_toml(options.answers) if options.answers else making.ask_all(_ask, _say, today, Path())
    made = making.make(wanted, own, _now(), today)
    _written(options.out, made.data)
    _say(f"{options.out}: SIRET {wanted.siret}, till {wanted.till}, {len(made.data)} bytes")
    if made.code:
        _show(made)
    return HOLDS


def _ask(prompt: str) -> str:
    """Raises EOFError when nobody answers any more."""
    sys.stdout.write(prompt)
    sys.stdout.flush()
    line = sys.stdin.readline()
    if not line:
        raise EOFError
    return line


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def _show(made: Made) -> None:
    """The code that opens it, once: it is kept nowhere."""
    import segno

    _say(f"Opening code, to be scanned at the till and kept apart from the stick:\n{made.code}")
    if sys.stdout.isatty():
        segno.make(made.code, error="m").terminal(compact=True)


def _batch(options: argparse.Namespace) -> int:
    from appliance.provision.sheet import sheets

    own = signer.load_signer(options.key)
    made = batch.make_all(
        batch.wanted_tills(options.list), options.list.name, own, _now(), _today(), _progress(sys.stderr.isatty())
    )
    options.out.mkdir(parents=True, exist_ok=True)
    for each in made:
        _written(options.out / batch.file_name(each.wanted), each.data)
    cards = [batch.card(each, _name(each)) for each in made if each.code]
    if cards:
        _written(options.out / "sheets.pdf", sheets(cards, "Codes d'ouverture"))
    _say(f"{options.out}: {len(made)} bundles, {len(cards)} codes in sheets.pdf; give the sheets and the sticks apart")
    return HOLDS


def _progress(shown: bool) -> Callable[[int, int], None]:
    def show(part: int, whole: int) -> None:
        if shown:
            sys.stderr.write(f"\r{part}/{whole}" + ("\n" if part == whole else ""))

    return show


def _name(made: Made) -> str:
    import tomllib

    return str(tomllib.loads(made.wanted.inside.files["shop.toml"].decode())["name"])


def _check(options: argparse.Namespace) -> int:
    data, root = options.bundle.read_bytes(), signer.public_key(options.root)
    try:
        proven = bundle.prove(data, root)
        it = proven.bundle
        closed = f"to the till {lock.fingerprint(it.device)}" if it.device else "under a code"
        _say(f"SIRET {it.siret}, till {it.till}, version {it.version}, closed {closed}")
        _say(f"signed by {proven.issuer.name} on {_day(it.issued)}, sha256 {proven.sha256.hex()}")
        if not options.code:
            return HOLDS
        inside = bundle.unlock(it, bytes(32), lock.code_of(options.code))
    except BundleError as error:
        _say(str(error))
        return WRONG
    found = faults(inside, it.siret, it.till, _today())
    for line in found or ["everything a till needs is inside"]:
        _say(line)
    return WRONG if found else HOLDS


def _day(t: int) -> str:
    return datetime.fromtimestamp(t / 1000, UTC).strftime("%Y-%m-%d")


def _written(path: Path, data: bytes) -> None:
    """Whole or not at all, and durable: the next thing that happens to it is that a stick is pulled out."""
    # If we stop here, the old file stands, or none, and perhaps a temporary one that the next call removes.
    durable_file(OsDisk(), path, data)
