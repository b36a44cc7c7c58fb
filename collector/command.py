"""`sceau-collector`: what a person types. A command says what it did; else one sentence on what to do, and exit 2."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

from appliance.sync import delivery, keylog, manifest, shop, token
from appliance.sync.protocol import ProtocolError
from appliance.sync.registry import BRANCH, RETIRED, REVOKED, SUCCESSOR
from collector import build, config, keys, release
from collector.audit import Audit, rewritten
from collector.bundles import Bundles
from collector.config import Config, ConfigError
from collector.diagnostics import Requests
from collector.folder import Unfit
from collector.keys import BadKey
from collector.log import command as receipts
from collector.objects import Objects
from collector.office import command as office
from collector.qualify import locked, race
from collector.registry import Unknown
from collector.serve import serve
from collector.store import Unavailable, numbered
from collector.witness import command as witness

REFUSED = (ValueError, ConfigError, BadKey, Unfit, ProtocolError, Unavailable, OSError)
KEY, ROOT = "collector.key", "root.key"


def main(words: Sequence[str] | None = None) -> int:
    said = _parser().parse_args(words)
    try:
        said.run(said)
    except Unknown:
        print("sceau-collector: this chain is not enrolled here", file=sys.stderr)
        return 2
    except REFUSED as error:
        print(f"sceau-collector: {error}", file=sys.stderr)
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("sceau-collector", description="Takes the tills' batches and gives receipts.")
    commands = parser.add_subparsers(required=True, metavar="command")
    first = commands.add_parser("init", help="make keys and settings in a new folder")
    first.add_argument("folder", type=Path)
    first.add_argument("--url", required=True, help="how tills address it, https://…")
    first.add_argument("--release-key", help="public key that signs pointers; made when it is not given")
    first.add_argument("--bucket", help="an S3 bucket, credentials from the environment; a folder when left out")
    first.add_argument("--endpoint", help="the S3 server; AWS when left out")
    first.add_argument("--region", default="us-east-1")
    first.add_argument("--listen", default="127.0.0.1:8090", help="host:port")
    first.set_defaults(run=_init)
    run = commands.add_parser("serve", help="run one replica")
    asked = commands.add_parser("token", help="a one-time code that enrols one till")
    asked.add_argument("--siret", required=True)
    asked.add_argument("--till", required=True)
    _with_config((run, _serve), (asked, _token))
    _keys(commands.add_parser("key", help="the collector's keys").add_subparsers(required=True, metavar="act"))
    _registry(commands.add_parser("registry", help="how a chain stands").add_subparsers(required=True, metavar="act"))
    office.add(commands, _with_config)
    receipts.add(commands, _with_config)
    witness.add(commands)
    release.add(commands, _with_config)
    _pointers(
        commands.add_parser("pointer", help="what tills should apply").add_subparsers(required=True, metavar="act")
    )
    _bundles(
        commands.add_parser("bundle", help="what blank machines fetch").add_subparsers(required=True, metavar="act")
    )
    made = commands.add_parser("manifest", help="sign which till of a taxpayer has sent what, once a day")
    made.add_argument("--siren", required=True)
    made.add_argument("--day", required=True, help="YYYY-MM-DD")
    closing = commands.add_parser("closing", help="sign the sums of all tills of a shop; exit 1 for one it cannot read")
    closing.add_argument("siret")
    closing.add_argument("level", choices=sorted(set(shop.LEVELS.values())))
    closing.add_argument("period", help="YYYY-MM-DD, YYYY-MM, or the YYYY-MM in which the fiscal year began")
    audited = commands.add_parser(
        "audit", help="prove the whole store again, without a server; exit 1 with what is wrong"
    )
    audited.add_argument("--seen", type=Path, help="checkpoints that somebody has kept, as `witness show` prints")
    raced = commands.add_parser("qualify-store", help="race the store before tills depend on it; exit 1 when it fails")
    raced.add_argument("--writers", type=int, default=4)
    raced.add_argument("--names", type=int, default=12)
    _with_config((made, _manifest), (closing, _closing), (audited, _audit), (raced, _qualify))
    return parser


def _with_config(*commands: tuple[argparse.ArgumentParser, object]) -> None:
    for parser, run in commands:
        parser.add_argument("--config", type=Path, default=Path(config.NAME), help=f"the settings ({config.NAME})")
        parser.set_defaults(run=run)


def _keys(acts: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    listed = acts.add_parser("list", help="what the key log says")
    new = acts.add_parser("new", help="make a key; prints the public half for `key sign`")
    new.add_argument("file", type=Path)
    new.set_defaults(run=_key_new)
    exported = acts.add_parser("export", help="the key log as a file, for the machine that holds the root key")
    exported.add_argument("file", type=Path)
    signed = acts.add_parser("sign", help="offline: the root signs the next entry of the key log")
    signed.add_argument("--root", type=Path, required=True, help="file of the root key")
    signed.add_argument("--log", type=Path, required=True, help="file that `key export` made")
    signed.add_argument("--public", required=True, help="public key, 64 hexadecimal digits")
    signed.add_argument("--since", type=int, help="UTC ms; now when left out")
    signed.add_argument("--until", type=int, help="UTC ms; open when left out")
    signed.add_argument("out", type=Path)
    signed.set_defaults(run=_key_sign)
    added = acts.add_parser("add", help="publish the entry that the root has signed")
    added.add_argument("file", type=Path)
    _with_config((listed, _key_list), (exported, _key_export), (added, _key_add))


def _registry(acts: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    shown = acts.add_parser("show")
    added = acts.add_parser("add")
    for parser in (shown, added):
        parser.add_argument("chain", help="chain id, 32 hexadecimal digits")
    added.add_argument("what", choices=[REVOKED, RETIRED, BRANCH, SUCCESSOR])
    added.add_argument("--note", default="", help="a text; for successor the other chain's id")
    _with_config((shown, _registry_show), (added, _registry_add))


def _pointers(acts: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    added = acts.add_parser("add", help="relay a pointer that the release key has signed")
    added.add_argument("file", type=Path)
    added.add_argument("--object", type=Path, help="what it names, when tills fetch it here")
    asked = acts.add_parser("ask", help="relay a request for diagnostics that the release key has signed")
    asked.add_argument("file", type=Path)
    _with_config((added, _pointer_add), (asked, _pointer_ask))


def _bundles(acts: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    put = acts.add_parser("put", help="let a bundle wait for its machine; the one with the greatest version counts")
    put.add_argument("file", type=Path)
    put.add_argument("--device", help="what the machine's QR says, for a bundle that is closed under a code")
    _with_config((put, _bundle_put))


def _serve(said: argparse.Namespace) -> None:
    serve(config.load(said.config))


def _init(said: argparse.Namespace) -> None:
    said.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    root, own = keys.make(said.folder / ROOT), keys.make(said.folder / KEY)
    release = said.release_key or keys.make(said.folder / "release.key").public.hex()
    host, _, port = said.listen.rpartition(":")
    path = said.folder / config.NAME
    path.write_text(
        f'url = "{said.url}"\nroot = "{root.public.hex()}"\nrelease_key = "{release}"\nkey = "{KEY}"\n'
        f'\n[listen]\nhost = "{host}"\nport = {port}\n\n[log]\nevery = 600\n\n[store]\n{_where(said)}',
        "utf-8",
    )
    made = config.load(path)
    first = keylog.KeyLog(root.public, (), ()).next(own.public, build.now(), None)
    asyncio.run(keys.publish(build.opened(made), root.public, keylog.seal(first, root.sign)))
    print(f"{path} is ready; the collector's key is {own.kid.hex()}, its root {root.public.hex()}")
    print(f"take {said.folder / ROOT} (and release.key) offline now: copy them to two sticks and delete them here")


def _where(said: argparse.Namespace) -> str:
    if not said.bucket:
        return 'folder = "store"\n'
    endpoint = f'endpoint = "{said.endpoint}"\n' if said.endpoint else ""
    return f'bucket = "{said.bucket}"\nregion = "{said.region}"\n{endpoint}'


def _token(said: argparse.Namespace) -> None:
    parts = build.parts(config.load(said.config))
    digits = token.digits(asyncio.run(parts.enrolments.offer(said.siret, said.till)))
    import segno

    segno.make(digits, error="m").terminal(compact=True)
    print(digits)
    print(f"good for one hour, for till {said.till} of {said.siret}, once")


def _manifest(said: argparse.Namespace) -> None:
    parts = build.parts(config.load(said.config))
    data = asyncio.run(parts.manifests.make(said.siren, said.day))
    for row in manifest.read(data, asyncio.run(parts.keys.log())).rows:
        state = "closed" if row.closed else "SILENT" if row.silent else "ok"
        print(row.chain_id.hex(), row.siret, row.till, row.next_seq, row.received, state, f"{row.forks} forks")


def _closing(said: argparse.Namespace) -> None:
    parts = build.parts(config.load(said.config))
    made = asyncio.run(parts.shops.make(said.siret, said.level, said.period))
    it = shop.read(made.data, asyncio.run(parts.keys.log()))
    for part in it.parts:
        print(part.chain_id.hex(), part.till, f"closing {part.number}, record {part.record}: {part.total} cents")
    for chain_id in it.missing:
        print(chain_id.hex(), "MISSING: nothing came")
    print(f"number {made.number}: {it.sums.tickets} tickets, {it.sums.total} cents over {len(it.parts)} closings")
    for fault in made.faults:
        print(fault)
    if made.faults:
        sys.exit(1)


def _audit(said: argparse.Namespace) -> None:
    settings = config.load(said.config)
    seen = said.seen.read_bytes() if said.seen else b""
    report = asyncio.run(Audit(build.opened(settings), settings.root, seen).run())
    versions = list(rewritten(settings.store)) if isinstance(settings.store, config.S3) else []
    print(f"{report.chains} chains, {report.batches} batches, {report.records} records proven")
    print(f"{report.logged} receipts in the log")
    for finding in (*report.findings, *versions):
        print(finding)
    if report.findings or versions:
        sys.exit(1)


def _qualify(said: argparse.Namespace) -> None:
    settings = config.load(said.config)
    found = asyncio.run(race([build.opened(settings) for _ in range(max(2, said.writers))], said.names))
    broke = len(found.findings)
    print(f"{found.names} names, {found.writers} writers each: {broke} broke the rule, {found.unclear} unclear")
    keeps = locked(*settings.store) if isinstance(settings.store, config.S3) else ""
    for sentence in (*found.findings, *filter(None, [keeps])):
        print(sentence)
    if found.findings:
        sys.exit(1)


def _key_new(said: argparse.Namespace) -> None:
    print(keys.make(said.file).public.hex())


async def _log(settings: Config) -> keylog.KeyLog:
    return keylog.read(await numbered(build.opened(settings), keys.PREFIX), settings.root)


def _key_list(said: argparse.Namespace) -> None:
    for entry in asyncio.run(_log(config.load(said.config))).entries:
        print(entry.number, entry.key.hex(), entry.since, entry.until if entry.until is not None else "open")


def _key_export(said: argparse.Namespace) -> None:
    said.file.write_bytes(asyncio.run(_log(config.load(said.config))).encode())


def _key_sign(said: argparse.Namespace) -> None:
    root = keys.load(said.root)
    log = keylog.decode(said.log.read_bytes(), root.public)
    try:
        public = bytes.fromhex(said.public)
    except ValueError as error:
        raise BadKey("the public key is not in hexadecimal digits: give 64 of them") from error
    entry = log.next(public, build.now() if said.since is None else said.since, said.until)
    sealed = keylog.seal(entry, root.sign)
    keylog.read([*log.data, sealed], root.public)
    said.out.write_bytes(sealed)
    print(f"entry {entry.number} is in {said.out}: publish it with `sceau-collector key add`")


def _key_add(said: argparse.Namespace) -> None:
    settings = config.load(said.config)
    log = asyncio.run(keys.publish(build.opened(settings), settings.root, said.file.read_bytes()))
    print(f"the key log has {len(log.entries)} entries")


def _chain(text: str) -> bytes:
    try:
        found = bytes.fromhex(text)
    except ValueError:
        found = b""
    if len(found) != 16:
        raise ConfigError(f"{text!r} is no chain id: give its 32 hexadecimal digits")
    return found


def _registry_show(said: argparse.Namespace) -> None:
    parts = build.parts(config.load(said.config))
    standing = asyncio.run(parts.registry.standing(_chain(said.chain)))
    print(f"till {standing.registration.till} of {standing.registration.siret}")
    for entry in standing.entries:
        print(entry.number, entry.at, entry.what)


def _registry_add(said: argparse.Namespace) -> None:
    parts = build.parts(config.load(said.config))
    details = _chain(said.note) if said.what == SUCCESSOR else said.note.encode()
    entry = asyncio.run(parts.registry.record(_chain(said.chain), said.what, details, build.now()))
    print(f"recorded as number {entry.number}: {entry.what}; replicas hear of it within a minute")


def _pointer_add(said: argparse.Namespace) -> None:
    parts = build.parts(config.load(said.config))
    if said.object is not None:  # before its pointer: a till that sees one finds the other
        asyncio.run(Objects(parts.store, parts.pointers).add(said.object.read_bytes()))
    it = asyncio.run(parts.pointers.add(said.file.read_bytes()))
    print(f"{it.scope} {it.version} goes to {it.whom}")


def _pointer_ask(said: argparse.Namespace) -> None:
    settings = config.load(said.config)
    parts = build.parts(settings)
    requests = Requests(parts.store, parts.registry, settings.release_key, build.now)
    it = asyncio.run(requests.add(said.file.read_bytes()))
    print(f"till {it.chain_id.hex()} is asked; the answer comes as diagnostics/{it.chain_id.hex()}/{it.nonce.hex()}")


def _bundle_put(said: argparse.Namespace) -> None:
    parts = build.parts(config.load(said.config))
    device = delivery.read_identity(said.device)[1] if said.device else None
    it = asyncio.run(Bundles(parts.store).put(said.file.read_bytes(), device))
    closed = "to its machine" if it.device else "under a code, which travels apart"
    print(f"version {it.version} for till {it.till} of {it.siret} waits for its machine, closed {closed}")
