"""An archive of a short journal, opened and closed again with whatever a test wants in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from hashlib import sha256
from pathlib import Path
from zlib import crc32

from appliance.audit import manifest as statement
from appliance.audit import zip as canonical
from appliance.audit.archive import Made, Order, create
from appliance.audit.archive_period import Asked
from appliance.audit.manifest import File, Manifest
from appliance.audit.verify import Mode, Verdict, verify
from appliance.audit.zip import Member
from appliance.core.event import NAMES
from appliance.storage.flash import Disk, OsDisk
from appliance.storage.keys import Key
from tests.audit.shop import KINDS, SOFTWARE, Nothing, Shop

MADE = 1_795_300_000_000  # UTC ms


def order(shop: Shop, asked: Asked, key: Key | None = None, extras: Mapping[str, bytes] | None = None) -> Order:
    home = shop.scribe.home
    found = Order(home, home / "archives", asked, key or shop.key, MADE, SOFTWARE, KINDS, Nothing, NAMES)
    return found._replace(extras=extras or {})


def made(shop: Shop, asked: Asked, key: Key | None = None, disk: Disk | None = None) -> Made:
    """Of a journal that was saved."""
    (shop.scribe.home / "archives").mkdir(exist_ok=True)
    return create(order(shop, asked, key), disk or OsDisk())


def days(first: str, last: str) -> Asked:
    return Asked.dates(date.fromisoformat(first), date.fromisoformat(last))


def checked(path: Path, chain_id: str | None = None, mode: Mode = "full") -> Verdict:
    return verify(path, mode, chain_id, Nothing, None, KINDS, pause=lambda: None)


def contents(path: Path) -> dict[str, bytes]:
    data = path.read_bytes()
    found = canonical.open_zip(lambda size, offset: data[offset : offset + size], len(data))
    return {each.name: data[each.offset : each.offset + each.size] for each in found}


def packed(members: Mapping[str, bytes]) -> bytes:
    """The canonical ZIP of these members, sorted."""
    found = [(Member(name, crc32(data), len(data)), data) for name, data in members.items()]
    found.sort(key=lambda each: each[0].name.encode("latin-1"))
    body = b"".join(canonical.local(member) + data for member, data in found)
    return body + canonical.tail([member for member, _ in found])


def resigned(members: Mapping[str, bytes], key: Key, change: Callable[[Manifest], Manifest] = lambda it: it) -> bytes:
    """The manifest made anew over the members as they are now, changed, and signed by `key`."""
    own = (statement.COSE_NAME, statement.JSON_NAME)
    said = statement.open_seal(members[statement.COSE_NAME])
    names = sorted((name for name in members if name not in own), key=str.encode)
    files = tuple(File(name, len(members[name]), sha256(members[name]).digest()) for name in names)
    said = change(said._replace(files=files, key=key.public))
    whole = {**members, own[0]: statement.seal(said, key.sign), own[1]: statement.as_json(said)}
    return packed(whole)
