"""The writer of the simulated world: on the loop's own thread, in virtual time."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from appliance.ports import Loop
from appliance.storage.journal import Journal
from appliance.storage.record import Record
from appliance.storage.writer import Done, InlineWriter

ACKNOWLEDGE = 1000


class VirtualWriter(InlineWriter):
    """Writes inline; acknowledgements that wait go after a second of virtual time.

    `meanwhile` runs before each write: flash is slow, and the hardware goes on while it is busy.
    """

    def __init__(
        self, journal: Journal, loop: Loop, on_flush: Callable[[], None], meanwhile: Callable[[], object]
    ) -> None:
        super().__init__(journal, on_flush)
        self._loop, self._meanwhile = loop, meanwhile
        self._armed = False

    def submit(self, records: Sequence[Record], done: Done, *, urgent: bool = True) -> None:
        self._meanwhile()
        super().submit(records, done, urgent=urgent)
        if self.waiting and not self._armed:
            self._armed = True
            self._loop.call_in(ACKNOWLEDGE, self._due)

    def _due(self) -> None:
        self._armed = False
        self.flush_due()
