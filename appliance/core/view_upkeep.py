"""What a technician sees and nobody else: colours to be judged, crosses to be touched; see `view.py` for the rules."""

from __future__ import annotations

from dataclasses import dataclass

from appliance.core.view import Key, View


@dataclass(frozen=True, slots=True)
class ColoursView:
    """The whole panel in bars of every colour and grey; the question and its answers below."""

    title: str
    text: str
    keys: tuple[Key, ...]


@dataclass(frozen=True, slots=True)
class TargetView:
    """A cross at `x`, `y`, ten-thousandths of the panel; what to do stands in the middle."""

    title: str
    text: str
    step: str
    x: int
    y: int
    back: Key


UpkeepView = ColoursView | TargetView
Shown = View | UpkeepView
