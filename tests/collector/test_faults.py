"""A store that fails in every way: the answer may be "later", never a receipt that does not hold nor a false fork."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.collector.faulty import READS, WRITES, Fault, Proxy
from tests.collector.world import Till, World


@pytest.fixture
def proxy(bucket: World) -> Iterator[Proxy]:
    assert bucket.proxy
    yield bucket.proxy
    bucket.proxy.clear()


def healed(till: Till, world: World) -> bytes:
    """Sent again to each replica, without faults: one receipt, of this till's own state."""
    answers = [till.put(replica, till.cut()) for replica in world.replicas]
    assert {each.status_code for each in answers} <= {200, 201}
    assert len({each.content for each in answers}) == 1
    receipt = world.proven(answers[0].content)
    assert receipt.head == till.line.heads[receipt.next_seq]
    return answers[0].content


@pytest.mark.parametrize("fault", WRITES, ids=lambda fault: fault.name)
def test_a_write_that_fails(fault: Fault, bucket: World, proxy: Proxy) -> None:
    """Once, and then as often as the collector tries: taken or "later", and the same receipt whoever is asked then."""
    till = bucket.till()
    for times in (1, 8):
        till.line.sell()
        proxy.writes.extend([fault] * times)
        answer = till.put(bucket.replicas[0], till.cut())
        proxy.clear()
        assert answer.status_code in (201, 503), fault
        if answer.status_code == 503:
            assert int(answer.headers["retry-after"]) > 0
        receipt = healed(till, bucket)
        assert answer.status_code == 503 or answer.content == receipt
        till.receipts.append(receipt)


@pytest.mark.parametrize("fault", READS, ids=lambda fault: fault.name)
def test_a_read_that_fails(fault: Fault, bucket: World, proxy: Proxy) -> None:
    """When a batch is there already: its receipt or "later", never a fork."""
    till = bucket.till()
    till.line.sell()
    receipt = healed(till, bucket)
    for times in (1, 8):
        proxy.reads.extend([fault] * times)
        answer = till.put(bucket.replicas[1], till.cut())
        proxy.clear()
        assert (answer.status_code, answer.content == receipt) in ((200, True), (503, False)), fault
    assert healed(till, bucket) == receipt


def test_both_fail(bucket: World, proxy: Proxy) -> None:
    """The write landed and its answer broke; the read that should tell ends early and says that this is all."""
    till = bucket.till()
    proxy.writes.append(Fault.BROKEN_AFTER)
    proxy.reads.extend([Fault.SHORT] * 4)
    answer = till.put(bucket.replicas[0], till.cut())
    proxy.clear()

    assert answer.status_code == 503
    healed(till, bucket)


def test_a_replica_killed_behind_its_write(bucket: World, proxy: Proxy) -> None:
    """The store has the batch and the till has no answer: the other replica gives the dead one's receipt."""
    till = bucket.till()
    victim = bucket.start()
    proxy.hold = threading.Event()
    try:
        with ThreadPoolExecutor(1) as pool:
            asked = pool.submit(till.put, victim, till.cut())
            assert proxy.held.wait(60)
            victim.process.kill()
            with pytest.raises(httpx.HTTPError):
                asked.result(60)
    finally:
        proxy.hold.set()
        proxy.hold = None
        proxy.held.clear()
    answer = till.put(bucket.replicas[0], till.cut())

    assert answer.status_code == 200
    bucket.proven(answer.content)
