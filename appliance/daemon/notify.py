"""Tells systemd that the till is ready and its loop makes progress: sd_notify(3), a datagram to NOTIFY_SOCKET."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping

from appliance.ports import Loop


class Notify:
    """Silent when nobody listens."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        address = environment.get("NOTIFY_SOCKET", "")
        self._address = "\0" + address[1:] if address.startswith("@") else address
        self._watchdog = int(environment.get("WATCHDOG_USEC", "0")) // 1000

    def say(self, state: str) -> None:
        if self._address:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as wire:
                wire.sendto(state.encode(), self._address)

    def ready(self, loop: Loop) -> None:
        """READY=1, then WATCHDOG=1 from the loop itself at half the interval: a stuck loop feeds nothing."""
        self.say("READY=1")
        if self._watchdog:
            self._feed(loop)

    def _feed(self, loop: Loop) -> None:
        self.say("WATCHDOG=1")
        loop.call_in(self._watchdog // 2, lambda: self._feed(loop))
