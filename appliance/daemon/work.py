"""What long work is given, and how it says that it could not be done."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from appliance.audit.holder import Maker  # a till starts without what makes archives


FRESH: Final = "fresh"  # on a child's command line
ARCHIVES: Final = ("archive", "period")  # works that make one


class Place(NamedTuple):
    """The till's folders: its journal and archives, and its shop's files.

    `fresh`: no archive was made since the till started, so that one which no record names was cut short by the power
    and is not on its way to the journal.
    """

    data: Path
    shop: Path
    fresh: bool = False

    def after(self, work: str) -> Place:
        """Once that work was begun."""
        return self._replace(fresh=self.fresh and work not in ARCHIVES)


class WorkError(Exception):
    """It could not be done; the text is one sentence for the screen that says what to do."""


Show = Callable[[int, int], None]
Makers: TypeAlias = "Callable[[Path], Maker]"
