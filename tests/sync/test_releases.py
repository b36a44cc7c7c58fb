"""The publisher's register and the object of `software`: there and back, under the right key, in no second form."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.sync import pieces, releases
from appliance.sync.pieces import PIECE
from appliance.sync.protocol import ProtocolError
from appliance.sync.releases import Published, why_not_after
from tests.sync.publisher import PUBLISHER, SECOND, THIRD, bundle, cut, published, register, release, turn

DATA = bundle(3000)
ROW = published(DATA)
ROOT = PUBLISHER.public


def test_there_and_back() -> None:
    other = published(b"another", "0.10.0")
    data = register(other, ROW, number=7)
    it = releases.read(data, ROOT)
    assert (it.number, it.releases, it.keys, it.data) == (7, (ROW, other), (ROOT,), data)
    assert it.bundle(ROW.sha256) == it.running(ROW.root_hash) == ROW
    assert it.bundle(bytes(32)) is it.running(bytes(32)) is None


def test_no_byte_can_change() -> None:
    """Neither of the register nor of what stands in front of it."""
    data = register(ROW, number=5, key=SECOND, turns=(turn(PUBLISHER, SECOND, 5),))
    assert releases.read(data, ROOT).keys == (ROOT, SECOND.public)
    flips = (data[:at] + bytes([data[at] ^ flip]) + data[at + 1 :] for at in range(len(data)) for flip in (1, 0x80))
    for wrong in [*flips, data[:-1], data + b"\0", b""]:
        with pytest.raises(ProtocolError):
            releases.read(wrong, ROOT)


def test_roots_rotate() -> None:
    """An old image follows to the newest key, a new one knows where it comes from, a stranger's is refused by both."""
    turns = (turn(PUBLISHER, SECOND, 3), turn(SECOND, THIRD, 9))
    data = register(ROW, number=9, key=THIRD, turns=turns)
    for root in (PUBLISHER, SECOND, THIRD):
        assert releases.read(data, root.public).number == 9
    with pytest.raises(ProtocolError, match="not of the publisher"):
        releases.read(data, release_of_nobody())


def release_of_nobody() -> bytes:
    return bytes(31) + b"\1"


@pytest.mark.parametrize(
    ("key", "number", "turns"),
    [
        (PUBLISHER, 9, (turn(PUBLISHER, SECOND, 3),)),  # the old key signs on
        (SECOND, 2, (turn(PUBLISHER, SECOND, 3),)),  # before it was its turn
        (SECOND, 9, ()),  # nobody handed over
        (THIRD, 9, (turn(PUBLISHER, SECOND, 3), turn(PUBLISHER, THIRD, 4))),  # handed over twice
        (THIRD, 9, (turn(SECOND, THIRD, 4), turn(PUBLISHER, SECOND, 3))),  # in another order
        (THIRD, 9, (turn(PUBLISHER, SECOND, 5), turn(SECOND, THIRD, 5))),  # at one number
        (PUBLISHER, 9, (turn(PUBLISHER, SECOND, 3), turn(SECOND, PUBLISHER, 4))),  # round in a circle
        (PUBLISHER, 9, (turn(PUBLISHER, PUBLISHER, 3),)),
    ],
)
def test_a_chain_that_is_none(key: Any, number: int, turns: tuple[bytes, ...]) -> None:
    with pytest.raises(ProtocolError):
        releases.read(register(ROW, number=number, key=key, turns=turns), ROOT)


def test_a_key_that_does_not_know_of_it_takes_over_nothing() -> None:
    """The proof is the new key's own, over both keys and the number."""
    for proof in (bytes(64), PUBLISHER.sign(releases._proof(ROOT, SECOND.public, 3))):
        payload = cbor2.dumps({1: ROOT, 2: SECOND.public, 3: 3, 4: proof})
        wrong = releases.SUCCESSOR.seal(payload, PUBLISHER.sign)
        with pytest.raises(ProtocolError, match="has not proven"):
            releases.read(register(ROW, number=3, key=SECOND, turns=(wrong,)), ROOT)


def test_it_only_goes_up() -> None:
    """No lower number, no second register under one, and no way back to a key that handed over."""
    old = releases.read(register(ROW, number=4), ROOT)
    same = releases.read(register(ROW, published(b"x", "0.3.0"), number=4), ROOT)
    newer = releases.read(register(ROW, number=5), ROOT)
    turned = releases.read(register(ROW, number=6, key=SECOND, turns=(turn(PUBLISHER, SECOND, 6),)), ROOT)
    forked = releases.read(register(ROW, number=9, key=THIRD, turns=(turn(PUBLISHER, THIRD, 6),)), ROOT)
    stolen = releases.read(register(ROW, number=9), ROOT)
    for one, other in ((old, old), (old, newer), (newer, turned), (old, turned)):
        assert why_not_after(one, other) == ""
    assert "number 4, and number 5 was seen" in why_not_after(newer, old)
    assert "two registers" in why_not_after(old, same)
    for later in (forked, stolen):
        assert "not of the key" in why_not_after(turned, later)


@pytest.mark.parametrize(
    "rows",
    [
        (ROW, ROW),
        (ROW, ROW._replace(version="0.3.0")),  # one bundle, two versions
        (published(b"x", "0.3.0"), ROW),  # not in order
        (ROW._replace(version="0.2"),),
        (ROW._replace(version="0.2.00"),),
        (ROW._replace(version="../../x"),),
        (ROW._replace(board="a/b"),),
        (ROW._replace(board=""),),
        (ROW._replace(size=0),),
        (ROW._replace(size=releases.BUNDLE_BYTES + 1),),
        (ROW._replace(sha256=bytes(31)),),
        (ROW._replace(issued=-1),),
    ],
)
def test_rows_that_are_none(rows: tuple[Published, ...]) -> None:
    """Signed as they should be."""
    with pytest.raises(ProtocolError):
        releases.read(releases.seal(1, 0, rows, (), PUBLISHER.sign), ROOT)


def test_too_many_rows() -> None:
    rows = [published(bytes([at // 256, at % 256]), f"0.{at}.0") for at in range(releases.ROWS + 1)]
    with pytest.raises(ProtocolError):
        releases.read(releases.seal(1, 0, rows, (), PUBLISHER.sign), ROOT)
    data = releases.seal(1, 0, rows[:-1], (), PUBLISHER.sign)
    assert len(releases.read(data, ROOT).releases) == releases.ROWS
    assert len(data) <= releases.REGISTER_BYTES


@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12), st.integers(0, 12)), min_size=2, max_size=2))
def test_versions_stand_in_the_order_of_their_numbers(pair: list[tuple[int, int, int]]) -> None:
    one, other = (".".join(map(str, each)) for each in pair)
    assert (releases.order(one) < releases.order(other)) == (pair[0] < pair[1])


# The object of `software`


def test_a_release_is_cut() -> None:
    """Every byte of the bundle stands in one piece, the last of which may be short."""
    data = bundle(2 * PIECE + 5)
    it = release(data)
    assert (it.parts, [it.span(each) for each in range(3)]) == (3, [(0, PIECE), (PIECE, PIECE), (2 * PIECE, 5)])
    assert it.digests() == [sha256(each).digest() for each in cut(data)]
    assert pieces.read(it.encode()) == it
    row = published(data)
    assert pieces.proven(it, releases.read(it.register, ROOT)) == row
    assert len(release(bundle(PIECE)).digests()) == 1


def test_a_bundle_that_is_another() -> None:
    with pytest.raises(ProtocolError, match="not the one"):
        release(bundle(100, seed=2), published(bundle(100)))


@pytest.mark.parametrize(
    "changes",
    [
        {"size": 0},
        {"size": 2**63 - 1},
        {"size": PIECE + 1},
        {"piece": 1},
        {"piece": 2 * PIECE},
        {"piece": 0},
        {"hashes": b""},
        {"hashes": bytes(33)},
        {"hashes": bytes(64)},
        {"version": "0.2.0\n"},
        {"version": "0.2"},
        {"board": "../etc"},
        {"sha256": bytes(20)},
        {"register": b""},
        {"register": bytes(releases.REGISTER_BYTES + 1)},
        {"size": True},
    ],
)
def test_hostile_releases(changes: dict[str, Any]) -> None:
    """Sizes, counts and names that do not go together."""
    it = release(DATA)
    with pytest.raises(ProtocolError):
        pieces.read(it._replace(**changes).encode())


def test_a_release_in_another_form() -> None:
    data = release(DATA).encode()
    for wrong in (b"", b"\xa0", data[:-1], data + b"\0", b"\xb8\x07" + data[1:], bytes(pieces.RELEASE_BYTES + 1)):
        with pytest.raises(ProtocolError):
            pieces.read(wrong)


def test_a_release_that_the_register_does_not_name() -> None:
    known = releases.read(register(ROW), ROOT)
    for changes in ({"version": "0.3.0"}, {"board": "generic-amd64"}, {"size": 3001}, {"sha256": bytes(32)}):
        with pytest.raises(ProtocolError, match="not in the publisher's register"):
            pieces.proven(release(DATA)._replace(**changes), known)
