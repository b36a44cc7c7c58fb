"""Every screen looks exactly as it was last accepted."""

from __future__ import annotations

from PIL import Image

from appliance.core.view import View
from appliance.display.theme import Theme
from tests.cases import over
from tests.display.pictures import ACCEPT, GOLDEN, draw, golden, same


@over(golden)
def test_picture_is_the_accepted_one(name: str, view: View, theme: Theme) -> None:
    """A changed pixel is accepted by a person, not by chance."""
    path = GOLDEN / f"{name}.png"

    assert path.exists(), f"{path.name} was never accepted; look at it, then: {ACCEPT}"
    with Image.open(path) as accepted:
        assert same(accepted, draw(view, theme)), f"{path.name} differs; look at it, then: {ACCEPT}"


def test_no_picture_is_left_over() -> None:
    """A golden picture that no sample makes any more proves nothing."""
    names = {f"{name}.png" for name, _, _ in golden()}
    stale = sorted(path.name for path in GOLDEN.rglob("*.png") if str(path.relative_to(GOLDEN)) not in names)

    assert stale == [], f"stale; remove with: {ACCEPT}"
