"""What a till follows and what it refuses: every byte of a pointer, downgrades, other tills, other times, lies."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from itertools import count

import pytest

from appliance.simulator.upstream import RELEASE, Collector
from appliance.storage.keys import Key
from appliance.sync import desired, diagnostics, parcel, pointer
from appliance.sync.client import Client
from appliance.sync.desired import Known, Refusal, coming, mark, sort_pointers, sort_requests
from appliance.sync.diagnostics import Wanted
from appliance.sync.fetching import Desired, Found
from appliance.sync.parcel import OBJECT_BYTES
from appliance.sync.pointer import Pointer
from appliance.sync.protocol import ProtocolError
from appliance.sync.reading import Network, Reading
from tests.sync.line import SIRET, T

CHAIN = bytes(range(16))
NONCE = bytes(16)
NETWORK = Key(b"the network key of a test's till")
FILES = {"catalogue.csv": b"label\n", "departments.csv": b"label\n"}
OBJECT = parcel.pack("catalogue", FILES)
POINTER = Pointer("catalogue", 4, sha256(OBJECT).digest(), len(OBJECT), T, T + 1000, f"{SIRET}/B01")
KNOWN = Known(SIRET, "B01", T, {}, frozenset(), frozenset())


def sealed(**changes: object) -> bytes:
    return pointer.seal(POINTER._replace(**changes), RELEASE.sign)  # type: ignore[arg-type]


def sort(*statements: bytes, known: Known = KNOWN) -> tuple[list[int], list[str]]:
    wanted, refused = sort_pointers(statements, CHAIN, RELEASE.public, known)
    return [it.version for it, _ in wanted], [each.why for each in refused]


def test_every_byte_counts() -> None:
    """Whatever bit of the statement is another, it is refused, and the good one is followed."""
    good = sealed()
    assert sort(good) == ([4], [])
    for at in range(len(good)):
        for flip in (0x01, 0x20, 0x80):
            wrong = good[:at] + bytes([good[at] ^ flip]) + good[at + 1 :]
            assert sort(wrong) == ([], [desired.UNSIGNED])
    assert sort(pointer.seal(POINTER, NETWORK.sign)) == ([], [desired.UNSIGNED])


def test_what_is_not_its_turn_yet() -> None:
    """Software alone; the newest that is signed, meant for this till, above what it holds, and not followed."""
    first = max(1, pointer.place_of(CHAIN, "software", 5))  # per mille that this till is not among
    turn = {"scope": "software", "version": 5, "share": first}

    def found(known: Known = KNOWN, **changes: object) -> Pointer | None:
        return coming([b"nonsense", sealed(), sealed(**{**turn, **changes})], CHAIN, RELEASE.public, known)

    assert found() == POINTER._replace(scope="software", version=5, share=first)
    assert found(share=None) is None
    assert found(share=first + 1) is None
    assert found(share=None, not_before=T + 1) is not None
    assert found(whom=f"{SIRET}/B02") is None
    assert found(KNOWN._replace(held={"software": 5})) is None
    assert coming([sealed(**turn)], CHAIN, NETWORK.public, KNOWN) is None


@pytest.mark.parametrize("whom", ["*", f"{SIRET}/*", f"{SIRET}/B01"])
def test_it_is_meant(whom: str) -> None:
    assert sort(sealed(whom=whom)) == ([4], [])


@pytest.mark.parametrize("whom", ["**", f"{SIRET}/B02", "44306184100047/*", SIRET, "B01"])
def test_it_is_for_another(whom: str) -> None:
    assert sort(sealed(whom=whom)) == ([], [desired.STRANGER])


def test_versions_only_go_up() -> None:
    """Older than what is in place is refused; what is in place itself is nothing new."""
    for held, wanted in ((3, [4]), (4, [])):
        assert sort(sealed(), known=KNOWN._replace(held={"catalogue": held})) == (wanted, [])
    older = sort(sealed(), known=KNOWN._replace(held={"catalogue": 5}))
    assert older == ([], [desired.OLDER.format("catalogue", 4, 5)])
    assert sort(sealed(), known=KNOWN._replace(held={"config": 5})) == ([4], [])


def test_of_each_scope_the_newest_counts() -> None:
    """One for all and a newer one for this till: neither is refused. An unknown scope is passed by."""
    both = (sealed(whom="*", version=2), sealed(), sealed(scope="config", version=1), sealed(scope="weather"))
    assert sort(*both, known=KNOWN._replace(held={"catalogue": 3})) == ([4, 1], [])


def test_some_tills_go_first() -> None:
    """Whom a share leaves out passes it by without a word, and an older one for all counts meanwhile."""
    place = pointer.place_of(CHAIN, "catalogue", 4)
    outside, inside = sealed(share=place), sealed(share=place + 1)
    older = sealed(version=3)
    assert sort(outside) == ([], [])
    assert sort(inside) == ([4], [])
    assert sort(outside, older) == ([3], [])
    assert sort(outside, older, inside) == ([4], [])
    assert sort(outside, older, known=KNOWN._replace(held={"catalogue": 3})) == ([], [])


def test_of_one_version_the_greatest_share_counts() -> None:
    """In whatever order they are shown."""
    narrow, wide = sealed(share=999, expires=T + 1), sealed(expires=T + 2)
    for statements in ((narrow, wide), (wide, narrow)):
        found, _ = sort_pointers(statements, CHAIN, RELEASE.public, KNOWN)
        assert [it.expires for it, _ in found] == [T + 2]


def test_who_went_first_does_not_go_back() -> None:
    """With 4 in place, of 5 among the last: 3 is passed by. With no newer one shown it is refused."""
    held = KNOWN._replace(held={"catalogue": 4})
    last = pointer.place_of(CHAIN, "catalogue", 5)
    older, newer = sealed(version=3), sealed(version=5, share=max(1, last))
    assert sort(newer, older, known=held) == ([], [])
    assert sort(older, known=held) == ([], [desired.OLDER.format("catalogue", 3, 4)])


def test_its_time() -> None:
    """Before it: it waits, unsaid. After it: refused. Without time that is trusted: neither."""
    early, late = KNOWN._replace(now=T - 1), KNOWN._replace(now=T + 1000)
    assert sort(sealed(), known=early) == ([], [])
    assert sort(sealed(), known=late) == ([], [desired.PAST.format("catalogue", 4)])
    assert sort(sealed(), known=late._replace(held={"catalogue": 4})) == ([], [])
    assert sort(sealed(), known=KNOWN._replace(now=None)) == ([], [])


def test_requests_for_diagnostics() -> None:
    """Answered once, in time, for this chain, under the owner's key; any other byte is refused."""
    data = diagnostics.ask(Wanted(CHAIN, NONCE, T + 1), RELEASE.sign)

    def sorted_out(what: bytes, chain: bytes = CHAIN, known: Known = KNOWN) -> tuple[int, list[str]]:
        asked, refused = sort_requests([what], chain, RELEASE.public, known)
        return len(asked), [each.why for each in refused]

    assert sorted_out(data) == (1, [])
    assert sorted_out(data, bytes(16)) == (0, [desired.STRANGER])
    assert sorted_out(data, known=KNOWN._replace(answered=frozenset({NONCE}))) == (0, [desired.ANSWERED])
    assert sorted_out(data, known=KNOWN._replace(now=T + 1)) == (0, [desired.LATE])
    assert sorted_out(data, known=KNOWN._replace(now=None)) == (0, [])
    for at in range(len(data)):
        wrong = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
        assert sorted_out(wrong) == (0, [desired.UNSIGNED])


@pytest.mark.parametrize(
    "data", [b"", b"\x80", parcel.pack("catalogue", FILES)[:-1], b"\x82\x82\x61a\x41b\x82\x61b\x41c"]
)
def test_objects_that_are_none(data: bytes) -> None:
    with pytest.raises(ProtocolError):
        parcel.unpack("catalogue", data)


def test_objects() -> None:
    assert parcel.unpack("catalogue", OBJECT) == FILES
    for scope, files in (("config", FILES), ("software", FILES), ("catalogue", {"catalogue.csv": b""})):
        with pytest.raises(ProtocolError):
            parcel.pack(scope, files)
    with pytest.raises(ProtocolError, match="at most"):
        parcel.pack("catalogue", {**FILES, "catalogue.csv": bytes(OBJECT_BYTES)})


class Way:
    """A till that asks a collector on a real wire; `faults`: what the shop's reader says."""

    def __init__(self) -> None:
        self.collector = Collector(lambda: T)
        self.collector.listen()
        self.collector.network[CHAIN] = NETWORK.public
        names = count()
        network = Network(NETWORK.public, NETWORK.sign, lambda: T // 1000, lambda: f"n-{next(names)}")
        self.fault = ""
        reading = Reading(Client(self.collector.url), network)
        self.asking = Desired(reading, CHAIN, RELEASE.public, lambda it, data: self.fault)

    def ask(self, known: Known = KNOWN) -> Found:
        return self.asking.ask(known)

    def heard(self) -> list[str]:
        return [text.split("/")[2] for _, text in self.collector.heard]


@pytest.fixture
def way() -> Iterator[Way]:
    made = Way()
    yield made
    made.collector.hang_up()


def test_it_is_fetched(way: Way) -> None:
    """With its object; asked again the list need not come again, and what waits is not fetched again."""
    way.collector.publish("catalogue", 4, OBJECT)
    (it,) = way.ask().fetched
    assert (it.pointer.version, it.data) == (4, OBJECT)
    assert way.ask(KNOWN._replace(held={"catalogue": 4})) == Found()
    assert way.heard() == ["chains", "objects", "chains"]
    assert way.ask().fetched == (it,), "the list that was kept still says it"


def test_an_object_that_is_another(way: Way) -> None:
    """A lie of the collector's: nothing is refused for good, and the right object is taken when it is there."""
    way.collector.publish("catalogue", 4, OBJECT)
    way.collector.objects[sha256(OBJECT).hexdigest()] = OBJECT[:-1] + b"x"
    said = way.ask()
    assert said.lie
    assert (said.fetched, said.refused) == ((), ())
    way.collector.objects.clear()
    assert way.ask() == Found()
    way.collector.objects[sha256(OBJECT).hexdigest()] = OBJECT
    assert len(way.ask().fetched) == 1


def test_an_object_that_does_not_read(way: Way) -> None:
    """The shop's reader is asked before anything is kept; and once said it is not fetched again."""
    way.collector.publish("catalogue", 4, OBJECT)
    way.fault = "catalogue.csv:1: the header"
    (refused,) = way.ask().refused
    assert refused.why == desired.UNREAD.format("catalogue", 4, way.fault)
    before = len(way.collector.heard)
    assert way.ask(KNOWN._replace(refused=frozenset({mark(refused.statement)}))) == Found()
    assert len(way.collector.heard) == before + 1
    way.collector.publish("config", 1, b"no object at all")
    assert len(way.ask(KNOWN._replace(held={"catalogue": 4})).refused) == 1


def test_an_object_that_is_too_large(way: Way) -> None:
    """Not even asked for."""
    data = pointer.seal(POINTER._replace(size=OBJECT_BYTES + 1), RELEASE.sign)
    way.collector.invented.append(data)
    assert way.ask().refused == (Refusal(data, way.ask().refused[0].why),)
    assert "objects" not in way.heard()


def test_software_is_only_announced(way: Way) -> None:
    way.collector.publish("software", 7, bytes(100))
    (it,) = way.ask().fetched
    assert (it.pointer.scope, it.pointer.version, it.data) == ("software", 7, b"")
    assert "objects" not in way.heard()


def test_without_a_network(way: Way) -> None:
    """Nothing, and no word of it: the way up says it."""
    way.collector.publish("catalogue", 4, OBJECT)
    way.collector.hang_up()
    assert way.ask() == Found()
    way.collector.listen()
    assert len(way.ask().fetched) == 1
