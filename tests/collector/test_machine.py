"""Tills, clones, restored images, replicas and a failing store in any order: one history a place, no vain promise."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from appliance.sync import protocol
from appliance.sync.protocol import BATCH_TYPE, Receipt
from tests.collector.faulty import READS, WRITES, Fault
from tests.collector.world import Till, World

FEW = 12  # the profile's examples are for rules that cost microseconds
writes = st.lists(st.sampled_from(WRITES), max_size=2)
reads = st.lists(st.sampled_from(READS), max_size=2)
replicas = st.integers(0, 1)


class Shops(RuleBasedStateMachine):
    """`seen`: of each chain and place, the receipt that anybody was ever given."""

    tills = Bundle("tills")

    def __init__(self, world: World) -> None:
        super().__init__()
        self.world = world
        self.seen: dict[tuple[bytes, int], bytes] = {}

    @initialize(target=tills)
    def first(self) -> Till:
        assert self.world.proxy
        self.world.proxy.clear()
        return self.world.till()

    @rule(target=tills, till=tills)
    def copied(self, till: Till) -> Till:
        """A cloned card, or an image that will be put back."""
        return till.clone()

    @rule(till=tills, count=st.integers(1, 3), label=st.sampled_from(["Baguette", "Croissant"]))
    def sells(self, till: Till, count: int, label: str) -> None:
        till.line.sell(count, label)

    @rule(till=tills)
    def turns(self, till: Till) -> None:
        till.line.turn()

    @rule(till=tills, at=replicas, writes=writes, reads=reads, lost=st.booleans(), short=st.booleans())
    def sends(self, till: Till, at: int, writes: list[Fault], reads: list[Fault], lost: bool, short: bool) -> None:
        """The next batch, or the last one again; `lost`: the answer does not arrive."""
        if till.first >= till.line.seq:
            return
        batch = till.cut(till.first + 1 if short else None)
        if not batch.records:
            return
        answer = self._between(writes, reads, lambda: till.put(self.world.replicas[at], batch))
        assert answer.status_code in (200, 201, 409, 503)
        if answer.status_code == 503:
            return
        receipt = self._heard(answer.content)
        ours = receipt.next_seq <= till.line.seq and till.line.heads[receipt.next_seq] == receipt.head
        assert ours or answer.status_code != 201
        if answer.status_code == 409:
            self._told(till, at, batch.encode(), answer.content)
        elif ours and not lost:
            till.receipts.append(answer.content)

    @rule(till=tills, at=replicas, reads=reads)
    def asks(self, till: Till, at: int, reads: list[Fault]) -> None:
        """For the head: never behind a receipt that was given."""
        answer = self._between([], reads, lambda: till.get(self.world.replicas[at], f"{till.chain}/head"))
        if answer.status_code == 200:
            receipt = self._heard(answer.content)
            assert receipt.first_seq == max(at for chain, at in self.seen if chain == receipt.chain_id)

    @invariant()
    def receipts_make_one_line(self) -> None:
        """Each begins where another one ends, with its head."""
        read = [protocol.read_receipt(data)[0] for data in self.seen.values()]
        ends = {(it.chain_id, it.next_seq): it for it in read}
        assert len(ends) == len(read)
        for it in read:
            assert it.first_seq == 0 or (it.chain_id, it.first_seq) in ends

    def teardown(self) -> None:
        """Everything that was promised is still there."""
        assert self.world.proxy
        self.world.proxy.clear()
        for data in self.seen.values():
            self.world.proven(data)

    def _between(self, writes: list[Fault], reads: list[Fault], asked: Any) -> Any:
        assert self.world.proxy
        self.world.proxy.writes.extend(writes)
        self.world.proxy.reads.extend(reads)
        try:
            return asked()
        finally:
            self.world.proxy.clear()

    def _heard(self, data: bytes) -> Receipt:
        receipt = self.world.proven(data)
        assert self.seen.setdefault((receipt.chain_id, receipt.first_seq), data) == data
        return receipt

    def _told(self, till: Till, at: int, batch: bytes, stored: bytes) -> None:
        """The evidence is kept, and the answer names the history that is stored."""
        answer = till.post(
            self.world.replicas[at], f"{till.chain}/forks", protocol.request(batch, till.last), BATCH_TYPE
        )
        assert answer.status_code in (200, 201)
        assert answer.content == stored


def test_one_history_a_place(bucket: World) -> None:
    """Over two replicas and a store that fails in every way."""
    how = settings(
        max_examples=max(6, settings().max_examples // FEW),
        stateful_step_count=20,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )

    class Here(Shops):
        def __init__(self) -> None:
            super().__init__(bucket)

    run_state_machine_as_test(Here, settings=how)
