"""What a replica does beside its requests: it follows the log, and now and then carries it on and shows it around."""

from __future__ import annotations

import asyncio
from random import random

from collector.journal import Journal
from collector.log.checkpoints import Checkpoints
from collector.log.cosigning import Cosigning
from collector.log.sequencer import Sequencer


class Rounds:
    """`every`: seconds between two passes, 0 for none."""

    def __init__(
        self, seen: Checkpoints, sequencer: Sequencer, cosigning: Cosigning, every: int, journal: Journal
    ) -> None:
        self._checkpoints, self._sequencer, self._cosigning = seen, sequencer, cosigning
        self._every, self._journal = every, journal

    async def run(self) -> None:
        """Until it is cancelled."""
        watch = self._checkpoints.watch(lambda why: self._journal.say("log-watch", why=why))
        await asyncio.gather(watch, *([self._passes()] if self._every else []))

    async def _passes(self) -> None:
        """Not all replicas at once: each waits for half of the time at least, and for all of it at most."""
        while True:
            await asyncio.sleep(self._every * (1 + random()) / 2)
            try:
                await self.once()
            except Exception as error:  # noqa: BLE001 - whatever goes wrong beside them, batches are taken
                self._journal.say("log-pass", why=f"{type(error).__name__}: {error}")

    async def once(self) -> bool:
        """One pass, then every witness; whether all that answered know this log. Raises Unavailable."""
        added = await self._sequencer.run()
        self._journal.say("log-pass", added=added)
        answers = await self._cosigning.run()
        for answer in answers:
            event = "witness-refused" if answer.refused else "witness-silent" if answer.why else "cosigned"
            self._journal.say(event, witness=answer.witness, why=answer.why or None)
        return not any(answer.refused for answer in answers)
