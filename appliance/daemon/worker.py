"""Who does long work: in a shop a child process, so that selling never waits; in virtual time the loop itself."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, Protocol

from appliance.core.effect import Work
from appliance.core.input import WorkDone, WorkGoes
from appliance.daemon.facts import told
from appliance.daemon.work import FRESH
from appliance.ports import Loop

if TYPE_CHECKING:
    from appliance.daemon.work import Makers, Place

LAST: Final = 2000  # bytes of what a child said, for the log
BEGIN: Final = 5000  # ms before an archive: paper, the first login and the day's examination come first

Say = Callable[[WorkDone | WorkGoes], None]


class Worker(Protocol):
    def do(self, work: Work) -> None: ...

    def close(self) -> None: ...


class NoWorker:
    """Where the journal stands in memory alone, and for tests of other things."""

    def do(self, work: Work) -> None: ...

    def close(self) -> None: ...


class ChildWorker:
    """One child at a time, the others wait their turn. What a killed child left half done, the next one clears."""

    def __init__(self, place: Place, loop: Loop, say: Say) -> None:
        self._place, self._loop, self._say = place._replace(fresh=True), loop, say
        self._waiting: deque[Work] = deque()
        self._child: subprocess.Popen[bytes] | None = None
        self._now = Work("")
        self._heard = b""
        self._handle = -1

    def do(self, work: Work) -> None:
        if work == self._now or work in self._waiting:
            return
        self._waiting.append(work)
        self._loop.call_in(BEGIN if work.name == "archive" else 0, self._begin)

    def close(self) -> None:
        self._waiting.clear()
        if self._child is not None:
            self._child.kill()
            self._ended(self._child)

    def _begin(self) -> None:
        if self._child is not None or not self._waiting:
            return
        self._now = self._waiting.popleft()
        command = ["/usr/bin/nice", sys.executable, "-m", "appliance.daemon.works", self._now.name]
        command += [str(self._place.data), str(self._place.shop), FRESH if self._place.fresh else "-"]
        self._place = self._place.after(self._now.name)
        self._child = subprocess.Popen(  # noqa: S603 - our own command; nice, because the till goes first
            [*command, *self._now.args],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        if self._child.stderr:
            os.set_blocking(self._child.stderr.fileno(), False)
            self._loop.watch(self._child.stderr.fileno(), self._goes)
        self._handle = os.pidfd_open(self._child.pid)
        self._loop.watch(self._handle, self._done)

    def _goes(self) -> None:
        """The last whole percent that it said."""
        stream = self._child.stderr if self._child else None
        said = (stream.read() or b"") if stream else b""
        if not said and stream:
            self._loop.forget(stream.fileno())
        self._heard = (self._heard + said)[-LAST:]
        last = said.split()[-1:] if said.strip() else []
        if last and last[0].isdigit():
            self._say(WorkGoes(self._now.name, int(last[0])))

    def _done(self) -> None:
        child = self._child
        if child is None:
            return
        said = child.stdout.read() if child.stdout else b""
        self._goes()
        work, heard = self._now, self._heard
        self._ended(child)
        try:
            facts: dict[str, Any] = json.loads(said)
        except ValueError:
            sys.stderr.write(f"{work.name}: the child ended without an answer: {heard.decode('utf-8', 'replace')}\n")
            facts = {"error": "Le travail s'est arrêté en route : recommencer."}
        self._say(told(work, facts))
        self._begin()

    def _ended(self, child: subprocess.Popen[bytes]) -> None:
        self._loop.forget(self._handle)
        os.close(self._handle)
        child.wait()
        for stream in (child.stdout, child.stderr):
            if stream:
                self._loop.forget(stream.fileno())
                stream.close()
        self._child, self._now, self._heard = None, Work(""), b""


class LoopWorker:
    """The same functions on the loop's own thread."""

    def __init__(self, place: Place, loop: Loop, makers: Makers, say: Say) -> None:
        self._place, self._loop, self._makers, self._say = place._replace(fresh=True), loop, makers, say
        self._closed = False

    def do(self, work: Work) -> None:
        self._loop.call_in(BEGIN if work.name == "archive" else 0, lambda: self._begin(work))

    def close(self) -> None:
        self._closed = True

    def _begin(self, work: Work) -> None:
        from appliance.daemon.works import done  # loaded when it is needed: a till starts without it

        if not self._closed:
            facts = done(work.name, self._place, work.args, self._makers, lambda part, whole: None)
            self._place = self._place.after(work.name)
            self._say(told(work, facts))
