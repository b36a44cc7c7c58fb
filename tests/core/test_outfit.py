"""What was changed at a till since its files came: folded from records, laid over the files, kept in a snapshot."""

from __future__ import annotations

from typing import Any

import pytest

from appliance.core import event as ev
from appliance.core.catalogue import Article, Catalogue
from appliance.core.event import Event
from appliance.core.fold import apply
from appliance.core.ledger import Ledger
from appliance.core.outfit import Key, Outfit, Price, outfitted
from appliance.core.refold import check
from appliance.core.shop import Identity, Operator, Shop
from appliance.core.snapshot import restore, snapshot_body
from appliance.core.totals import Perpetual, Span

HASH = bytes(16)
NEW = bytes(range(16))


def event(ledger: Ledger, kind: int, *values: Any) -> Event:
    return Event(ledger.seq, ledger.t, 60, 0, ledger.till or "1", "", 0, kind, dict(enumerate(values, start=1)))


def after(*acts: tuple[Any, ...], ledger: Ledger = Ledger(seq=9, till="1")) -> Ledger:  # noqa: B008 - immutable
    for kind, *values in acts:
        ledger = apply(ledger, event(ledger, kind, *values))
    return ledger


def shop(price: int = 150, pin: bytes = b"", name: str = "Sophie") -> Shop:
    seller = Identity("X", ("Y",), "12345678200010", "4711B", "", "franchise")
    person = Operator("01", name, "cashier", HASH, b"", pin)
    return Shop(seller, "1", (), (person,), Catalogue((Article("Café", price, 1000), Article("Thé", 200, 1000))))


def prices(made: Shop) -> list[int | None]:
    return [each.price for each in made.catalogue.articles]


def test_a_price_holds_until_the_file_says_another() -> None:
    """Twice changed it is the last; changed back nothing is kept; a newer file wins by itself."""
    once = after((ev.PRICE, "Café", "", 150, 160))
    twice = after((ev.PRICE, "Café", "", 150, 160), (ev.PRICE, "Café", "", 160, 170))
    back = after((ev.PRICE, "Café", "", 150, 160), (ev.PRICE, "Café", "", 160, 150))

    assert prices(outfitted(shop(), once.outfit)) == [160, 200]
    assert prices(outfitted(shop(), twice.outfit)) == [170, 200]
    assert twice.outfit.prices == (Price("Café", 150, 170),)
    assert back.outfit == Outfit()
    assert prices(outfitted(shop(155), twice.outfit)) == [155, 200]


@pytest.mark.parametrize(
    "newer",
    [(ev.LOADED, "catalogue", bytes(32), 0, 1, 0), (ev.APPLIED, "catalogue", 1, bytes(32), b"x"),
     (ev.PROVISIONED, bytes(32), 1, "N", b"s", 0)],
)  # fmt: skip
def test_a_newer_catalogue_ends_single_prices(newer: tuple[Any, ...]) -> None:
    """From a stick, from the owner, from a bundle."""
    assert after((ev.PRICE, "Café", "", 150, 160), newer).outfit.prices == ()


def test_a_badge_and_a_pin_belong_to_a_name() -> None:
    """A code that is given to somebody else keeps neither; a new badge ends the PIN."""
    known = after((ev.PIN, "01", "Sophie", NEW), (ev.BADGE, "01", "Sophie", NEW), (ev.PIN, "01", "Sophie", HASH))
    (sophie,), (zoe,) = (outfitted(shop(name=name), known.outfit).operators for name in ("Sophie", "Zoé"))

    assert (sophie.nfc, sophie.pin) == (NEW, HASH)
    assert (zoe.nfc, zoe.pin) == (HASH, b"")
    assert after((ev.PIN, "01", "Sophie", NEW), (ev.BADGE, "01", "Sophie", NEW)).outfit.pins == ()
    assert after((ev.BADGE, "01", "Sophie", NEW), (ev.LOADED, "operators", bytes(32), 0, 1, 0)).outfit.badges == ()


def test_a_snapshot_keeps_it() -> None:
    """And says nothing where there is nothing: snapshots of before stay what they were."""
    full = Outfit((bytes(32), 7), (Price("Café", 150, 160),), (Key("01", "S", NEW),), (Key("02", "M", HASH),),
                  (("catalogue", bytes(32)),), 0)  # fmt: skip
    ledger = Ledger(seq=9, till="1", outfit=full)
    body = snapshot_body(ledger)
    restored = restore(Event(9, 0, 60, 0, "1", "", 0, ev.SNAPSHOT, body))

    assert restored is not None
    assert restored.outfit == full
    assert 32 not in snapshot_body(Ledger(seq=9, till="1"))


SOLD = Ledger(seq=9, till="1", perpetual=Perpetual(300, 320), ticket_number=4, outfit=Outfit((bytes(32), 7)))
REFUSED: list[tuple[tuple[Any, ...], Ledger, str]] = [
    ((ev.PROVISIONED, bytes(32), 7, "N", b"s", 0), SOLD, "its bundle is not above the one before"),
    ((ev.PRICE, "Café", "", 150, 0), SOLD, "a price is not positive"),
    ((ev.RETIRED, "decommissioned", 300, 320, 5, b"", []), SOLD, "its counters are not those"),
    ((ev.RETIRED, "decommissioned", 301, 320, 4, b"", []), SOLD, "its counters are not those"),
    ((ev.RETIRED, "x", 300, 320, 4, b"", []), SOLD._replace(month=Span(name="2026-11")), "a period is still open"),
    ((ev.RETIRED, "x", 300, 320, 4, b"", []), SOLD._replace(outfit=Outfit(retired=3)), "was retired before"),
    ((ev.DAY_OPEN, 1, 0, "2026-11-21", []), SOLD._replace(outfit=Outfit(retired=3)), "the till was retired before it"),
]


@pytest.mark.parametrize(("act", "ledger", "why"), REFUSED, ids=[why for *_, why in REFUSED])
def test_what_does_not_add_up_breaks_a_journal(act: tuple[Any, ...], ledger: Ledger, why: str) -> None:
    """What no till records, a stranger's journal may hold."""
    kind, *values = act
    with pytest.raises(ValueError, match=why):
        check(ledger, event(ledger, kind, *values))
    good = event(SOLD, ev.RETIRED, "decommissioned", 300, 320, 4, b"", [])
    check(SOLD, good)
