"""Verbs that correct, put aside, close periods or exercise: the same gestures as a person's, page by page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from appliance.simulator.hand import FlowError, want
from appliance.simulator.script import Word

if TYPE_CHECKING:
    from appliance.simulator.player import Player


def discount(player: Player, words: list[Word]) -> None:
    """`discount line 1 10%`, `discount ticket 2.00`, then a reason in quotes."""
    if words[0].text == "line":
        player.select(int(words[1].text))
        player.hand.tap_act("change", "line")
        _typed(player, "change", words[2].text, words[3:])
    else:
        want(words, "ticket")
        player.to_menu()
        _typed(player, "discount", words[1].text, words[2:])


def _typed(player: Player, act: str, text: str, why: list[Word]) -> None:
    percent = text.endswith("%")
    player.hand.tap_act(act, "percent" if percent else "amount")
    player.reason("choose", why)
    player.amount(text.rstrip("%") if "." in text else text.rstrip("%") + ".00")
    player.hand.tap_act("next")


def change(player: Player, words: list[Word]) -> None:
    """`change line 2 quantity 3`, `change line 2 price 1.20 ["reason"]`."""
    want(words, "line")
    player.select(int(words[1].text))
    player.hand.tap_act("change", "line")
    if words[2].text == "price":
        player.hand.tap_act("change", "new-price")
        player.reason("choose", words[4:])
        player.amount(words[3].text)
    else:
        player.hand.tap_act("change", "new-quantity")
        player.hand.type_digits(words[3].text)
    player.hand.tap_act("next")


def park(player: Player, words: list[Word]) -> None:
    player.go("park")


def recall(player: Player, words: list[Word]) -> None:
    player.to_menu()
    player.hand.tap_act("go", "parked")
    player.hand.tap_act("recall", int(words[0].text))


def refund(player: Player, words: list[Word]) -> None:
    """`refund last ["reason"]`: the whole newest sale, by the first means that is offered."""
    want(words, "last")
    player.to_menu()
    player.hand.tap_act("go", "refund-list")
    player.hand.tap_act("ticket")
    if player.hand.glass().screen != "refund":
        return
    player.reason("choose", words[1:])
    player.hand.tap_act("refund")


def training(player: Player, words: list[Word]) -> None:
    """`training on "Marc"`: he identifies himself and answers for it; `training off`."""
    if words[0].text == "on":
        player.login(words[1:])
        player.world.finish()
    player.to_menu()
    player.hand.tap_act("go", "manage")
    player.hand.tap_act(f"training-{words[0].text}")


def close_period(player: Player, what: str) -> None:
    """`close month`, `close year`: from the page Gestion, and the question answered."""
    if what not in ("month", "year"):
        raise FlowError(f"close {what} is no closing")
    player.to_menu()
    player.hand.tap_act("go", "manage")
    player.hand.tap_act(f"close-{what}")
    if player.hand.find_act("period-close"):
        player.hand.tap_act("period-close")


def x_report(player: Player, words: list[Word]) -> None:
    """`report x`: the sums so far, on paper."""
    want(words, "x")
    player.go("x-report")
