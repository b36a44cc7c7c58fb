"""A seeded sample of the cuts of every flow; `make powerloss` does them all. The seed and each id are printed."""

from __future__ import annotations

import os
from pathlib import Path
from random import Random

import pytest

from tests.powerloss.judge import judge
from tests.powerloss.recording import FLOWS, record

SEED = int(os.environ.get("SCEAU_SEED", "20261121"))
CUTS_A_FLOW = 4


@pytest.mark.parametrize("flow", FLOWS, ids=lambda flow: flow.stem)
def test_a_cut_loses_nothing_that_was_acknowledged(flow: Path) -> None:
    """After any cut: intact, every ticket shown as paid is there, no drawer by itself, no paper twice."""
    recording = record(flow)

    assert recording.failure is None
    for cut in Random(f"{SEED}{flow.stem}").sample(recording.cuts(), CUTS_A_FLOW):
        print(f"seed {SEED}: {cut.name}")
        judge(recording, cut)


def test_a_cut_in_every_moment_of_the_first_sale() -> None:
    """The moments around the flush of a ticket, each of them: this is where tills lose sales."""
    flow = next(flow for flow in FLOWS if flow.stem == "cut-at-payment")
    recording = record(flow)
    paid = next(each.stamp for each in recording.outside if each.name == "frame" and "Payé et" in each.detail)

    for cut in [cut for cut in recording.cuts() if abs(cut.stamp - paid) <= 4]:
        judge(recording, cut)
