"""After a cut: the till starts on what is left, and is judged by what the outside had seen before."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from appliance.audit.command import _core
from appliance.audit.dump import dump
from appliance.audit.verify import verify
from appliance.core.event import NAMES
from appliance.daemon.virtual import SimulatedWorld
from appliance.simulator import cards
from appliance.simulator.hand import Hand, cents
from appliance.simulator.player import Player
from appliance.simulator.script import Step, split
from tests.powerloss.recording import PAID, PRINTED, SHOP, Cut, Outside, Recording, export, forget, open_world

EVERY = 3  # after every third cut the day goes on to its closing


class Wrong(AssertionError):
    """What the till did not keep."""


def judge(recording: Recording, cut: Cut) -> None:
    """Raises Wrong, with the id that replays the cut."""
    seen = recording.until(cut.stamp)
    disk = recording.recorder.cut(cut.stamp, cut.fate, cut.seed)
    outside: list[Outside] = []
    world = open_world(disk, lambda name, detail: outside.append(Outside(0, name, detail)))
    try:
        world.clock.t = max(world.clock.t, recording.clock)
        world.power_on()
        world.wait(3000)
        _nothing_by_itself(outside)
        _intact(export(disk))
        _tickets_kept(export(disk), seen)
        _answer(world, seen, outside)
        if cut.stamp % EVERY == 0:
            _finish_day(world)
        world.stop()
        _intact(export(disk))
    except Exception as error:
        raise Wrong(f"cut {cut.name}: {error}") from error
    finally:
        world.close()
        forget()


def _nothing_by_itself(outside: list[Outside]) -> None:
    acts = [each.name for each in outside if each.name in ("pulse", "line", "cut")]
    if acts:
        raise Wrong(f"the till did something by itself after the cut: {acts}")


def _intact(folder: Path) -> None:
    kinds, refold = _core()
    verdict = verify(folder, kinds=kinds, refold=refold)
    if verdict.code != 0:
        raise Wrong(verdict.lines[-1])


def _records(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in dump(folder, NAMES)]


def acknowledged(seen: list[Outside]) -> set[int]:
    """Numbers of the tickets that a screen showed as paid or that stand on paper."""
    signs = {"frame": PAID, "line": PRINTED}
    return {int(found[1]) for each in seen if each.name in signs and (found := signs[each.name].search(each.detail))}


def _tickets_kept(folder: Path, seen: list[Outside]) -> None:
    numbers = [each["body"]["number"] for each in _records(folder) if each["kind"] == "ticket"]
    if numbers != list(range(1, len(numbers) + 1)):
        raise Wrong(f"the ticket numbers have a gap: {numbers}")
    lost = acknowledged(seen) - set(numbers)
    if lost:
        raise Wrong(f"shown as paid or printed, and lost: {sorted(lost)}")
    pulses = sum(each.name == "pulse" for each in seen)
    kept = sum(each["kind"] == "drawer" for each in _records(folder))
    if pulses > kept:
        raise Wrong(f"the drawer opened {pulses} times and {kept} records say so")


def _answer(world: SimulatedWorld, seen: list[Outside], outside: list[Outside]) -> None:
    """The cashier logs in and answers what is asked with paper."""
    player = Player(world, cards.read(SHOP))
    _play(player, 'login "Sophie"')
    hand = Hand(world)
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


def _first_paper(world: SimulatedWorld, hand: Hand, seen: list[Outside]) -> None:
    """The print question stands: then no byte of this ticket can have left before the cut."""
    number = PAID.search(" ".join(hand.glass().labels))
    papers = "\n".join(each.detail for each in seen if each.name == "line")
    if number and f"Ticket n° {number[1]}" in papers:
        raise Wrong("the print question is asked again for a ticket that was on paper")
    world.tear()
    hand.tap_act("print")
    world.finish()


def _finish_day(world: SimulatedWorld) -> None:
    """One more sale with its paper, and the closing: what was left can be lived with."""
    player, hand = Player(world, cards.read(SHOP)), Hand(world)
    lines = ["open day float 50.00"] if hand.glass().screen == "open-day" else []
    if hand.glass().screen == "payment":
        due = cents(hand.glass().figures["due"])
        lines = [f"pay cheque {due / 100:.2f}"]  # cash has a cap
    elif hand.find_act("pay") and hand.glass().screen == "sale" and cents(hand.glass().figures["total"]):
        lines = ["void ticket"]
    for line in (*lines, 'ring "Café"', "pay cash 2.00", "print yes", "close day"):
        _play(player, line)


def _play(player: Player, line: str) -> None:
    failure = player.play([Step("after the cut", 1, split(line))])
    if failure:
        raise Wrong(failure)
