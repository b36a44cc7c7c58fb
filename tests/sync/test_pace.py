"""What a registration may ask for, and where the till stops listening."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.storage.record import INT_LIMIT
from appliance.sync import cut
from appliance.sync.enrolment import POLICY, Policy
from appliance.sync.uploader import FEWEST, PACE, QUARTER, SHORTEST, Pace, paced


@pytest.mark.parametrize(
    ("interval", "records", "pace"),
    [
        (0, 0, Pace(SHORTEST, FEWEST)),
        (59, 15, Pace(SHORTEST, FEWEST)),
        (60, 16, Pace(60_000, 16)),
        (300, 100, Pace(300_000, 100)),
        (900, 512, Pace(QUARTER, cut.SMALL)),
        (901, 513, Pace(QUARTER, cut.SMALL)),
        (INT_LIMIT, INT_LIMIT, Pace(QUARTER, cut.SMALL)),
    ],
)
def test_the_limits_of_a_policy(interval: int, records: int, pace: Pace) -> None:
    """A collector can neither keep a till silent nor make it send at each sale."""
    assert paced(Policy(interval, records, 1)) == pace


@given(st.integers(0, INT_LIMIT), st.integers(0, INT_LIMIT))
def test_no_policy_leaves_the_limits(interval: int, records: int) -> None:
    pace = paced(Policy(interval, records, 0))

    assert SHORTEST <= pace.interval <= QUARTER
    assert FEWEST <= pace.records <= cut.SMALL
    assert paced(None) == PACE
    assert paced(POLICY).interval <= QUARTER
