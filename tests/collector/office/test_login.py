"""Tries, sessions and people, on a clock that the test moves."""

from __future__ import annotations

import asyncio

import pytest
from argon2 import PasswordHasher

from collector.config import ConfigError
from collector.office import database, login, sessions
from collector.office.devices import LASTS
from collector.office.login import Login
from collector.office.say import Say, wished
from collector.office.sessions import Sessions
from collector.office.tries import LONGEST, Tries, marks, near
from collector.office.users import Users

CHEAP = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
GOOD = "a password of length"


class Clock:
    def __init__(self) -> None:
        self.now = 1_800_000_000_000

    def __call__(self) -> int:
        return self.now


def test_the_delay_grows_and_ends() -> None:
    """Three failures cost nothing, then 2 s, 4 s, … to a quarter of an hour; a day without one forgets them."""
    clock = Clock()
    tries = Tries(database.opened(None), clock)
    waits = []
    for _ in range(9):
        tries.begun(marks("sophie", "10.0.0.1"))
        waits.append(tries.wait(marks("sophie", "10.0.0.1")))
        clock.now += waits[-1] * 1000
    for _ in range(8):
        tries.begun(marks("sophie", "10.0.0.1"))

    assert waits[:6] == [0, 0, 0, 2, 4, 8]
    assert tries.wait(marks("sophie", "10.0.0.1")) == LONGEST // 1000
    clock.now += 86_400_001
    tries.begun(marks("sophie", "10.0.0.1"))
    assert tries.wait(marks("sophie", "10.0.0.1")) == 0


def test_a_stranger_delays_nobody_else() -> None:
    """Not from another address; and behind the same one not a browser that its owner has used before."""
    base, clock = database.opened(None), Clock()
    users = Users(base, CHEAP)
    for name in ("sophie", "marc"):
        users.add(name, GOOD, ["732829320"])
    door = Login(base, users, clock)

    def enter(name: str, password: str, address: str, device: str = "") -> str | int:
        return asyncio.run(door.enter(name, password, address, device))

    known = door.devices.add("sophie")
    waits = [enter("sophie", "a stranger's guess", "10.0.0.1") for _ in range(40)]
    assert waits[:5] == [0, 0, 0, 0, 2]
    for nth in range(20):
        enter(f"name{nth}", "a stranger's guess", "10.0.0.1")
    assert isinstance(enter("marc", GOOD, "10.0.0.1"), int)
    assert isinstance(enter("marc", GOOD, "10.0.0.1", known), int)
    assert isinstance(enter("sophie", GOOD, "10.0.0.1", "made up"), int)
    assert isinstance(enter("sophie", GOOD, "10.0.0.2"), str)
    assert isinstance(enter("sophie", GOOD, "10.0.0.1", known), str)

    stolen = [enter("sophie", "a thief's guess", "10.0.0.9", known) for _ in range(5)]
    assert stolen == [0, 0, 0, 0, 2]
    assert isinstance(enter("sophie", GOOD, "10.0.0.2"), str)
    assert known.encode() not in b"".join(row[0] for row in base.execute("SELECT token FROM devices"))
    clock.now += LASTS
    assert not door.devices.known(known, "sophie")
    users.remove("sophie")
    assert base.execute("SELECT count(*) FROM devices").fetchone() == (0,)


def test_an_address_that_tries_many_names() -> None:
    """Ten cost nothing; a right password forgets the name and not the address."""
    tries = Tries(database.opened(None), Clock())
    for nth in range(10):
        tries.begun(marks(f"name{nth}", "2001:db8::1"))
    assert tries.wait(marks("sophie", "2001:db8::2")) == 0
    tries.passed(marks("name3", "2001:db8::9"))
    for name in ("eleven", "twelve"):
        tries.begun(marks(name, "2001:db8::3"))

    assert tries.wait(marks("sophie", "2001:db8::4")) > 0
    assert tries.wait(marks("sophie", "2001:db8:0:1::4")) == 0
    assert near("not an address") == "nowhere"


def test_a_hundred_at_once_are_a_hundred() -> None:
    """Guesses sent together are counted before any is looked at."""
    base, clock = database.opened(None), Clock()
    users = Users(base, CHEAP)
    users.add("sophie", GOOD, ["732829320"])
    door = Login(base, users, clock)

    async def storm() -> list[str | int]:
        return await asyncio.gather(*(door.enter("sophie", f"guess {nth}", "10.0.0.1") for nth in range(100)))

    found = asyncio.run(storm())
    assert found.count(0) == 4
    assert all(isinstance(each, int) and each > 0 for each in found[4:])


def test_an_unknown_name_costs_the_same() -> None:
    """It is held against a hash of the same parameters, which no password meets."""
    users = Users(database.opened(None), CHEAP)
    users.add("sophie", GOOD, ["732829320"])
    known, unknown = users.secret("sophie"), users.secret("nobody")

    assert known.rsplit("$", 2)[0] == unknown.rsplit("$", 2)[0]
    assert users.meets(known, GOOD)
    assert not users.meets(unknown, "nobody has this password")
    assert users.secret("nobody") == unknown


def test_sessions_last_as_long_as_said() -> None:
    """29 minutes at a time keep it; 30 end it; 12 hours end it anyhow. The file knows no token."""
    clock, base = Clock(), database.opened(None)
    Users(base, CHEAP).add("sophie", GOOD, ["732829320"])
    held = Sessions(base, clock)
    first, second = held.begin("sophie"), held.begin("sophie")
    lasted = 0
    while held.name(first):
        clock.now += 29 * 60_000
        lasted += 1

    assert lasted == 25
    assert held.name(second) is None
    assert first != second
    assert len(first) == 43
    third = held.begin("sophie")
    assert third.encode() not in b"".join(row[0] for row in base.execute("SELECT token FROM sessions"))
    assert base.execute("SELECT count(*) FROM sessions").fetchone() == (1,)


def test_a_new_password_ends_every_session() -> None:
    base, clock = database.opened(None), Clock()
    users = Users(base, CHEAP)
    users.add("sophie", GOOD, ["732829320"])
    door = Login(base, users, clock)
    token = asyncio.run(door.enter("sophie", GOOD, "10.0.0.1"))
    assert isinstance(token, str)
    assert door.who(token)
    users.password("sophie", "another long password")

    assert door.who(token) is None
    assert asyncio.run(door.enter("sophie", GOOD, "10.0.0.1")) == 0
    users.remove("sophie")
    assert users.all() == []


@pytest.mark.parametrize(
    ("name", "password", "sirens", "why"),
    [
        ("Sophie Martin", GOOD, ["732829320"], "no name"),
        ("sophie", "too short", ["732829320"], "12 to 256"),
        ("sophie", "x" * 257, ["732829320"], "12 to 256"),
        ("sophie", GOOD, [], "SIREN"),
        ("sophie", GOOD, ["73282932000074"], "SIREN"),
        ("there", GOOD, ["732829320"], "already"),
    ],
)
def test_people_who_are_refused(name: str, password: str, sirens: list[str], why: str) -> None:
    users = Users(database.opened(None), CHEAP)
    users.add("there", GOOD, ["732829320"])

    with pytest.raises(ConfigError, match=why):
        users.add(name, password, sirens)


def test_form_tokens() -> None:
    """Of one session only, and a stranger's is no session's."""
    one, other = login.stranger(), login.stranger()

    assert sessions.right_form(one, sessions.form_token(one))
    assert not sessions.right_form(other, sessions.form_token(one))
    assert not sessions.right_form(one, "é")
    assert not login.lasted(one)


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "fr"),
        ("en-GB,en;q=0.9,fr;q=0.8", "en"),
        ("fr;q=0.5, en;q=0.9", "en"),
        ("de, en;q=0.1", "en"),
        ("en;q=0, fr;q=x", "fr"),
        ("*", "fr"),
    ],
)
def test_the_browsers_wish(header: str, language: str) -> None:
    assert wished(header) == language


def test_sums_and_dates() -> None:
    fr, en = Say("fr"), Say("en")

    assert (fr.euros(-128_435), en.euros(-128_435)) == ("\u22121\u00a0284,35\u00a0€", "\u2212€1,284.35")
    assert (fr.date("2026-01-04"), en.date("2026-01-04"), fr.date("2026-01"), en.date("2026-01")) == (
        "04/01/2026", "4 Jan 2026", "01/2026", "Jan 2026",
    )  # fmt: skip
    assert en.date("<b>2026</b>") == "<b>2026</b>"
    assert fr.time(1_767_225_600_000, 60) == "01/01/2026 01:00"
    assert (fr.wait(90), fr.wait(121)) == ("90 s", "3 min")
