"""After a cut: the till starts on what is left, and is judged by what the outside had seen before."""

from __future__ import annotations

import json
from enum import Enum
from pathlib import Path
from typing import Any

from appliance.audit.command import _core
from appliance.audit.dump import dump
from appliance.audit.verify import BROKEN, INTACT, Verdict, verify
from appliance.core.event import DEFECT, NAMES, SNAPSHOT
from appliance.daemon.keeping import StartError
from appliance.daemon.virtual import SimulatedWorld
from appliance.simulator import cards
from appliance.simulator.hand import Hand, cents
from appliance.simulator.player import Player
from appliance.simulator.script import Step, split
from appliance.storage.keys import KeyFileError
from appliance.storage.recover import JournalError
from tests.powerloss.cuts import LYING, digest
from tests.powerloss.marks import anchored, covering, last_of, tip_of, trace
from tests.powerloss.recording import (
    PAID,
    SHOP,
    Cut,
    Outside,
    Recording,
    Seen,
    export,
    forget,
    known_chance,
    open_world,
)
from tests.storage.device import Cutting
from tests.storage.memory import MemoryDisk

EVERY = 3  # in every third state the day goes on to its closing


class Wrong(AssertionError):
    """What the till did not keep."""


class Outcome(Enum):
    """Of a state. A medium that kept its word leaves only the first."""

    KEPT = "kept"
    SAID = "lost by the medium, and said"
    UNSEEN = "lost by the medium without a trace on it"


def judge(recording: Recording, cut: Cut) -> Outcome:
    """Raises Wrong, with the id that replays the cut."""
    seen = recording.until(cut.stamp)
    cutting = recording.recorder.cutting(cut.stamp, cut.fate, cut.seed)
    outside: list[Outside] = []
    world = open_world(cutting.disk, lambda name, detail: outside.append(Outside(0, name, detail)))
    world.clock.t = max(world.clock.t, recording.clock)
    try:
        with known_chance(cut.name):
            if cut.fate in LYING:
                return _judge_lie(world, cutting.disk, seen)
            lost = covering(cutting)
            if lost is not None:
                return _judge_hurt(world, cutting, lost, recording, cut)
            _judge_kept(world, cutting.disk, seen, outside)
            return Outcome.KEPT
    except Exception as error:
        raise Wrong(f"cut {cut.name}: {error}") from error
    finally:
        world.close()
        forget()


def _judge_kept(world: SimulatedWorld, disk: MemoryDisk, seen: Seen, outside: list[Outside]) -> None:
    finish = digest(disk)[0] % EVERY == 0
    world.power_on()
    world.wait(3000)
    _nothing_by_itself(outside)
    _intact(export(disk))
    _tickets_kept(export(disk), seen)
    _answer(world, seen, outside)
    if finish:
        _finish_day(world)
    world.stop()
    _intact(export(disk))


def _judge_hurt(world: SimulatedWorld, cutting: Cutting, lost: range, recording: Recording, cut: Cut) -> Outcome:
    """The medium hurt records that it had acknowledged: the till says so, and `verify` names one of them."""
    ahead = anchored(cutting.disk) > tip_of(cutting.disk)
    said = _refuses(world)
    verdict = _verdict(export(cutting.disk))
    if said or last_of(cutting.disk, DEFECT) >= 0 or _closed(cutting.disk, verdict):
        if verdict.code != BROKEN or verdict.seq not in lost:
            raise Wrong(f"records {lost} were hurt, the till says {said!r}, verify: {verdict.line}")
        return Outcome.SAID
    op = recording.recorder.until(cut.stamp)[-1]
    if ahead or trace(cutting.disk, op):
        raise Wrong(f"records {lost} were hurt and the till sells on; verify: {verdict.line}")
    return Outcome.UNSEEN


def _judge_lie(world: SimulatedWorld, disk: MemoryDisk, seen: Seen) -> Outcome:
    """Flushes did nothing: what can be seen of that is said, and never called intact."""
    ahead, defects = anchored(disk) > tip_of(disk), last_of(disk, DEFECT)
    before = _verdict(export(disk))
    said = _refuses(world)
    after = _verdict(export(disk))
    if said or last_of(disk, DEFECT) > defects:
        if after.code == INTACT:
            raise Wrong(f"the till says {said or 'that there is a defect'} and verify says intact")
        return Outcome.SAID
    if ahead:
        raise Wrong("the anchor is ahead of the journal, and the till sells on")
    if _closed(disk, before):
        return Outcome.SAID
    if before.code == BROKEN:
        raise Wrong(f"the till sells on where verify says {before.line}")
    if after.code != INTACT:
        raise Wrong(after.line)
    kept = {each["body"]["number"] for each in _records(export(disk)) if each["kind"] == "ticket"}
    return Outcome.UNSEEN if seen.tickets - kept else Outcome.KEPT


def _closed(disk: MemoryDisk, verdict: Verdict) -> bool:
    """Whether a closing stands behind what `verify` names: the till starts from its snapshot and reads no further."""
    return verdict.code == BROKEN and verdict.seq is not None and verdict.seq <= last_of(disk, SNAPSHOT)


def _refuses(world: SimulatedWorld) -> str:
    """What the till says in place of starting."""
    try:
        world.power_on()
    except (StartError, KeyFileError, JournalError) as error:
        return str(error)
    world.wait(1500)
    return ""


def _verdict(folder: Path) -> Verdict:
    kinds, refold = _core()
    return verify(folder, kinds=kinds, refold=refold, pause=lambda: None)


def _nothing_by_itself(outside: list[Outside]) -> None:
    acts = [each.name for each in outside if each.name in ("pulse", "line", "cut")]
    if acts:
        raise Wrong(f"the till did something by itself after the cut: {acts}")


def _intact(folder: Path) -> None:
    verdict = _verdict(folder)
    if verdict.code != INTACT:
        raise Wrong(verdict.line)


def _records(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in dump(folder, NAMES)]


def _tickets_kept(folder: Path, seen: Seen) -> None:
    records = _records(folder)
    numbers = [each["body"]["number"] for each in records if each["kind"] == "ticket"]
    if numbers != list(range(1, len(numbers) + 1)):
        raise Wrong(f"the ticket numbers have a gap: {numbers}")
    lost = seen.tickets - set(numbers)
    if lost:
        raise Wrong(f"shown as paid or printed, and lost: {sorted(lost)}")
    kept = sum(each["kind"] == "drawer" for each in records)
    if seen.pulses > kept:
        raise Wrong(f"the drawer opened {seen.pulses} times and {kept} records say so")


def _answer(world: SimulatedWorld, seen: Seen, outside: list[Outside]) -> None:
    """The cashier logs in and answers what is asked with paper."""
    player = Player(world, cards.read(SHOP))
    hand = Hand(world)
    _enter(player, hand)
    accepted = False
    for _ in range(6):
        if hand.find_act("doubt-print"):
            world.tear()
            hand.tap_act("doubt-print")
            world.finish()
            if "DUPLICATA" not in world.paper():
                raise Wrong("a doubtful paper was printed again without DUPLICATA")
        elif hand.find_act("clock-yes"):
            hand.tap_act("clock-yes")
        elif hand.find_act("accepted"):
            hand.tap_act("accepted")
            accepted = True  # its cash part, if any, opens the drawer now
        elif hand.find_act("close"):
            hand.tap_act("close")
        elif hand.find_act("print"):
            _first_paper(world, hand, seen)
    if any(each.name == "pulse" for each in outside) and not accepted:
        raise Wrong("the drawer opened after the cut before anything was sold")


def _enter(player: Player, hand: Hand) -> None:
    """Sophie, or, where the flow had taken her badge away, the manager."""
    try:
        _play(player, 'login "Sophie"')
    except Wrong:
        if "Badge retiré." not in hand.glass().labels:
            raise
        _play(player, 'login "Marc"')


def _first_paper(world: SimulatedWorld, hand: Hand, seen: Seen) -> None:
    """The print question stands: then no byte of this ticket can have left before the cut."""
    number = PAID.search(" ".join(hand.glass().labels))
    if number and int(number[1]) in seen.papers:
        raise Wrong("the print question is asked again for a ticket that was on paper")
    world.tear()
    hand.tap_act("print")
    world.finish()


def _finish_day(world: SimulatedWorld) -> None:
    """One more sale with its paper, and the closing: what was left can be lived with."""
    player, hand = Player(world, cards.read(SHOP)), Hand(world)
    lines = []
    if "MODE ÉCOLE" in " ".join(hand.glass().labels):
        _play(player, "training off")
    if hand.glass().screen == "open-day" and not _opened(player, hand):
        return
    if hand.glass().screen == "payment":
        due = cents(hand.glass().figures["due"])
        lines = [f"pay cheque {due / 100:.2f}"]  # cash has a cap
    elif hand.find_act("pay") and hand.glass().screen == "sale" and cents(hand.glass().figures["total"]):
        lines = ["void ticket"]
    for line in (*lines, 'ring "Café"', "pay cash 2.00", "print yes", "close day"):
        _play(player, line)


def _opened(player: Player, hand: Hand) -> bool:
    """A day is open, by a manager's word where archives are overdue; False where its period is closed for good."""
    _play(player, "open day float 50.00")
    if hand.find_act("inspect"):  # the reminder that holds the opening
        for line in ('tap "Fermer"', 'login "Marc"', "open day float 50.00", 'tap "Ouvrir quand même"'):
            _play(player, line)
    return hand.glass().screen == "sale"


def _play(player: Player, line: str) -> None:
    failure = player.play([Step("after the cut", 1, split(line))])
    if failure:
        raise Wrong(failure)
