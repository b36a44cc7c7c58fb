"""A bundle goes out in pieces, to the tills that a pointer names; a version goes to more and more of them."""

from __future__ import annotations

import asyncio
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from appliance.sync import pieces, pointer
from appliance.sync.pieces import PIECE
from appliance.sync.pointer import Pointer
from appliance.sync.protocol import ProtocolError
from collector import config, release
from collector.command import main
from collector.objects import RELEASES, Objects
from collector.outgoing import PART, Outgoing
from tests.collector.world import RELEASE, Till, World
from tests.sync import publisher
from tests.sync.line import SIRET, T
from tests.sync.publisher import PUBLISHER, bundle, cut, published, register

DATA = bundle()
OBJECT = publisher.release(DATA).encode()


def signed(data: bytes = OBJECT, version: int = 1, till: str = "B01", share: int | None = None) -> bytes:
    said = Pointer("software", version, sha256(data).digest(), len(data), 0, T * 2, f"{SIRET}/{till}", share)
    return pointer.seal(said, RELEASE.sign)


def asked(shop: World, till: Till, data: bytes) -> int:
    path = f"/v1/objects/{sha256(data).hexdigest()}?chain={till.line.chain_id.hex()}"
    answer = till.get(shop.replicas[1], path)
    assert answer.status_code != 200 or answer.content == data
    return int(answer.status_code)


def test_pieces_are_for_whom_the_pointer_is(shop: World) -> None:
    """Whoever may have the release may have its pieces; another till does not learn that they are there."""
    one, other = shop.till("B01"), shop.till("B02")
    objects = Objects(shop.parts.store, shop.parts.pointers)
    for each in (OBJECT, *cut(DATA)[:-1], b"of nobody"):
        shop.run(objects.add(each))
    assert asked(shop, one, cut(DATA)[0]) == 404
    shop.run(shop.parts.pointers.add(signed()))
    assert [asked(shop, one, each) for each in (OBJECT, *cut(DATA))] == [200, 200, 200, 404]
    assert [asked(shop, other, each) for each in (OBJECT, *cut(DATA))] == [404] * 4
    assert asked(shop, one, b"of nobody") == 404
    shop.run(objects.add(cut(DATA)[-1]))
    assert asked(shop, one, cut(DATA)[-1]) == 200


def test_objects_that_are_no_release(shop: World) -> None:
    """What a pointer of software names and is none lists no piece, and stops nobody."""
    till = shop.till("N01")
    objects = Objects(shop.parts.store, shop.parts.pointers)
    wrong = publisher.release(DATA)._replace(size=2**40).encode()
    for number, each in enumerate((wrong, b"", b"\x80"), start=1):
        shop.run(objects.add(each))
        shop.run(shop.parts.pointers.add(signed(each, number, "N01")))
        assert asked(shop, till, each) == 200
        assert asked(shop, till, cut(DATA)[0]) == 404


def test_few_releases_are_held(shop: World) -> None:
    """However many there are, memory is bounded; a piece is judged without listing the store again."""
    objects = Objects(shop.parts.store, shop.parts.pointers)
    for number in range(1, RELEASES + 4):
        data = bundle(100, seed=number)
        each = publisher.release(data).encode()
        for thing in (each, data):
            shop.run(objects.add(thing))
        shop.run(shop.parts.pointers.add(signed(each, number, "F01")))
        assert shop.run(objects.of(sha256(data).hexdigest(), SIRET, "F01")) == data
    assert len(objects._pieces) == RELEASES
    with pytest.raises(ProtocolError):
        shop.run(objects.of("zz", SIRET, "F01"))


def test_a_slow_till_holds_its_place_and_no_more() -> None:
    """Parts are sent as they are taken; when all places are taken nobody comes in, and one that ends is free again."""

    async def play() -> None:
        outgoing, taken, go = Outgoing(2), [0], asyncio.Event()

        async def found() -> bytes:
            return bytes(3 * PART + 1)

        async def send(message: Any) -> None:
            taken[0] += len(message.get("body", b""))
            if taken[0]:
                await go.wait()

        async def broken() -> bytes:
            raise ProtocolError("not here", 404)

        with pytest.raises(ProtocolError):
            await outgoing.give(broken(), "a/b")
        given = [await outgoing.give(found(), "a/b") for _ in range(2)]
        assert outgoing.full
        sending = asyncio.create_task(given[0]({}, None, send))  # type: ignore[arg-type]
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert (taken, outgoing.full) == ([PART], True)
        go.set()
        await sending
        assert (taken, outgoing.full) == ([3 * PART + 1], False)

    asyncio.run(play())


# Shares


def shown(shop: World, siret: str = SIRET, till: str = "S01") -> list[tuple[int, int]]:
    """Of this till's own pointers to software: the store is shared with the tests of other pointers."""
    found = map(pointer.read, pointer.decode(shop.run(shop.parts.pointers.desired(siret, till))))
    own = (each for each in found if (each.scope, each.whom) == ("software", f"{siret}/{till}"))
    return sorted((each.rank for each in own), reverse=True)


def test_a_version_goes_to_more_tills(shop: World) -> None:
    """The newest is shown, and what the tills outside its share follow; the same share twice is one pointer."""
    add = shop.parts.pointers.add
    for version, share in ((1, None), (2, 500), (2, 50)):
        shop.run(add(signed(till="S01", version=version, share=share)))
    assert shown(shop) == [(2, 500), (1, 1000)]
    shop.run(add(signed(till="S01", version=3, share=20)))
    assert shown(shop) == [(3, 20), (2, 500), (1, 1000)]
    for share in (50, 100):
        shop.run(add(signed(till="S01", version=3, share=share)))
    assert shown(shop) == [(3, 100), (2, 500), (1, 1000)]
    shop.run(add(signed(till="S01", version=4, share=10)))
    assert shown(shop) == [(4, 10), (3, 100), (1, 1000)], "no more than three of one scope"
    shop.run(add(signed(till="S01", version=4)))
    assert shown(shop) == [(4, 1000)]
    shop.run(add(signed(till="S01", version=4, share=900)))
    assert shown(shop) == [(4, 1000)]


def test_one_version_is_one_object(shop: World) -> None:
    """Under whatever share; and what was given out is not given out again in another form."""
    add, other = shop.parts.pointers.add, publisher.release(bundle(10)).encode()
    shop.run(add(signed(till="O01", share=50)))
    assert shop.run(add(signed(till="O01", share=50)))
    for wrong in (signed(other, till="O01", share=500), signed(other, till="O01"), signed(other, till="O01", share=50)):
        with pytest.raises(ProtocolError):
            shop.run(add(wrong))
    shop.run(add(signed(till="O01", share=500)))
    with pytest.raises(ProtocolError, match="given out before"):
        shop.run(add(pointer.seal(pointer.read(signed(till="O01", share=500))._replace(expires=T * 3), RELEASE.sign)))
    shop.run(add(signed(other, till="O02")))


# The commands


@pytest.fixture
def home(tmp_path: Path) -> Path:
    assert main(["init", str(tmp_path / "one"), "--url", "https://collector.example", "--listen", "127.0.0.1:0"]) == 0
    (tmp_path / "one" / "bundle").write_bytes(DATA)
    (tmp_path / "one" / "register").write_bytes(register(published(DATA)))
    return tmp_path / "one"


def packed(home: Path, *more: str) -> int:
    known = ["--register", str(home / "register"), "--publisher", PUBLISHER.public.hex(), *more]
    return main(["release", "pack", "software", str(home / "bundle"), *known, str(home / "packed")])


def pointed(home: Path, *more: str, version: int = 1) -> int:
    what = ["--scope", "software", "--version", str(version), "--object", str(home / "packed" / release.RELEASE)]
    return main(["release", "sign", "--key", str(home / "release.key"), *what, *more, str(home / "pointer")])


def put(home: Path) -> int:
    words = ["--config", str(home / config.NAME), str(home / "packed"), str(home / "pointer")]
    return main(["release", "put", *words])


def test_a_bundle_goes_out(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Cut, signed for some tills, given out; broken off it goes on, and a wider share sends no piece again."""
    assert packed(home) == 0
    it = pieces.read((home / "packed" / release.RELEASE).read_bytes())
    assert (it.version, it.size, it.parts) == ("0.2.0", len(DATA), 3)
    assert pointed(home, "--share", "50") == 0
    assert "50 tills in 1000" in capsys.readouterr().out
    last = home / "packed" / release.PIECES / it.digest(2).hex()
    whole = last.read_bytes()
    last.unlink()
    assert put(home) == 2
    last.write_bytes(whole[:-1])
    assert put(home) == 2
    assert "pack the bundle again" in capsys.readouterr().err
    last.write_bytes(whole)
    assert put(home) == 0
    assert "1 of 3 pieces were sent" in capsys.readouterr().out
    assert pointed(home, "--share", "500") == put(home) == 0
    assert "0 of 3 pieces were sent" in capsys.readouterr().out
    stored = {path.name for path in (home / "store" / "objects").iterdir()}
    assert {sha256(each).hexdigest() for each in (*cut(DATA), OBJECT)} <= stored


@pytest.mark.parametrize("share", ["0", "1001", "-5"])
def test_no_share(home: Path, share: str) -> None:
    assert packed(home) == 0
    assert pointed(home, "--share", share) == 2
    assert not (home / "pointer").exists()


def test_what_is_not_in_the_register_is_not_packed(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Another bundle, one that was withdrawn, a register of somebody else's, none at all."""
    (home / "bundle").write_bytes(DATA + b"x")
    assert packed(home) == 2
    (home / "bundle").write_bytes(DATA)
    (home / "register").write_bytes(register(published(DATA, withdrawn=True)))
    assert packed(home) == 2
    (home / "register").write_bytes(register(published(DATA), key=publisher.SECOND))
    assert packed(home) == 2
    assert packed(home, "--publisher", "12") == 2
    assert main(["release", "pack", "software", str(home / "bundle"), str(home / "packed")]) == 2
    assert "docs/releases.md" in capsys.readouterr().err
    assert not (home / "packed").exists()


def test_a_pointer_to_something_else_is_not_put(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nor signed, when it is no release."""
    assert packed(home) == pointed(home) == 0
    (home / "packed" / release.RELEASE).write_bytes(publisher.release(bundle(PIECE)).encode())
    assert put(home) == 2
    assert "does not name" in capsys.readouterr().err
    (home / "packed" / release.RELEASE).write_bytes(b"no release")
    assert pointed(home) == 2
