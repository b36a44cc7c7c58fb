"""The page alone: its arithmetic against the standards' vectors, its policy, its words."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from random import Random

import pytest
from nacl.signing import SigningKey

from tests.verifier import attacks
from tests.verifier.page import PAGE, Officer, digest, officer, policy, stamped
from tests.verifier.shop import Shop, archived, lived

pytestmark = pytest.mark.browser

# RFC 8032, section 7.1: secret key, public key, message, signature; TEST 1 to 3 and SHA(abc).
VECTORS = (
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
    (
        "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
        "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704",
    ),
)
ORDER = 2**252 + 27742317777372353535851937790883648493
# Points of small order, what is no point, one of mixed order: no fit keys, though signatures under them can be made.
UNFIT = (
    "01" + "00" * 31,
    "00" * 32,
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "ec" + "ff" * 30 + "7f",
    "ff" * 32,
    "cdb267ce40c5cd45306fa5d2f29731459387dbf9eb933b7bd5aed9a765b88d4d",
)


@pytest.fixture(scope="module")
def page() -> Iterator[Officer]:
    with officer() as found:
        yield found


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    return lived(tmp_path_factory.mktemp("shop"), days=2, sales=3)


def verified(page: Officer, key: str, message: str, signature: str) -> list[bool]:
    """By the page's own arithmetic and by WebCrypto."""
    given = ", ".join(f"lib.unhex('{each}')" for each in (key, message, signature))
    found = page.compute(f"[lib.ownVerify({given}), await lib.webVerify({given})]")
    assert isinstance(found, list)
    return found


@pytest.mark.parametrize("vector", VECTORS, ids=["1", "2", "3", "sha-abc"])
def test_ed25519(page: Officer, vector: tuple[str, str, str]) -> None:
    key, message, signature = vector
    assert verified(page, key, message, signature) == [True, True]
    assert page.compute(f"lib.fit(lib.unhex('{key}'))") is True
    wrong = bytearray.fromhex(signature)
    for at in (0, 31, 32, 63):
        wrong[at] ^= 1
        assert verified(page, key, message, wrong.hex()) == [False, False]
        wrong[at] ^= 1
    assert verified(page, key, message + "00", signature) == [False, False]


def test_ed25519_refuses_a_second_form(page: Officer) -> None:
    """s + L stands for s: malleable, refused (RFC 8032, section 5.1.7)."""
    key, message, signature = VECTORS[1]
    raw = bytes.fromhex(signature)
    grown = int.from_bytes(raw[32:], "little") + ORDER
    assert verified(page, key, message, (raw[:32] + grown.to_bytes(32, "little")).hex()) == [False, False]


def test_ed25519_as_libsodium(page: Officer) -> None:
    """On new keys and messages."""
    random = Random(8032)
    for _ in range(12):
        key, message = SigningKey(random.randbytes(32)), random.randbytes(random.randrange(200))
        signature = key.sign(message).signature
        assert verified(page, bytes(key.verify_key).hex(), message.hex(), signature.hex()) == [True, True]


@pytest.mark.parametrize("key", UNFIT)
def test_unfit_keys(page: Officer, key: str) -> None:
    assert page.compute(f"lib.fit(lib.unhex('{key}'))") is False


def test_sha256(page: Officer) -> None:
    """FIPS 180-4's examples, and every length around a block, in pieces, as WebCrypto and hashlib have it."""
    assert page.compute("lib.hex(lib.sha256(lib.bytes('')))") == sha256(b"").hexdigest()
    long = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"
    assert page.compute(f"lib.hex(lib.sha256(lib.bytes('{long}')))") == sha256(long.encode()).hexdigest()
    assert page.compute("lib.hex(lib.sha256(new Uint8Array(1000000).fill(97)))") == sha256(b"a" * 10**6).hexdigest()
    differ = page.compute("""await (async () => {
        const data = Uint8Array.from({length: 300}, (_, i) => i * 7), wrong = [];
        for (let n = 0; n <= 300; n++) {
            const hash = new lib.Sha256();
            for (let at = 0, step = 1; at < n; at += step, step = step * 3 % 71)
                hash.update(data.subarray(at, Math.min(n, at + step)));
            const theirs = new Uint8Array(await crypto.subtle.digest("SHA-256", data.subarray(0, n)));
            if (lib.hex(hash.digest()) !== lib.hex(theirs)) wrong.push(n);
        }
        return wrong; })()""")
    assert differ == []


def test_sha512(page: Officer) -> None:
    """As WebCrypto, around the block's length."""
    differ = page.compute("""await (async () => {
        const data = Uint8Array.from({length: 300}, (_, i) => i * 5), wrong = [];
        for (let n = 100; n <= 300; n += 3) {
            const theirs = new Uint8Array(await crypto.subtle.digest("SHA-512", data.subarray(0, n)));
            if (lib.hex(lib.sha512(data.subarray(0, n))) !== lib.hex(theirs)) wrong.push(n);
        }
        return wrong; })()""")
    assert differ == []


def test_policy(page: Officer) -> None:
    """No other script or style than the page's own: `python -m tests.verifier.page` renews the hashes.

    One question, to where the page came from; for a file that is nowhere.
    """
    html = PAGE.read_text("utf-8")
    assert policy(html) == {
        "default-src": "'none'",
        "script-src": digest(html, "script"),
        "style-src": digest(html, "style"),
        "worker-src": "blob:",
        "connect-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)|src=|href=|@import|XMLHttp|WebSocket|import\(", html)
    assert re.findall(r"fetch\(.{12}", html) == ["fetch(`v1/public/c"]


def test_nothing_leaves(page: Officer, shop: Shop) -> None:
    """But the page itself and the worker's blob nothing is asked for, and nobody complains."""
    page.check(shop.scribe.home)
    assert {url.split(":")[0] for url in page.requests} <= {"file", "blob"}
    assert [url for url in page.requests if url.startswith("file")] == [PAGE.as_uri()]
    assert page.complaints == []


def test_pin(page: Officer, shop: Shop) -> None:
    """Authentic is said only of a chain or key that was asked for; another one is refused."""
    chain, key = shop.scribe.genesis[:16].hex(), shop.scribe.key.public.hex()
    home = shop.scribe.home
    assert page.check(home).verdict == "coherent"
    assert page.check(home, chain).verdict == "authentic"
    assert page.check(home, "-".join(re.findall("....", chain.upper()))).verdict == "authentic"
    assert page.check(home, key).verdict == "authentic"
    assert page.check(home, "0" * 32)[:2] == ("broken", "record 0")
    assert page.check(home, "0" * 64)[:2] == ("broken", "record 0")


def test_a_part_is_never_authentic_by_the_chain_alone(page: Officer, tmp_path: Path) -> None:
    """A segment from the middle announces its chain; whoever writes one can announce any."""
    shop = lived(tmp_path)
    chain = shop.scribe.genesis[:16].hex()
    part = shop.scribe.home / "journal" / "00000002.seg"
    assert page.check(part, chain).verdict == "partial"
    assert page.check(part).verdict == "partial"


def test_words(page: Officer, shop: Shop) -> None:
    """French first, English on demand, the same figures."""
    path = archived(shop, "2026-11-21", "2026-11-22")
    french = page.check(path).text
    page.page.click("#en")
    english = page.page.inner_text("#result")
    page.page.click("#fr")
    for said in ("Cohérent", "Épicerie des Halles", "12345678200010", "22 novembre 2026", "Ce qui a été contrôlé", "€"):
        assert said in french
    for said in ("Coherent", "12345678200010", "22 November 2026", "What was not, and why"):
        assert said in english
    assert "undefined" not in french + english
    assert "NaN" not in french + english


def test_no_file_of_ours(page: Officer, tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").write_bytes(b"x" * 5000)
    (tmp_path / "empty.zip").write_bytes(b"")
    assert page.check(tmp_path / "photo.jpg")[:2] == ("broken", "photo.jpg")
    assert page.check(tmp_path / "empty.zip")[:2] == ("broken", "empty.zip")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "note.txt").write_text("x")
    (tmp_path / "folder" / "note2.txt").write_text("x")
    assert page.check(tmp_path / "folder").verdict == "unreadable"


def test_a_browser_without_ed25519(page: Officer, shop: Shop, tmp_path: Path) -> None:
    """The page's own arithmetic comes to the same verdict, and says that it did the work."""
    html = PAGE.read_text("utf-8").replace("let web = !!subtle;", "let web = false;")
    assert html != PAGE.read_text("utf-8")
    copy = tmp_path / "verifier.html"
    copy.write_text(stamped(html), "utf-8")
    browser = page.page.context.browser
    assert browser
    old = Officer(browser.new_page(), copy)
    said = old.check(shop.scribe.home, shop.scribe.genesis[:16].hex())
    assert said.verdict == "authentic"
    assert "BigInt" in said.text
    hurt = tmp_path / "hurt"
    shutil.copytree(shop.scribe.home, hurt)
    attacks.JOURNAL["flip_a_byte_and_sum_again"](hurt, hurt)
    where = old.check(hurt).where
    assert where == page.check(hurt).where != ""
