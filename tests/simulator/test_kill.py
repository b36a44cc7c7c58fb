"""`kill -9` of the whole live till at random moments: what was written stays, the same day goes on."""

from __future__ import annotations

import os

import pytest

from tests.simulator import kills

ROUNDS = 5


@pytest.mark.slow
def test_killed_at_random_moments() -> None:
    """SCEAU_KILLS=200 for all of them, SCEAU_SEED for the ones that failed."""
    rounds = int(os.environ.get("SCEAU_KILLS", ROUNDS))
    seed = int(os.environ.get("SCEAU_SEED", "1"))
    seen = kills.run(rounds, seed)

    assert seen["kills"] == rounds
    assert seen["days gone on with"] > 0
