"""Auto-test: each device does what it is there for, a person or the device itself says whether it did; one record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from appliance.core import event as ev
from appliance.core.effect import Kick, Print, Probe
from appliance.core.visit import GO

if TYPE_CHECKING:
    from appliance.core.act import Act
    from appliance.core.input import PaperDone
    from appliance.core.turn import Handler, Turn

TESTS: Final = ("panel", "beeper", "drawer", "printer", "badge", "scanner", "journal")
SLOW: Final = 1000  # ms for one act to be on flash: nobody would wait so long at each article
PROBE: Final = (970, "écriture d'essai")
PASSED, FAILED, SKIPPED, ABSENT = "passed", "failed", "skipped", "absent"
ANSWERS: Final = (PASSED, FAILED, SKIPPED)


def begin(turn: Turn, act: Act) -> None:
    turn.show("tests")
    _next(turn)


def _next(turn: Turn) -> None:
    """The test after those that are done; a device that is not fitted needs none."""
    done = turn.ui.tests
    if len(done) == len(TESTS):
        _finish(turn)
        return
    name = TESTS[len(done)]
    if _absent(turn, name):
        answered(turn, ABSENT)
        return
    turn.set(subject=name, code="", since=turn.at.up)
    start = START.get(name)
    if start:
        start(turn)


def _absent(turn: Turn, name: str) -> bool:
    """Panel and journal are always there, or nobody would see this."""
    device = turn.state.devices.get(name)
    return name not in ("panel", "journal") and (device is None or device.level == ABSENT)


def answered(turn: Turn, result: str, ms: int | None = None) -> None:
    name = TESTS[len(turn.ui.tests)]
    turn.set(tests=(*turn.ui.tests, (name, result, ms)), subject="")
    _next(turn)


def answer(turn: Turn, act: Act) -> None:
    if turn.ui.subject and act.value in ANSWERS:
        answered(turn, str(act.value))


def _finish(turn: Turn) -> None:
    visit, rows = turn.ledger.upkeep.visit, turn.ui.tests
    if visit is None:
        return
    results = {result for _, result, _ in rows}
    whole = FAILED if FAILED in results else "partial" if SKIPPED in results else PASSED
    turn.emit(ev.SELFTEST, {1: visit.number, 2: whole, 3: [list[ev.Value](row) for row in rows]})
    turn.beep("accepted" if whole == PASSED else "refused")


def _sound(turn: Turn) -> None:
    turn.beep("paid")


def again(turn: Turn, act: Act) -> None:
    """The sound once more."""
    if turn.ui.subject == "beeper":
        _sound(turn)


def _pulse(turn: Turn) -> None:
    made = turn.emit(ev.DRAWER, {1: "asked", 2: "essai", 3: None})
    turn.effect(Kick(made.seq))


def _page(turn: Turn) -> None:
    made = turn.emit(ev.TEST_PRINT, {})
    turn.set(code=str(made.seq))
    turn.effect(Print(made.seq))


def _write(turn: Turn) -> None:
    """One small act, and how long the medium takes for it."""
    turn.emit(ev.JET, {1: PROBE[0], 2: PROBE[1], 3: None})
    turn.effect(Probe())


def probed(turn: Turn) -> None:
    """That act is on flash."""
    if turn.ui.subject == "journal":
        took = max(0, turn.at.up - turn.ui.since)
        answered(turn, PASSED if took <= SLOW else FAILED, took)


def heard(turn: Turn, name: str) -> bool:
    """A badge or a code came while it was waited for: nothing else is done with it."""
    if turn.ui.subject != name or turn.ui.screen != "tests":
        return False
    answered(turn, PASSED)
    return True


def moved(turn: Turn, is_open: bool) -> None:
    """The drawer tells by itself, where it can."""
    if turn.ui.screen == "tests" and turn.ui.subject == "drawer" and is_open:
        answered(turn, PASSED)


def printed(turn: Turn, done: PaperDone) -> None:
    """The printer's own word; one that can say nothing leaves it to the eye."""
    if turn.ui.screen != "tests" or turn.ui.code != str(done.order):
        return
    if done.how != "unconfirmed":
        answered(turn, FAILED if done.how == "lost" else PASSED)


START: Final = {"beeper": _sound, "drawer": _pulse, "printer": _page, "journal": _write}
PAGE: dict[str, Handler] = {**GO, "test": begin, "answer": answer, "again": again}
