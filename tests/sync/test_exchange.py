"""One till, one collector on a real wire: retries, lost answers, old images, clones, liars, lost stores."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from appliance.simulator.upstream import Collector, Reply, problem
from appliance.storage import chain
from appliance.storage.flash import OsDisk
from appliance.storage.journal import Journal
from appliance.storage.keys import Key, load
from appliance.storage.seal import sealer_for
from appliance.sync import enrolment, keylog, protocol, token
from appliance.sync.client import Client
from appliance.sync.cut import SMALL, Cutter
from appliance.sync.enrol import Registered, enrol
from appliance.sync.exchange import EVIDENCE, Exchange
from appliance.sync.outcome import Behind, Later, Met, Nothing, Outcome, Position, Sent, Smaller
from appliance.sync.protocol import Receipt, kid, seal_receipt
from appliance.sync.reading import Network
from tests.sync.line import T
from tests.sync.test_cut import Home

NETWORK = Key(b"the network key of a test's till")
STRANGER = Key(b"a key that no root ever knew of.")


class Shop:
    """A till's journal with its exchange; `receipt` and `next_seq` are what it has journaled."""

    def __init__(self, directory: Path, collector: Collector, home: Home | None = None) -> None:
        self.collector, self.directory = collector, directory
        self.home = home or Home(directory)
        self.now = T
        self.next_seq, self.receipt = 0, b""
        self.exchange = self._exchange()

    def _exchange(self) -> Exchange:
        names = iter(range(10_000))
        network = Network(NETWORK.public, NETWORK.sign, lambda: self.now // 1000, lambda: f"n-{next(names)}")
        cutter = Cutter(self.directory, OsDisk())
        return Exchange(Client(self.collector.url), cutter, self.collector.log, network)

    def enrol(self) -> Registered | str:
        code = token.read(self.collector.offer("73282932000074", "1"))
        genesis = self.home.journal.sealed(0).data
        pair = (NETWORK.public, NETWORK.sign)
        wanted = enrolment.seal(code.secret, genesis, pair, self.home.ring.sign, "", "0.1.0")
        return enrol(Client(code.url), wanted, code)

    def at(self, most: int = SMALL) -> Position:
        return Position(self.next_seq, self.receipt or None, self.home.journal.next_seq, most)

    def take(self, outcome: Outcome) -> Outcome:
        if isinstance(outcome, Sent):
            self.next_seq, self.receipt = outcome.next_seq, outcome.statement
        return outcome

    def send(self, most: int = SMALL) -> Outcome:
        return self.take(self.exchange.send(self.at(most)))

    def look(self) -> Outcome:
        return self.take(self.exchange.look(self.at()))

    def all(self) -> None:
        while isinstance(self.send(), Sent):
            continue

    def copied(self, place: Path) -> Shop:
        """The same till from a copy of its flash, keys and all."""
        shutil.copytree(self.directory, place, ignore=shutil.ignore_patterns("lock"))
        home = Home.__new__(Home)
        home.directory, home.disk = place, OsDisk()
        home.ring = load(place, home.disk, sealer_for())
        home.journal = Journal.open(place, home.disk, home.ring, segment_size=64 << 10, unit=512)
        home.cutter = Cutter(place, home.disk)
        other = Shop(place, self.collector, home)
        other.next_seq, other.receipt = self.next_seq, self.receipt
        return other


@pytest.fixture
def collector() -> Iterator[Collector]:
    made = Collector(lambda: T)
    made.listen()
    yield made
    made.hang_up()


@pytest.fixture
def shop(tmp_path: Path, collector: Collector) -> Shop:
    (tmp_path / "till").mkdir()
    made = Shop(tmp_path / "till", collector)
    assert isinstance(made.enrol(), Registered)
    return made


def stored(shop: Shop) -> bytes:
    """The head of all that the collector holds."""
    return chain.follow(chain.START, shop.collector.records(shop.home.journal.chain_id))


def test_all_is_there(shop: Shop) -> None:
    """Over segments and keys, byte for byte; then there is nothing to send."""
    shop.home.add(200)
    shop.home.turn()
    shop.home.add(200)
    shop.all()
    assert stored(shop) == shop.home.journal.head
    assert shop.next_seq == shop.home.journal.next_seq
    assert shop.send() == Nothing()
    assert shop.look() == Nothing()


def test_an_answer_that_was_lost_is_given_again(shop: Shop) -> None:
    """The same batch, and a longer one cut after more was sold: the stored receipt, and the till goes on from it."""
    shop.home.add(20)
    before = shop.at()
    first = shop.send()
    assert isinstance(first, Sent)
    assert shop.exchange.send(before) == first
    shop.home.add(20)
    assert shop.exchange.send(replace(before, until=shop.home.journal.next_seq)) == first
    shop.all()
    assert stored(shop) == shop.home.journal.head


def test_receipts_that_never_came_are_found(shop: Shop) -> None:
    """The till stands far back: the head, and then what follows it."""
    shop.home.add(60)
    early = shop.at()
    shop.send(30)
    shop.send(30)
    shop.next_seq, shop.receipt = early.next_seq, b""
    assert isinstance(shop.look(), Sent)
    shop.all()
    assert stored(shop) == shop.home.journal.head


def test_an_old_image_is_told_at_the_first_look(shop: Shop, tmp_path: Path) -> None:
    """Put back and started, it lacks what the collector has under its own key: a rollback, with the proof."""
    shop.home.add(20)
    shop.send()
    old = shop.copied(tmp_path / "image")
    shop.home.add(30)
    shop.send()
    old.home.add(2, kind=2)
    found = old.look()
    assert isinstance(found, Met)
    assert found.what == "rollback"
    assert found.record == old.next_seq
    assert found.evidence
    assert len(found.evidence) <= EVIDENCE
    assert "jusqu'au n°" in found.why


def test_a_clone_that_sold_less_is_a_fork(shop: Shop, tmp_path: Path) -> None:
    """Both have sold; the second one to send is told, and its own side is kept."""
    shop.home.add(20)
    shop.send()
    other = shop.copied(tmp_path / "clone")
    other.home.add(3)
    assert isinstance(other.send(), Sent)
    shop.home.add(40, wide=50)
    found = shop.send()
    assert isinstance(found, Met)
    assert found.what == "fork"
    assert len(shop.collector.forks) == 1
    theirs = protocol.read_batch(protocol.read_request(shop.collector.forks[0])[0])
    assert theirs.first_seq == shop.next_seq


def test_two_histories_may_part_later(shop: Shop, tmp_path: Path) -> None:
    """The next batch still agrees: its receipt is taken, and the one after it tells."""
    shop.home.add(20)
    other = shop.copied(tmp_path / "clone")
    other.all()
    other.home.add(30)
    other.all()
    shop.home.add(40, wide=50)
    assert isinstance(shop.look(), Sent)
    found = shop.send()
    assert isinstance(found, Met)
    assert found.what in ("fork", "rollback")


def lie(collector: Collector, change: Callable[[Receipt], Receipt], key: Key | None = None) -> None:
    """Every receipt that it has given was another one."""
    for place, data in collector.stored.items():
        batch, receipt = protocol.read_stored(data)
        said = change(protocol.read_receipt(receipt)[0])
        collector.stored[place] = protocol.stored(batch, seal_receipt(said, (key or collector.key).sign))


LIES: dict[str, Callable[[Receipt], Receipt]] = {
    "another head": lambda it: it._replace(head=bytes(32)),
    "more than it has": lambda it: it._replace(next_seq=it.next_seq + 1),
    "another till": lambda it: it._replace(chain_id=bytes(16)),
    "another place": lambda it: it._replace(first_seq=it.first_seq + 1, next_seq=it.next_seq + 1),
}


@pytest.mark.parametrize("what", LIES)
def test_a_lie_stops_no_sale(shop: Shop, what: str) -> None:
    """A signed receipt for what this journal is not, without a batch under the till's key: told, never believed."""
    shop.home.add(20)
    at = shop.at()
    shop.send()
    lie(shop.collector, LIES[what])
    for found in (shop.exchange.send(at), shop.exchange.look(at)):
        assert isinstance(found, (Met, Sent))
        if isinstance(found, Met):
            assert found.what == "lying"
        else:
            assert shop.home.cutter.head(found.next_seq) == found.head


def test_a_strangers_key_gives_no_receipt(shop: Shop) -> None:
    """Neither one that no root has signed, nor a right name over a wrong signature."""
    shop.home.add(20)
    at = shop.at()
    shop.send()
    for change in (lambda it: it._replace(kid=kid(STRANGER.public)), lambda it: it):
        lie(shop.collector, change, STRANGER)
        found = shop.exchange.send(at)
        assert isinstance(found, Met)
        assert found.what == "lying"


def test_every_byte_of_a_receipt_counts(shop: Shop) -> None:
    """One changed byte anywhere: no receipt."""
    shop.home.add(3)
    at = shop.at()
    sent = shop.send()
    assert isinstance(sent, Sent)
    for place in range(0, len(sent.statement), 3):
        data = bytearray(sent.statement)
        data[place] ^= 1
        shop.collector.trouble.append(Reply(201, bytes(data)))
        found = shop.exchange.send(at)
        assert isinstance(found, Met), place
        assert found.what == "lying"


def test_a_fork_without_a_signed_batch_is_a_lie(shop: Shop) -> None:
    """409 with a proven receipt, and under it a batch that another key has signed, or none."""
    shop.home.add(20)
    at = shop.at()
    shop.send()
    place = next(iter(shop.collector.stored))
    batch, receipt = protocol.read_stored(shop.collector.stored[place])
    other = seal_receipt(protocol.read_receipt(receipt)[0]._replace(head=bytes(32)), shop.collector.key.sign)
    forged = protocol.read_batch(batch)
    forged = forged._replace(records=forged.records[:-1], signature=STRANGER.sign(b"anything"))
    for shown in (Reply(200, protocol.stored(forged.encode(), other)), problem(404, "nothing")):
        shop.collector.trouble += [Reply(409, other), shown]
        found = shop.exchange.send(at)
        assert isinstance(found, Met)
        assert found.what == "lying"
        assert shop.collector.forks == []


def test_a_collector_that_lost_its_end_gets_it_again(shop: Shop) -> None:
    """It is told once, and everything from there on is sent again."""
    shop.home.add(60)
    places = []
    while isinstance(shop.send(20), Sent):
        places.append(shop.next_seq)
    shop.collector.forget(shop.home.journal.chain_id, places[1])
    found = shop.look()
    assert isinstance(found, Behind)
    assert found.next_seq == places[1]
    shop.next_seq, shop.receipt = found.next_seq, found.receipt or b""
    shop.all()
    assert stored(shop) == shop.home.journal.head
    shop.collector.forget(shop.home.journal.chain_id, 0)
    assert shop.look() == Behind(
        0, None, "Le serveur n'a plus les actes à partir du n° 0\u00a0: ils sont envoyés à nouveau."
    )


@pytest.mark.parametrize(
    ("reply", "wanted"),
    [
        (problem(429, "slow down", ("Retry-After", "7")), Later(7, "HTTP 429")),
        (problem(503, "no store", ("Retry-After", "soon")), Later(None, "HTTP 503")),
        (Reply(500), Later(None, "HTTP 500")),
        (problem(413, "large"), Smaller()),
        (problem(411, "length"), Smaller()),
    ],
)
def test_later(shop: Shop, reply: Reply, wanted: Outcome) -> None:
    shop.home.add(5)
    shop.collector.trouble.append(reply)
    assert shop.send() == wanted
    shop.all()
    assert stored(shop) == shop.home.journal.head


@pytest.mark.parametrize("status", [302, 400, 403, 404, 415, 418, 422])
def test_what_will_not_be_better_later(shop: Shop, status: int) -> None:
    """Told to the shop with the collector's own sentence."""
    shop.home.add(5)
    shop.collector.trouble.append(problem(status, "it is so"))
    found = shop.send()
    assert isinstance(found, Met)
    assert found.what == "refused"
    assert f"({status})" in found.why
    assert "it is so" in found.why


@pytest.mark.parametrize("status", [401, 428])
def test_a_receipt_that_is_not_taken(shop: Shop, status: int) -> None:
    """The head is asked for: where it agrees with us the refusal is told, where it is ahead it heals."""
    shop.home.add(5)
    shop.send()
    shop.home.add(5)
    shop.collector.trouble.append(problem(status, "not this one"))
    found = shop.send()
    assert isinstance(found, Met)
    assert found.what == "refused"
    shop.all()
    assert stored(shop) == shop.home.journal.head


@pytest.mark.parametrize("body", [b"", b"\x00", b"<html>", bytes(1 << 20)])
def test_nonsense_is_no_receipt(shop: Shop, body: bytes) -> None:
    shop.home.add(5)
    shop.collector.trouble.append(Reply(201, body))
    found = shop.send()
    assert isinstance(found, Met)
    assert found.what == "lying"


def test_nobody_there(shop: Shop) -> None:
    """A dead line is no verdict."""
    shop.home.add(5)
    shop.collector.hang_up()
    found = shop.send()
    assert isinstance(found, Later)
    assert found.seconds is None
    shop.collector.listen()
    assert isinstance(shop.send(), Sent)


def test_a_new_key_of_the_collector_is_asked_for(shop: Shop) -> None:
    """The root vouches for it; the old receipts stay good. One that the root does not know gives none."""
    shop.home.add(5)
    shop.send()
    log = shop.collector.log
    new = Key(sha256(b"next year's key").digest())
    entry = keylog.seal(log.next(new.public, 0, None), shop.collector.root.sign)
    shop.collector.log = keylog.read([*log.data, entry], shop.collector.root.public)
    shop.collector.key = new
    shop.home.add(5)
    assert isinstance(shop.send(), Sent)
    shop.collector.key = STRANGER
    shop.home.add(5)
    found = shop.send()
    assert isinstance(found, Met)
    assert found.what == "lying"


def test_a_wrong_clock_is_asked_for_a_nonce(shop: Shop) -> None:
    """The collector's own word takes the place of the time; without one the refusal is told."""
    shop.home.add(5)
    shop.send()
    shop.now += 3_600_000
    found = shop.look()
    assert isinstance(found, Met)
    shop.collector.trouble.append(problem(401, "clock", ("Sceau-Nonce", "theirs")))
    shop.look()
    assert [text.split("/")[-1] for _, text in shop.collector.heard[-2:]] == ["head", "head"]


def test_a_code_is_good_once(shop: Shop, tmp_path: Path) -> None:
    """Another till cannot use it; a wrong one is told with what to do."""
    code = token.read(shop.collector.offer("73282932000074", "1"))
    genesis = shop.home.journal.sealed(0).data
    sign = (NETWORK.public, NETWORK.sign)
    wanted = enrolment.seal(code.secret, genesis, sign, shop.home.ring.sign, "", "0.1.0")
    assert isinstance(enrol(Client(code.url), wanted, code), Registered)
    other = wanted._replace(software="0.1.1")
    said = enrol(Client(code.url), other, code)
    assert isinstance(said, str)
    assert "refuse ce code (422" in said


def test_another_collectors_answer_is_not_believed(shop: Shop) -> None:
    """The code bears the mark of its root."""
    code = token.read(shop.collector.offer("73282932000074", "1"))._replace(mark=bytes(8))
    genesis = shop.home.journal.sealed(0).data
    wanted = enrolment.seal(code.secret, genesis, (NETWORK.public, NETWORK.sign), shop.home.ring.sign, "", "0.1.0")
    said = enrol(Client(code.url), wanted, code)
    assert isinstance(said, str)
    assert "n'est pas valable" in said
