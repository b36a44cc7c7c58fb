"""An office in a process of its own over a folder, and the shops that tests put into it."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any, NamedTuple

import httpx

from appliance.sync.registry import RETIRED, REVOKED
from collector import command
from tests.collector.office.book import OTHER, ROOT, SHOP, SIRET, Store, Till, at

HERE = Path(__file__).resolve().parents[3]
PATIENCE = 60.0
NAME, PASSWORD = "sophie", "un bon mot de passe"
ATTACK = '<img src=x onerror="alert(1)">'


class Said(NamedTuple):
    status: int
    out: str
    err: str


def typed(*words: str, typing: str = "") -> Said:
    """A command, as a person types it, and what they type when it asks."""
    out, err = StringIO(), StringIO()
    before, sys.stdin = sys.stdin, StringIO(f"{typing}\n")
    try:
        with redirect_stdout(out), redirect_stderr(err):
            return Said(command.main(words), out.getvalue(), err.getvalue())
    finally:
        sys.stdin = before


class Office:
    def __init__(self, home: Path, store: Store, *more: str) -> None:
        home.mkdir(parents=True, exist_ok=True)
        self.home, self.db, self.store = home, home / "office.db", store
        store.put(home / "store")
        self.settings = home / "collector.toml"
        self.settings.write_text(
            f'url = "https://collector.example"\nroot = "{ROOT.public.hex()}"\nrelease_key = "{ROOT.public.hex()}"\n'
            'key = "not-there.key"\n[store]\nfolder = "store"\n'
        )
        assert typed("user", "add", NAME, "--siren", SIRET[:9], "--db", str(self.db), typing=PASSWORD).status == 0
        self.said: list[dict[str, Any]] = []
        self._there = threading.Event()
        words = ["office", "--config", str(self.settings), "--db", str(self.db), "--listen", "127.0.0.1:0", *more]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "collector", *words], cwd=HERE, stderr=subprocess.PIPE, text=True
        )
        self._thread = threading.Thread(target=self._listen)
        self._thread.start()
        self._there.wait(PATIENCE)
        assert self.said, "the office did not start"
        self.url = f"http://127.0.0.1:{self.said[0]['port']}"

    def _listen(self) -> None:
        assert self.process.stderr
        with self.process.stderr as lines:
            for line in lines:
                self.said.append(json.loads(line) if line.startswith("{") else {"noise": line})
                self._there.set()
        self._there.set()

    def ask(self, statement: str, *values: object) -> list[Any]:
        """Of its file, past the process."""
        with closing(sqlite3.connect(self.db, isolation_level=None)) as base:
            return base.execute(statement, values).fetchall()

    def client(self, **headers: str) -> httpx.Client:
        """Somebody without a browser, who sends what they like."""
        return httpx.Client(base_url=self.url, headers=headers, timeout=PATIENCE, trust_env=False)

    def end(self) -> None:
        self.process.terminate()
        self.process.wait(PATIENCE)
        self._thread.join()


def street() -> Store:
    """Two shops of one owner and one of another; the tills show everything that can be said of a till."""
    store = Store()
    sound = Till(store, 1, "B01")
    for day in range(3, 29):
        sound.day(day, 100_000 + 1_237 * day)
    sound.now = time.time_ns() // 1_000_000 - 3 * 3_600_000
    sound.sell()
    sound.push()
    forked = Till(store, 2, "B02")
    forked.day(4)
    copy, shown = forked.clone(), forked.receipts[-1]
    forked.day(5)
    copy.now = at(5)
    copy.sell(3, "Croissant")
    forked.fork(copy.cut(copy.next_seq), shown)
    holed = Till(store, 3, "B03")
    for day in range(4, 8):
        holed.day(day)
    del store.objects[holed.places[3]]
    Till(store, 4, "B04")
    lost = Till(store, 5, "B05")
    lost.day(4)
    lost.enter(REVOKED, b"stolen")
    lost.sell()
    lost.push(quarantined=True)
    old = Till(store, 6, "B06")
    old.day(4)
    old.enter(RETIRED)
    strange = Till(store, 7, "B<b>7</b>", SIRET[:9] + "00082", [ATTACK, *SHOP[1:]])
    strange.day(4)
    stranger = Till(store, 8, "C01", OTHER, ["Une autre maison", *SHOP[1:]])
    stranger.day(4)
    return store


@contextmanager
def running(home: Path, store: Store, *more: str) -> Iterator[Office]:
    office = Office(home, store, *more)
    try:
        yield office
    finally:
        office.end()


def named(store: Store, till: str) -> str:
    """The chain id of a till, for an address."""
    for name, data in store.objects.items():
        if name.startswith("registry/") and f"\x63{till}".encode() in data:
            return name.split("/")[1]
    raise AssertionError(till)
