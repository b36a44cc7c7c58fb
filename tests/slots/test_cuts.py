"""The mains go between any two changes that `sceau slots` and the till's order make: some slot is whole and starts,
none is good that was not found so, and the one before is not lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from appliance.slots import environment, order
from appliance.slots.bundle import Refused
from image.disk import VARIABLES
from tests.slots.cutting import Knife, act
from tests.slots.folder import Folder

AGAIN = 5  # at each so many moments it is ordered again
SECOND = environment.good(VARIABLES, "B")  # both were good once
TRIED = {**environment.first(environment.bad(SECOND, "B"), "B"), "B_LEFT": "2"}  # B is new and runs


@pytest.fixture(scope="module")
def knife(tmp_path_factory: pytest.TempPathFactory) -> Knife:
    return Knife(tmp_path_factory.mktemp("knife"))


@pytest.fixture
def it(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "machine")


def whole_lines(it: Folder) -> None:
    """What the till would read: nothing, or a whole file."""
    slots = it.run / "sceau-system" / "slots"
    if slots.exists():
        text = slots.read_text()
        assert text.endswith("\n")
        assert [line[:2] for line in text.splitlines()] == ["A=", "B="]


def test_good_is_the_old_sector_or_the_new(knife: Knife, it: Folder) -> None:
    """And the slot beside it keeps all that it has."""

    def new_one_runs() -> None:
        it.lay(TRIED, "B", "0.2.0")
        it.ready("0.2.0")

    found = []
    for _ in knife.everywhere(act("good", it.home), it.home, new_one_runs):
        found.append(it.variables)
        assert it.variables in (TRIED, environment.good(TRIED, "B"))
        assert it.starts() == "B"
        whole_lines(it)
        if it.variables == TRIED:
            assert it.starts_that_fail(3) == ["B", "B", "A"]
    assert found[0] == TRIED
    assert found[-1] == environment.good(TRIED, "B")


NOT_GOOD = {
    "another version": lambda it: it.ready("0.3.0"),
    "no verdict on the journal": lambda it: it.program("sceau", "#!/bin/sh\necho unreadable\nexit 2\n"),
    "no process": lambda it: it.program("systemctl", "#!/bin/sh\necho 0\n"),
    "another process": lambda it: it.program("systemctl", "#!/bin/sh\necho $$\n"),
}


@pytest.mark.parametrize("why", NOT_GOOD)
def test_what_was_not_found_good_is_never_marked(knife: Knife, it: Folder, why: str) -> None:
    """Wherever the cut falls the sector is not even written."""

    def new_one_fails() -> None:
        it.lay(TRIED, "B", "0.2.0")
        it.ready("0.2.0")
        NOT_GOOD[why](it)

    before = environment.pack(TRIED)
    for _ in knife.everywhere(act("good", it.home), it.home, new_one_fails):
        assert it.grubenv.read_bytes() == before
        whole_lines(it)
    assert it.starts_that_fail(3) == ["B", "B", "A"]


def installing(it: Folder) -> None:
    """The till has asked, B holds a version that was good."""
    it.lay(SECOND)
    it.order()


def judge(it: Folder) -> None:
    """At any moment: what starts is whole, A has lost nothing, and what comes of B can be come back from."""
    variables = it.variables
    assert it.holds("A") == "old"
    assert [variables[f"A_{key}"] for key in ("OK", "LEFT", "NEW")] == ["1", "3", "0"]
    assert it.holds(it.starts()) != "broken"
    if it.holds("B") == "broken":
        assert environment.left(variables, "B") == 0
        assert set(it.starts_that_fail(7)) == {"A"}
    if variables["B_NEW"] == "0":
        assert it.holds("B") == "old", "a version is good that nobody has found so"
    if it.starts() == "B":
        assert it.holds("B") == "new"
        assert it.starts_that_fail(4) == ["B", "B", "B", "A"]
    whole_lines(it)


def test_an_installation_from_the_order_to_its_last_word(knife: Knife, it: Folder) -> None:
    """By the till's order, the system's own program and RAUC's; a torn sector of the boot loader's among the cuts.

    Where not the mains but the program alone ends: an order that still lies there was not begun, and one that was begun
    lies there no more.
    """
    chosen = set()
    for moment in knife.everywhere(act("order", it.home), it.home, lambda: installing(it)):
        judge(it)
        chosen.add((it.starts(), it.holds("B")))
        if (it.run / "sceau-order" / "order").exists():
            assert it.variables == SECOND
            assert not (it.run / "sceau-system" / "outcome").exists()
        if moment.torn == 0 and moment.at % AGAIN == 0:  # the machine comes back, and it is ordered again
            it.boot()
            it.order()
            knife.run(act("order", it.home), it.home)
            assert (it.starts(), it.holds("B")) == ("B", "new")
    assert chosen >= {("A", "old"), ("A", "broken"), ("A", "new"), ("B", "new")}


def test_the_till_s_order_is_there_whole_or_not_at_all(knife: Knife, it: Folder) -> None:
    found = set()
    for _ in knife.everywhere(act("ask", it.home), it.home, it.lay):
        file = it.run / "sceau-order" / "order"
        found.add(file.exists())
        if file.exists():
            assert file.read_text() == f"do=install\nbundle={it.home}/slots/new.raucb\nthen=off\n"
    assert found == {False, True}


def test_an_installation_that_is_given_up_leaves_nothing_behind(knife: Knife, it: Folder) -> None:
    """Its time is over wherever it is; what follows is cut as well, and the old one runs on."""

    def finished_unheard() -> None:
        """RAUC has named the new slot, and the program did not live to say so."""
        installing(it)
        knife.run(act("order", it.home), it.home)
        (it.run / "sceau-system" / "outcome").write_text(
            "do=install\nstate=running\nversion=0.2.0\npercent=99\ncode=\n"
        )

    for _ in knife.everywhere(act("ended", it.home), it.home, finished_unheard):
        judge(it)
    assert it.starts() == "A"
    assert environment.left(it.variables, "B") == 0
    said = (it.run / "sceau-system" / "outcome").read_text()
    assert "state=failed\nversion=0.2.0\npercent=0\ncode=slow\n" in said


def test_a_half_order_is_refused() -> None:
    """If a rename were not whole: no beginning of an order is one."""
    text = b"do=install\nbundle=/state/updates/new.raucb\nthen=off\n"
    for length in range(len(text) - 1):
        with pytest.raises(Refused):
            order.read(text[:length])
