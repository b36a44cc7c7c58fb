"""The last so many, held against a plain list."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.core.recent import Recent


@settings(deadline=None)
@given(st.integers(1, 80), st.lists(st.integers(0, 9), max_size=150), st.data())
def test_against_a_list(limit: int, items: list[int], data: st.DataObject) -> None:
    """Grown one by one with changes between, it is the end of the list, and equals what is made at once."""
    recent, model = Recent[int](limit), list[int]()
    for item in items:
        recent, model = recent.plus(item), [*model, item][-limit:]
        if item == 0:
            place = data.draw(st.integers(0, len(model) - 1))
            recent, model[place] = recent.replaced(place, 99), 99

    assert (list(recent), len(recent), recent[::-1]) == (model, len(model), tuple(model[::-1]))
    assert list(reversed(recent)) == model[::-1]
    assert recent == Recent(limit, model)
    assert not model or (recent[-1], recent[0]) == (model[-1], model[0])
