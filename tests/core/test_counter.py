"""The counter and the payment: what a cashier does, act by act, and what must not be possible."""

from __future__ import annotations

import pytest

from appliance.core import event as ev
from appliance.core.catalogue import Article
from appliance.core.effect import Kick
from appliance.core.input import Badge, Code, Device, Idle, ShopRead
from appliance.core.sale import MAX_LINES, MAX_SIZE
from appliance.core.shop import Identity
from appliance.core.till import fold
from appliance.storage.record import RECORD_LIMIT, Record, encode
from tests.core.desk import BADGES, DETERGENT, SPREAD, Desk, shop


def opened() -> Desk:
    desk = Desk()
    desk.open()
    return desk


def title(desk: Desk) -> str:
    return str(getattr(desk.view, "title", ""))


def test_a_sale_from_scan_to_paper() -> None:
    """Line, payment, change, ticket, one pulse, then the answer to the print question: each is a record, in order."""
    desk = opened()
    desk.scan(DETERGENT)
    before = len(desk.events)
    desk.pay("cash", 2000)
    desk.tap("print")

    assert desk.kinds(before) == ["payment", "change", "ticket", "drawer", "print"]
    assert desk.last(ev.LINE).body[8] == 957
    assert desk.last(ev.LINE).body[9] == 192
    assert desk.last(ev.CHANGE).body[4] == -851
    assert sum(isinstance(effect, Kick) for effect in desk.effects) == 1


@pytest.mark.parametrize("path", [["more"], ["more", "reprint"], ["more", "technician"], ["technician", "time"]])
def test_a_scan_outside_a_day_rings_nothing(path: list[str]) -> None:
    """Between days no screen takes an article: a line belongs to a day."""
    desk = Desk()
    desk.login()
    for place in path:
        desk.tap("go", place)
    desk.scan(SPREAD)

    assert "line" not in desk.kinds()
    assert "order" not in desk.kinds()


def test_a_basket_with_money_on_it_can_only_be_paid_on() -> None:
    """Locked and unlocked after a part payment, the till is back at the payment: no void, no dead end."""
    desk = opened()
    desk.scan(SPREAD)
    desk.tap("ring", "Baguette")
    desk.tap("pay")
    desk.type("300")
    desk.tap("means", "Chèque")
    desk.feed(Idle())
    desk.login()

    assert desk.screen == "payment"
    for name, value in (("select", 1), ("void-line", ""), ("go", "more"), ("void-ticket", ""), ("ring", "Baguette")):
        desk.tap(name, value)
    desk.scan(SPREAD)
    assert desk.screen == "payment"
    desk.tap("give", 235)
    assert desk.last(ev.TICKET).body[4] == 535


def test_a_typed_quantity_counts_for_the_next_scan() -> None:
    """3 typed on the quantity screen and an article scanned at once: three of it."""
    desk = opened()
    desk.tap("go", "quantity")
    desk.type("3")
    desk.scan(SPREAD)

    assert desk.last(ev.LINE).body[4] == 3000
    assert desk.last(ev.LINE).body[6] == 1275


def test_cash_stops_at_the_cap_of_the_law() -> None:
    """PAY-02: 1 000 euros in cash on one ticket and no cent more, change excluded; the rest by card."""
    desk = opened()
    desk.tap("ring", "Cave entière")
    desk.tap("pay")
    desk.tap("give", 100_001)
    assert title(desk) == "Espèces limitées à 1\u00a0000\u00a0€."
    desk.tap("close")
    desk.tap("give", 100_000)
    desk.tap("give", 100)
    assert title(desk).startswith("Espèces limitées")
    desk.tap("close")
    desk.tap("means", "Carte")
    desk.tap("accepted")

    assert desk.kinds()[-2:] == ["ticket", "drawer"]


def test_a_card_gives_no_change_and_is_asked_once() -> None:
    """PAY-08: too much is refused, an unknown outcome stays a question, and a refusal leaves all due."""
    desk = opened()
    desk.scan(SPREAD)
    desk.tap("pay")
    desk.type("500")
    desk.tap("means", "Carte")
    assert title(desk) == "Trop élevé."
    desk.tap("take-all", "Carte")
    for act in ("unsure", "give", "means", "print"):
        desk.tap(act, "Carte" if act == "means" else "")
    assert desk.screen == "card"
    desk.tap("declined")

    assert desk.state.ledger.order is not None
    assert desk.state.ledger.order.due == 425
    assert desk.kinds().count("payment-asked") == 1


def test_change_of_another_means_opens_the_drawer() -> None:
    """A voucher that gives change takes it from the drawer: one pulse, and the cash of the day goes down."""
    desk = opened()
    desk.scan(SPREAD)
    desk.tap("pay")
    desk.type("500")
    desk.tap("means", "Bon d'achat")

    assert desk.kinds()[-1] == "drawer"
    assert desk.state.ledger.day is not None
    assert desk.state.ledger.day.expected == 10_000 - 75


def test_a_meal_voucher_above_the_sum_is_forfeit() -> None:
    """PAY-05: no change, the ticket is settled at its total, no drawer."""
    desk = opened()
    desk.tap("ring", "Sandwich jambon")
    desk.tap("pay")
    desk.type("900")
    desk.tap("means", "Titre-resto")

    assert desk.kinds()[-2:] == ["payment", "ticket"]
    assert desk.last(ev.PAYMENT).body[4] == 490
    assert desk.last(ev.PAYMENT).body[5] == 900


def test_a_gift_at_zero_is_a_ticket() -> None:
    """A free article is a transaction like another."""
    desk = opened()
    desk.tap("ring", "Sac offert")
    desk.tap("pay")
    desk.tap("means", "Chèque")

    assert desk.last(ev.TICKET).body[4] == 0


def test_the_longest_ticket_fits_a_record() -> None:
    """300 ordinary lines are a ticket; long labels stop earlier; either is one record of at most 24 KiB."""
    longest = Identity("€" * 64, ("€" * 64,) * 6, "12345678200010", "4711B", "FR11123456782", "real", ("€" * 64,) * 6)
    for label, price, most in (("Vin rouge 75 cl", 890, MAX_LINES), ("é€" * 40, 99_999, 70)):
        desk = Desk(shop(longest, (Article(label, price, 2000, SPREAD if most == 70 else "", page=1),)))
        desk.open(0)
        while not desk.state.ui.message:
            desk.tap("ring", label)
        assert title(desk) == "Ticket trop long."
        order = desk.state.ledger.order
        assert order is not None
        assert order.size <= MAX_SIZE
        assert len(order.lines) >= most
        desk.tap("close")
        desk.tap("pay")
        desk.tap("means", "Chèque")
        assert len(encode(Record(*desk.last(ev.TICKET)))) < RECORD_LIMIT


def test_the_size_of_a_line_is_what_the_journal_writes() -> None:
    """The bound of a ticket is counted in the format's own bytes."""
    desk = opened()
    desk.tap("ring", "Cave entière")
    desk.scan(SPREAD)
    desk.pay("Chèque")
    ticket = desk.last(ev.TICKET)
    whole = len(encode(Record(*ticket)))
    for line in fold(desk.events[: ticket.seq]).order.live:  # type: ignore[union-attr]
        fewer = {**ticket.body, 5: [body for body in ticket.body[5] if body != line.body()]}  # type: ignore[union-attr]
        assert whole - len(encode(Record(*ticket[:8], fewer))) == line.size


def test_many_small_payments_come_to_an_end() -> None:
    """A ticket holds a dozen payments; the last one settles it."""
    desk = opened()
    desk.scan(SPREAD)
    desk.tap("pay")
    for _ in range(20):
        if desk.screen == "payment":
            desk.tap("give", 1)
    assert title(desk) == "Trop de paiements."
    desk.tap("close")
    desk.tap("give", 500)

    assert desk.kinds().count("ticket") == 1


def test_a_scanned_novel_is_cut() -> None:
    """A code of thousands of signs, sold at a department, keeps 64 of them."""
    desk = opened()
    desk.feed(Code("A" * 5000))
    desk.tap("department", "Divers 20")
    desk.type("450")
    desk.tap("next")

    assert desk.last(ev.LINE).body[10] == "A" * 64


def test_the_regime_is_that_of_the_opening() -> None:
    """VAT-04: shop.toml changed at noon and a power cut do not change the VAT of the open day."""
    desk = opened()
    franchise = Identity("Épicerie", ("Rennes",), "12345678200010", "4711B", "", "franchise")
    desk.shop = shop(franchise)
    desk.crash()
    desk.login()
    desk.scan(DETERGENT)

    assert desk.last(ev.LINE).body[7] == 2000


def test_no_answer_to_the_print_question_is_a_no() -> None:
    """TIC-09: a scan, a badge or the lock means no, recorded before anything else."""
    for what in (Code(SPREAD), Badge(BADGES["02"])):
        desk = opened()
        desk.scan(SPREAD)
        desk.pay("cash", 425)
        before = len(desk.events)
        desk.feed(what)

        assert desk.kinds(before)[0] == "no-print"


def test_a_reprint_is_a_numbered_duplicate() -> None:
    """TIC-03: each later paper is a record with its number, who and why."""
    desk = opened()
    desk.scan(SPREAD)
    desk.pay("cash", 425)
    desk.tap("decline")
    for copy in (1, 2, 3):
        desk.tap("go", "more")
        desk.tap("go", "reprint")
        desk.tap("reprint", desk.last(ev.TICKET).seq)
        assert desk.last(ev.DUPLICATE).body == {
            1: "ticket",
            2: 1,
            3: desk.last(ev.TICKET).seq,
            4: copy,
            5: "demande du client",
            6: "paper",
        }


def test_a_closing_that_was_cut_twice_is_still_called_a_closing() -> None:
    """A Z lost on its way, then its duplicate lost too: the question names the Z, not a ticket."""
    desk = opened()
    desk.close()
    z = desk.last(ev.DAY_CLOSE)
    desk.paper(z.seq, "lost")
    assert "Z n° 1" in " ".join(desk.view.text)  # type: ignore[union-attr]
    desk.tap("doubt-print")
    desk.paper(desk.last(ev.DUPLICATE).seq, "lost")

    assert "Z n° 1" in " ".join(desk.view.text)  # type: ignore[union-attr]
    desk.tap("doubt-print")
    assert desk.last(ev.DUPLICATE).body[1] == "z"
    assert desk.last(ev.DUPLICATE).body[4] == 2


def test_a_wrong_shop_folder_does_not_open_the_day() -> None:
    """All errors are shown, the old shop stays, no day."""
    desk = Desk()
    desk.login()
    desk.feed(ShopRead(None, ("catalogue.csv:3: price '-1' is not a positive amount like 4.25",)))

    assert title(desk) == "Fichiers de la boutique faux."
    assert desk.state.ledger.day is None


def test_alarms_say_the_worst_first() -> None:
    """Red before amber, with how many others stand behind."""
    desk = opened()
    desk.feed(Device("badge", "down", "lost"))
    desk.feed(Device("printer", "down", "paper-out"))
    banner = desk.view.header.banner  # type: ignore[union-attr]

    assert banner is not None
    assert (banner.red, banner.title, banner.more) == (True, "Plus de papier.", 1)
    assert banner.act is not None
    desk.tap(banner.act.name, banner.act.value)
    assert desk.screen == "technician"
