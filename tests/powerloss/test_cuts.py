"""A seeded sample of the cuts of every flow; `make powerloss` does them all. The seed and each id are printed."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from random import Random

import pytest

from tests.powerloss.cuts import DEAF, LYING, Flying, States, cuts
from tests.powerloss.judge import Outcome, Wrong, judge
from tests.powerloss.marks import covering, trace
from tests.powerloss.recording import FLOWS, Cut, Outside, Recording, record
from tests.storage.device import Cutting, Fate, Fault, choices, settled

SEED = int(os.environ.get("SCEAU_SEED", "20261121"))
CUTS_A_FLOW = 2
PROVISIONED = 50  # stamps within which a first start has made its key, blanks, anchor and genesis


@cache
def recording_of(name: str) -> Recording:
    return record(next(flow for flow in FLOWS if flow.stem == name))


def judged(recording: Recording, chosen: list[Cut]) -> list[Outcome]:
    """The outcome of each state among the cuts; what a medium that keeps its word left is always kept."""
    states = States()
    outcomes = []
    for cut in chosen:
        if states.new(recording, cut):
            print(f"seed {SEED}: {cut.name}")
            outcomes.append(judge(recording, cut))
            assert outcomes[-1] is Outcome.KEPT or isinstance(cut.fate, Fault)
    return outcomes


@pytest.mark.parametrize("flow", FLOWS, ids=lambda flow: flow.stem)
def test_a_cut_loses_nothing_that_was_acknowledged(flow: Path) -> None:
    """After any cut: intact, every ticket shown as paid is there, no drawer by itself, no paper twice."""
    recording = record(flow)

    assert recording.failure is None
    assert judged(recording, Random(f"{SEED}{flow.stem}").sample(list(cuts(recording)), CUTS_A_FLOW))


def test_a_cut_in_every_moment_of_the_first_sale() -> None:
    """The moments around the flush of a ticket, each of them: this is where tills lose sales."""
    recording = recording_of("cut-at-payment")
    paid = next(each.stamp for each in recording.outside if each.name == "frame" and "Payé et" in each.detail)
    fates = (Fate.DONE, Fate.LOST, Fate.TORN, Fate.GARBAGE)

    near = [cut for cut in cuts(recording) if abs(cut.stamp - paid) <= 4 and cut.fate in fates]
    assert judged(recording, near)


def test_a_cut_in_every_moment_of_the_first_start() -> None:
    """Key, blanks, anchor, genesis: a name is never there before what it names, nor the anchor before the journal."""
    recording = recording_of("plain-day")
    fates = (Fate.DONE, Fate.LOST, Fate.REORDERED)

    assert judged(recording, [cut for cut in cuts(recording) if cut.stamp <= PROVISIONED and cut.fate in fates])


def test_a_hurt_neighbour_is_named() -> None:
    """Flash that ruins an acknowledged unit beside the one being programmed: the till says so, `verify` says which."""
    recording = recording_of("cut-at-payment")
    hurt = [cut for cut in cuts(recording) if cut.fate is Fault.HURT]

    torn = [cut for cut in hurt if begun_and_torn(recording, cut)]
    outcomes = judged(recording, [*torn, *Random(SEED).sample(hurt, 8)])
    assert torn
    assert Outcome.SAID in outcomes


def test_a_hurt_genesis_is_named() -> None:
    """The very first record is no exception: the chain stands without it and the till says so."""
    recording = recording_of("cut-in-basket")
    hurt = [cut for cut in cuts(recording) if cut.fate is Fault.HURT]
    first = [
        cut for cut in hurt if (lost := covering(cutting_of(recording, cut))) and lost.start == 0 and lost.stop < 9
    ]

    assert Outcome.SAID in judged(recording, first[:3])


def cutting_of(recording: Recording, cut: Cut) -> Cutting:
    return recording.recorder.cutting(cut.stamp, cut.fate, cut.seed)


def begun_and_torn(recording: Recording, cut: Cut) -> bool:
    """Whether the head of the frame in flight is there and its end is not: all that is left to tell of a hurt tip."""
    cutting = cutting_of(recording, cut)
    op = recording.recorder.until(cut.stamp)[-1]
    whole = bytes(cutting.disk.files[op.file][op.offset : op.offset + len(op.data)]) == op.data
    return covering(cutting) is not None and trace(cutting.disk, op) and not whole


def test_a_medium_that_breaks_its_word_is_never_called_intact() -> None:
    """Flushes that did nothing: an anchor ahead, a hole or a missing key is said; what left no trace is counted."""
    recording = recording_of("plain-day")
    lies = [cut for cut in cuts(recording) if cut.fate in LYING]

    assert judged(recording, Random(SEED).sample(lies, 10))


def test_an_anchor_that_outlived_its_journal_is_said() -> None:
    """The anchor reached the medium and the last frames did not: the till does not start over behind it."""
    recording = recording_of("plain-day")
    last = recording.recorder.ops[-1].stamp  # the flush of the anchor; before it, that of the last frame
    outcomes = judged(recording, [Cut("plain-day", last, Fault.LYING_2, landed) for landed in range(4)])

    assert outcomes.count(Outcome.SAID) == 1


def test_a_cut_is_replayed_to_the_byte() -> None:
    """The id that is printed makes the same medium in another process: nothing in a recording is left to chance."""
    once, again = record(FLOWS[0]), record(FLOWS[0])

    assert once.recorder.ops == again.recorder.ops
    assert once.outside == again.outside
    assert [cut.name for cut in cuts(once)] == [Cut.of(cut.name).name for cut in cuts(again)]


def test_what_flies_is_what_the_device_says() -> None:
    """The cuts are enumerated from one walk over a recording; the device settles each prefix anew."""
    recording = recording_of("cut-in-basket")
    flying = Flying(recording.recorder.ops)

    for stamp in (op.stamp for op in recording.recorder.ops):
        until = recording.recorder.until(stamp)
        assert flying.ways(stamp) == {deaf: choices(settled(until, deaf)[1]) for deaf in DEAF}


def test_the_judge_can_tell() -> None:
    """A medium from which an acknowledged frame was taken back is not passed."""
    recording = recording_of("plain-day")
    early = [Outside(0, each.name, each.detail) for each in recording.outside]
    short = Recording(recording.flow, recording.recorder, early, recording.clock)

    with pytest.raises(Wrong, match=r"lost|drawer opened"):
        judge(short, Cut("plain-day", PROVISIONED, Fate.LOST))
