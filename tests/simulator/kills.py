"""Kills whole live tills at random moments and proves that nothing that was written is lost.

    python -m tests.simulator.kills 200 [SEED]

A round: `sceau sim` starts on the folder of the round before, scans and taps are thrown at it, `kill -9` takes the
parent at a random moment, and with it the child. One round in five begins with an empty folder and is killed in its
first start. After each: `sceau verify` says intact, and the dump begins with the dump of the round before.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import sys
import tempfile
import threading
import time
from collections import Counter
from http.client import HTTPException
from pathlib import Path
from typing import Any

from tests.simulator.live import Sim, gone, labels, sceau

CODES = ["3017620422003", "5449000000996", "7622210449283", "3760123450010", "3760123450034", "4006381333931"]
AVOID = {"name", "close-day"}  # wrong PINs lock the till for minutes; the day goes on
FRESH = 5  # one round in so many kills a first start
START, THROW = 1.5, 2.0  # seconds until the kill, at most: from the process's start, or from its first screen


class Kills:
    """One seed, one folder at a time."""

    def __init__(self, folder: Path, seed: int) -> None:
        self._folder, self._chance = folder, random.Random(seed)
        self._plan = random.Random(seed)  # not moved by how many gestures a machine manages
        self._number = 0
        self._data, self._records = folder / "data", list[dict[str, Any]]()
        self.seen: Counter[str] = Counter()

    def run(self, rounds: int) -> None:
        for number in range(rounds):
            fresh = number % FRESH == 0
            if fresh:
                self._begin()
            self._kill_one(in_start=fresh or self._plan.random() < 0.2)
            self.seen["kills"] += 1
        self._goes_on()

    def _begin(self) -> None:
        """The folder before this one has a last start first, so that each of them is proven to go on."""
        if self._records:
            self._goes_on()
        shutil.rmtree(self._data, ignore_errors=True)
        self._records = []

    def _kill_one(self, *, in_start: bool) -> None:
        sim = Sim(self._data)
        try:
            if in_start:
                time.sleep(self._plan.uniform(0, START))
                self.seen["killed while starting"] += 1
            else:
                sim.ready()
                self._throw(sim)
            children = sim.children()
        finally:
            sim.kill()
        assert all(gone(child) for child in children), "the till outlived its parent"
        self._judge(started=not in_start)

    def _throw(self, sim: Sim) -> None:
        """The kill comes from outside while the hands are busy."""
        self._open(sim)
        clock = threading.Timer(self._plan.uniform(0.1, THROW), sim.process.kill)
        clock.start()
        try:
            while sim.process.poll() is None:
                self._gesture(sim)
        except (OSError, HTTPException):
            return  # it is dead, in the middle of an answer perhaps
        finally:
            clock.join()

    def _open(self, sim: Sim) -> None:
        """Somebody is logged in and a day is open, so that there is something to lose."""
        if any(record["kind"] == "day-open" for record in self._records):
            return
        sim.do("badge", name="Sophie")
        sim.until(lambda seen: seen["glass"].get("screen") == "open-day")
        sim.press("Ouvrir la caisse")
        sim.until(lambda seen: seen["glass"].get("screen") == "sale")

    def _gesture(self, sim: Sim) -> None:
        glass = sim.seen()["glass"]
        keys = [hit for hit in glass.get("hits", []) if hit[1] not in AVOID]
        if glass.get("screen") == "locked":
            sim.do("badge", name="Sophie")
            sim.until(lambda seen: seen["glass"].get("screen", "locked") != "locked")
        elif not keys or self._chance.random() < 0.4:
            sim.do("scan", code=self._chance.choice(CODES))
        else:
            self._tap(sim, keys)

    def _tap(self, sim: Sim, keys: list[Any]) -> None:
        """The keys that lead on are taken more often, or hardly a ticket would come about."""
        onward = [hit for hit in keys if hit[1] in ("next", "pay", "give", "print")]
        left, top, right, bottom = self._chance.choice(onward if onward and self._chance.random() < 0.5 else keys)[3:]
        sim.do("tap", x=(left + right) // 2, y=(top + bottom) // 2)
        self.seen["taps"] += 1

    def _judge(self, *, started: bool) -> None:
        verdict = sceau("verify", str(self._data))
        if verdict.returncode == 2 and not started and not self._records:
            self.seen["killed before a first record"] += 1
            return
        assert verdict.returncode == 0, verdict.stdout + verdict.stderr
        assert verdict.stdout.splitlines()[-1].startswith("intact: "), verdict.stdout
        if "torn" in verdict.stdout:
            self.seen["torn tails"] += 1
        self._same_day()

    def _same_day(self) -> None:
        records = [json.loads(line) for line in sceau("dump", str(self._data)).stdout.splitlines()]
        before = len(self._records)
        assert records[:before] == self._records, "a record of the round before is not there any more"
        kinds = [record["kind"] for record in records]
        assert kinds.count("genesis") == 1
        assert kinds.count("day-open") <= 1
        assert "day-close" not in kinds
        self.seen["records"] += len(records) - before
        self.seen["tickets"] += kinds[before:].count("ticket")
        self._records = records

    def _goes_on(self) -> None:
        """A start to the end: locked, and behind the lock the day that was open."""
        with_day = any(record["kind"] == "day-open" for record in self._records)
        sim = Sim(self._data)
        try:
            sim.ready()
            locked = sim.until(lambda seen: seen["power"] == "on")["glass"]
            assert locked["screen"] == "locked", locked
            sim.do("badge", name="Sophie")
            after = sim.until(lambda seen: seen["glass"].get("screen", "locked") != "locked")
            assert (after["glass"]["screen"] == "open-day") == (not with_day), labels(after)
            code, said = sim.stop()
        finally:
            sim.kill()
        assert (code, said) == (0, "")
        self._judge(started=True)
        self.seen["days gone on with"] += with_day


def run(rounds: int, seed: int) -> Counter[str]:
    """Raises AssertionError for a till that lost something."""
    with tempfile.TemporaryDirectory(prefix="sceau-kills-") as name:
        before, os.environ["TMPDIR"] = os.environ.get("TMPDIR"), name  # what killed ones leave goes with it
        kills = Kills(Path(name), seed)
        try:
            kills.run(rounds)
        finally:
            os.environ.pop("TMPDIR")
            if before is not None:
                os.environ["TMPDIR"] = before
    return kills.seen


def main() -> int:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.SystemRandom().randrange(1 << 32)
    print(f"seed {seed}", flush=True)
    for name, count in run(rounds, seed).items():
        print(f"{count:6} {name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
