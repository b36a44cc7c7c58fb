"""Attacks that need more than one file: another chain, another statement, another format, a copy that went on."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from zlib import crc32

import cbor2
import pytest

from appliance.audit.manifest import DOMAIN, TYPE
from appliance.storage.cose import Form
from tests.audit.archiving import contents, packed
from tests.verifier.page import Officer
from tests.verifier.script import by_script
from tests.verifier.shop import Shop, archived, lived

UNIT = 512
FORM = Form(TYPE, DOMAIN)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    return lived(tmp_path_factory.mktemp("shop"))


@pytest.fixture(scope="module")
def archive(shop: Shop) -> Path:
    return archived(shop, "2026-11-22", "2026-11-23")


@pytest.mark.browser
def test_a_till_begun_anew_is_not_the_one_that_was_pinned(
    script: ModuleType, page: Officer, shop: Shop, tmp_path: Path
) -> None:
    """Wipe (INA-02): alone it is coherent and said to be no more; with the id that a Z ticket prints it is broken."""
    pin = shop.scribe.genesis[:16].hex()
    anew = Shop(tmp_path, after=3_600_000)
    anew.live(2)
    anew.save()

    assert page.check(tmp_path).verdict == "coherent"
    assert page.check(tmp_path, pin).where == by_script(script, tmp_path, pin) == "record 0"
    assert by_script(script, shop.scribe.home, pin) == page.check(shop.scribe.home, pin).where == ""


@pytest.mark.browser
def test_two_copies_that_went_on_are_told_by_their_heads(script: ModuleType, page: Officer, tmp_path: Path) -> None:
    """Clone: each alone is coherent, so each judge prints the head and the number at which they can be compared."""
    heads = []
    for name, lines in (("one", 3), ("two", 4)):
        copy = Shop(tmp_path / name)
        copy.live(2)
        copy.live(lines)
        copy.save()
        head = script.check(tmp_path / name, "", "")[-1].rsplit(" ", 1)[1]
        assert head in "".join(page.check(tmp_path / name).text.split())
        heads.append((copy.scribe.genesis, head))

    assert heads[0][0] == heads[1][0]
    assert heads[0][1] != heads[1][1]


@pytest.mark.browser
@pytest.mark.parametrize(("offset", "value"), [(18, b"\0\0"), (20, b"\2"), (21, b"\0")])
def test_another_format_or_algorithm_is_refused(
    offset: int, value: bytes, script: ModuleType, page: Officer, tmp_path: Path
) -> None:
    """Downgrade: the header's checksum is right again, the format below ours or an algorithm that none allows."""
    told = Shop(tmp_path)
    told.live(2)
    told.save()
    path = sorted((tmp_path / "journal").glob("*.seg"))[0]
    data = bytearray(path.read_bytes())
    data[offset : offset + len(value)] = value
    data[4:8] = crc32(data[8:UNIT]).to_bytes(4, "big")
    path.write_bytes(data)

    assert page.check(tmp_path).where == by_script(script, tmp_path) == "segment 1"


RECEIPT = Form("application/vnd.sceau.receipt+cbor", b"sceau/receipt/1")
CONFUSED = {
    "of another type": lambda payload, key: RECEIPT.seal(payload, key.sign),
    "of its type, signed for another domain": lambda payload, key: FORM.envelope(
        payload, key.sign(Form(FORM.type, RECEIPT.domain).to_be_signed(payload))
    ),
    "with something unprotected": lambda payload, key: cbor2.dumps(
        cbor2.CBORTag(18, [FORM.protected, {4: b"x"}, payload, key.sign(FORM.to_be_signed(payload))])
    ),
    "of another tag": lambda payload, key: cbor2.dumps(
        cbor2.CBORTag(98, [FORM.protected, {}, payload, key.sign(FORM.to_be_signed(payload))])
    ),
    "with another protected header": lambda payload, key: cbor2.dumps(
        cbor2.CBORTag(18, [cbor2.dumps({1: -8}), {}, payload, key.sign(FORM.to_be_signed(payload))])
    ),
}


@pytest.mark.browser
@pytest.mark.parametrize("name", CONFUSED)
def test_a_statement_of_another_kind_is_no_manifest(
    name: str, script: ModuleType, page: Officer, shop: Shop, archive: Path, tmp_path: Path
) -> None:
    """COSE confusion: signed with the till's own key over the manifest's own payload, and no manifest all the same."""
    members = contents(archive)
    payload = cbor2.loads(members["manifest.cose"]).value[2]
    path = tmp_path / archive.name
    path.write_bytes(packed({**members, "manifest.cose": CONFUSED[name](payload, shop.scribe.key)}))

    assert page.check(path).where == by_script(script, path) == "manifest.cose"
