"""When a blank machine asks a collector for its bundle: at once when it learns where, then less and less often.

Everything here runs on the loop and takes no time; what blocks is given to a courier. Nothing is written here.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Final

from appliance.daemon.upstream import Away
from appliance.ports import Loop, Timer
from appliance.sync.reading import Network
from appliance.sync.uploader import Courier

if TYPE_CHECKING:
    from appliance.sync.claim import Claimed
    from appliance.sync.client import Client

FIRST: Final = 5_000  # ms, doubled each time: somebody stands before the screen at first
LONGEST: Final = 300_000  # ms between two questions, and what a collector may ask to be left alone
STEPS: Final = 6  # 5 s · 2^6 is more than five minutes
UNLINKED, BAD_ADDRESS = "unlinked", "address"
Heard = Callable[[str, bytes, str], None]


class Claiming:
    """`heard` is told a word of `claim.py`, or of the two above, the bundle, and why. `ca` as in the configuration."""

    def __init__(self, loop: Loop, away: Away, network: Network, ca: Path | None, heard: Heard) -> None:
        self._loop, self._away, self._network, self._ca, self._heard = loop, away, network, ca, heard
        self._courier: Courier | None = None
        self._client: Client | None = None
        self._pause: Timer | None = None
        self._flying = self._linked = False
        self._asked = 0
        self._known = b""

    def ask(self, url: str) -> None:
        """Here from now on, and now. What is under way to another place, or stuck, is left behind."""
        from appliance.sync.client import Client  # loaded when it is needed: TLS takes long to load

        self.close()
        try:
            self._client = Client(url, self._ca)
        except ValueError:
            self._heard(BAD_ADDRESS, b"", url)
            return
        self._courier, self._flying, self._asked, self._known = self._away.courier(self._loop), False, 0, b""
        self._linked = self._away.link()
        self._go()

    def look(self) -> None:
        """Each second: a cable that comes in is asked over at once."""
        before, self._linked = self._linked, self._away.link()
        if self._client is not None and self._linked != before:
            self._asked = 0
            self._go()

    def close(self) -> None:
        self._rest(None)
        if self._courier is not None:
            self._courier.close()
        self._courier = self._client = None

    def _rest(self, pause: int | None) -> None:
        if self._pause is not None:
            self._pause.cancel()
        self._pause = self._loop.call_in(pause, self._go) if pause is not None else None

    def _go(self) -> None:
        """One question at a time; none without a network, which `look` waits for."""
        from appliance.sync.claim import claim

        self._rest(None)
        client, courier, known = self._client, self._courier, self._known
        if client is None or courier is None or self._flying:
            return
        if not self._linked:
            self._heard(UNLINKED, b"", "")
            return
        self._flying = True
        courier.run(lambda: claim(client, self._network, known), self._done)

    def _done(self, found: Claimed) -> None:
        self._flying = False
        longest = min(LONGEST, FIRST << min(self._asked, STEPS))
        self._asked += 1
        pause = int(longest * (1 + self._away.random()) / 2)  # half of it by chance: not all of a warehouse at once
        self._rest(min(LONGEST, max(pause, 1000 * (found.retry or 0))))
        if found.what == "bundle":
            self._known = sha256(found.data).digest()
        self._heard(found.what, found.data, found.why)
