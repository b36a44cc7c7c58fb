"""What long work is given, and how it says that it could not be done."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from appliance.audit.holder import Maker


class Place(NamedTuple):
    """The till's folders: its journal and archives, and its shop's files."""

    data: Path
    shop: Path


class WorkError(Exception):
    """It could not be done; the text is one sentence for the screen that says what to do."""


Show = Callable[[int, int], None]
Makers = Callable[[Path], Maker]
