"""The tree and its proofs against RFC 6962's own words, tiles against the tree, notes against those of others."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.storage.keys import Key
from appliance.sync import merkle, note, tiles
from appliance.sync.merkle import Hashes
from appliance.sync.note import COSIGNATURE, ED25519, Checkpoint, Signer
from appliance.sync.protocol import ProtocolError
from appliance.sync.tiles import Edge, Tile

# The leaves and the root of eight with which certificate transparency tests itself.
LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOT = "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"
# The example of Go's package golang.org/x/mod/sumdb/note.
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PROBLEM = (
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n"
    "\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
LOG, WITNESS = Key(b"the key of a log for these tests"), Key(b"the key of a witness for a test.")


def tree(data: Sequence[bytes]) -> bytes:
    """MTH, word for word."""
    if len(data) < 2:
        return merkle.leaf(data[0]) if data else sha256(b"").digest()
    k = 1
    while k * 2 < len(data):
        k *= 2
    return sha256(b"\1" + tree(data[:k]) + tree(data[k:])).digest()


def over(data: Sequence[bytes]) -> Hashes:
    return lambda level, index: tree(data[index << level : (index + 1) << level])


def leaves(size: int) -> list[bytes]:
    return [b"%d" % nth for nth in range(size)]


def test_the_published_tree() -> None:
    data = [bytes.fromhex(each) for each in LEAVES]

    assert tree(data).hex() == ROOT
    assert merkle.root(8, over(data)).hex() == ROOT
    assert merkle.root(0, over([])) == merkle.EMPTY


@given(st.integers(1, 70), st.data())
def test_inclusion(size: int, data: st.DataObject) -> None:
    """Each leaf is proven; another leaf, place, size or path is not."""
    all_ = leaves(size)
    index = data.draw(st.integers(0, size - 1))
    path, hashed = merkle.inclusion(index, size, over(all_)), merkle.leaf(all_[index])
    assert merkle.included(hashed, index, size, path) == tree(all_)
    assert merkle.included(merkle.leaf(b"x"), index, size, path) != tree(all_)
    if path:
        nth = data.draw(st.integers(0, len(path) - 1))
        bent = [bytes([each[0] ^ 1]) + each[1:] if at == nth else each for at, each in enumerate(path)]
        assert merkle.included(hashed, index, size, bent) != tree(all_)
        for wrong in (path[:-1], [*path, path[0]]):
            with pytest.raises(ProtocolError):
                merkle.included(hashed, index, size, wrong)
    with pytest.raises(ProtocolError):
        merkle.included(hashed, size, size, path)


@given(st.integers(0, 70), st.integers(0, 70), st.data())
def test_consistency(one: int, other: int, data: st.DataObject) -> None:
    """A beginning is proven to be one; another history, a bent or a cut proof is not."""
    old, size = sorted((one, other))
    all_ = leaves(size)
    proof, roots = merkle.consistency(old, size, over(all_)), (tree(all_[:old]), tree(all_))
    merkle.consistent(old, roots[0], size, roots[1], proof)
    wrong = [[*proof, bytes(32)]]
    if proof:
        nth = data.draw(st.integers(0, len(proof) - 1))
        wrong += [proof[:-1], [bytes(32) if at == nth else each for at, each in enumerate(proof)]]
    for each in wrong:
        with pytest.raises(ProtocolError):
            merkle.consistent(old, roots[0], size, roots[1], each)
    for bent in ((b"x" * 32, roots[1]), *([(roots[0], b"x" * 32)] if old else [])):
        with pytest.raises(ProtocolError):
            merkle.consistent(old, bent[0], size, bent[1], proof)
    if old < size:
        with pytest.raises(ProtocolError):
            merkle.consistent(size, roots[1], old, roots[0], proof)


def grown(steps: Sequence[int]) -> tuple[dict[Tile, bytes], Edge]:
    """What is on disk after a tree has grown in these steps."""
    disk: dict[Tile, bytes] = {}
    it = Edge()
    for step in steps:
        hashed = [merkle.leaf(b"%d" % (it.size + nth)) for nth in range(step)]
        disk |= dict(it.grow(hashed)) | dict(it.partial())
        it = Edge.of(it.size, {tile: disk[tile] for tile in tiles.edge(it.size)})  # another worker goes on
    return disk, it


def test_tiles_of_a_large_tree() -> None:
    """70,000 leaves: the tiles that the specification counts; every proof out of them holds."""
    disk, it = grown([300, 1, 255, 65_000, 4444])
    wide = [hashed for level, number, width in sorted(disk) if not level and width == 256
            for hashed in [disk[Tile(level, number, width)]]]  # fmt: skip
    assert len(wide) == 273
    assert [tuple(tile) for tile in tiles.edge(70_000)] == [(0, 273, 112), (1, 1, 17), (2, 0, 1)]
    assert Tile(1, 0, 256) in disk
    at = tiles.hashes(70_000, disk.__getitem__)
    root = merkle.root(70_000, at)
    assert root == it.root()
    for index in (0, 255, 256, 65_535, 65_536, 69_999):
        path = merkle.inclusion(index, 70_000, at)
        assert merkle.included(merkle.leaf(b"%d" % index), index, 70_000, path) == root
    for old in (300, 301, 556, 65_556):
        before = merkle.root(old, tiles.hashes(old, disk.__getitem__))
        proof = merkle.consistency(old, 70_000, at)
        merkle.consistent(old, before, 70_000, root, proof)
        wanted = tiles.needed(70_000, lambda seen, old=old: merkle.consistency(old, 70_000, seen))  # type: ignore[misc]
        assert set(wanted) <= set(disk)


@given(st.lists(st.integers(1, 300), min_size=1, max_size=4))
def test_an_edge_knows_the_root(steps: list[int]) -> None:
    disk, it = grown(steps)

    assert it.root() == tree(leaves(sum(steps)))
    assert [len(data) for data in disk.values()] == [32 * tile.width for tile in disk]


@pytest.mark.parametrize(
    ("tile", "path"),
    [
        (Tile(0, 0, 256), "tile/0/000"),
        (Tile(0, 1_234_067, 256), "tile/0/x001/x234/067"),
        (Tile(2, 5, 17), "tile/2/005.p/17"),
    ],
)
def test_paths(tile: Tile, path: str) -> None:
    assert tile.path == path
    assert tiles.read(path) == tile


@pytest.mark.parametrize(
    "path",
    ["tile/0/0", "tile/00/000", "tile/64/000", "tile/0/x000/001", "tile/0/000.p/0", "tile/0/000.p/256",
     "tile/0/000.p/01", "tile/0/../../keys/000", "tile/entries/000", "tile/0/1234", "tile/0/000/", "tile/0/001/002"],
)  # fmt: skip
def test_paths_of_no_tile(path: str) -> None:
    assert tiles.read(path) is None


def test_a_note_of_another_program() -> None:
    by = note.signer(PETER, ED25519)
    it = note.read(PROBLEM.encode())

    assert note.signed(it, by)
    assert by.encode() == PETER
    assert not note.signed(it._replace(text=it.text.replace("answer", "Answer")), by)


def test_each_byte_of_a_checkpoint() -> None:
    """Signed and cosigned it holds; with any byte changed it is refused, or what was signed is not what is read."""
    log, witness = Signer("c.example", ED25519, LOG.public), Signer("w.example/1", COSIGNATURE, WITNESS.public)
    it = Checkpoint("c.example", 70_000, bytes(range(32)))
    whole = note.seal(it, LOG.public, LOG.sign) + note.cosign(it.text, witness, 1_700_000_000, WITNESS.sign).encode()
    said = note.read(whole)
    assert (note.checkpoint(said.text), note.signed(said, log), note.cosigned(said, witness)) == (
        it,
        True,
        1_700_000_000,
    )

    for at in range(len(whole)):
        bent = whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :]
        try:
            found = note.read(bent)
            note.checkpoint(found.text)
        except ProtocolError:
            continue
        assert not (note.signed(found, log) and note.cosigned(found, witness)), at


@pytest.mark.parametrize(
    "text",
    ["", "a\n\n", "a\n1\nAA==\n\n", "a\n01\n" + "A" * 43 + "=\n\n\u2014 a AAAAAAA=\n", "a\tb\n\n\u2014 a AAAAAAA=\n",
     "a\n\n- a AAAAAAA=\n", "a\n\n\u2014 a AAAA\n", "a\n\n\u2014 a+b AAAAAAA=\n", "a\n\n" + "\u2014 a AAAAAAA=\n" * 33],
)  # fmt: skip
def test_what_is_no_checkpoint(text: str) -> None:
    with pytest.raises(ProtocolError):
        note.checkpoint(note.read(text.encode()).text)


@pytest.mark.parametrize(
    "text", ["", "a", "a+b", f"{PETER}x", PETER.replace("c74f", "c74e"), PETER.replace("P", "Q", 1)]
)
def test_what_is_no_verifier_key(text: str) -> None:
    with pytest.raises(ProtocolError):
        note.signer(text, ED25519)
