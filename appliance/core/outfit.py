"""What a till was given and what was changed at it: the bundle, single prices, badges, PINs. All from records.

The shop's files are read anew at each opening; what stands here is laid over them, and gives way to newer files.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Final, NamedTuple

from appliance.core.catalogue import Article, Catalogue
from appliance.core.event import Value
from appliance.core.shop import Operator, Shop

MOST_PRICES: Final = 64  # a snapshot stays small: with more, a catalogue is due


class Price(NamedTuple):
    """Holds while the file says `listed` for this label, cents."""

    label: str
    listed: int
    now: int


class Key(NamedTuple):
    """A credential of one person: `name` too, since a code may be given to another. `hash` b"": none."""

    code: str
    name: str
    hash: bytes


class Outfit(NamedTuple):
    """`bundle`: SHA-256 and version of the last one; `loaded`: SHA-256 of what a stick brought last, by scope.

    `retired`: number of the record that ended this till, 0 while it sells.
    """

    bundle: tuple[bytes, int] = (b"", 0)
    prices: tuple[Price, ...] = ()
    badges: tuple[Key, ...] = ()
    pins: tuple[Key, ...] = ()
    loaded: tuple[tuple[str, bytes], ...] = ()
    retired: int = 0

    def priced(self, label: str, listed: int, now: int) -> Outfit:
        """A second change keeps what the file says; back to it, none is kept."""
        before = next((each for each in self.prices if each.label == label), None)
        first = before.listed if before and before.now == listed else listed
        others = tuple(each for each in self.prices if each.label != label)
        return self._replace(prices=others if now == first else (*others, Price(label, first, now)))

    def badged(self, key: Key) -> Outfit:
        """A new badge asks for a new PIN; without any, nothing opens for this person, no PIN either."""
        pins = tuple(each for each in self.pins if each.code != key.code)
        return self._replace(badges=(*(each for each in self.badges if each.code != key.code), key), pins=pins)

    def pinned(self, key: Key) -> Outfit:
        return self._replace(pins=(*(each for each in self.pins if each.code != key.code), key))

    def with_files(self, scope: str, digest: bytes = b"") -> Outfit:
        """Newer files of this scope are in place or wait for an opening: what was laid over the old ones goes."""
        loaded = tuple(sorted({**dict(self.loaded), scope: digest}.items())) if digest else self.loaded
        if scope == "catalogue":
            return self._replace(prices=(), loaded=loaded)
        return self._replace(badges=(), loaded=loaded)

    def body(self) -> list[Value]:
        lists = [_rows(self.prices), _rows(self.badges), _rows(self.pins), _rows(self.loaded)]
        return [list[Value](self.bundle), *lists, self.retired]

    @staticmethod
    def of(value: list[Value]) -> Outfit:
        bundle, prices, badges, pins, loaded, retired = value
        return Outfit(
            tuple(bundle),  # type: ignore[arg-type]
            tuple(Price(*each) for each in prices),  # type: ignore[union-attr, misc]
            tuple(Key(*each) for each in badges),  # type: ignore[union-attr, misc]
            tuple(Key(*each) for each in pins),  # type: ignore[union-attr, misc]
            tuple(tuple(each) for each in loaded),  # type: ignore[union-attr, arg-type]
            retired,  # type: ignore[arg-type]
        )


def _rows(rows: Iterable[Iterable[Any]]) -> list[Value]:
    return [list[Value](each) for each in rows]


def outfitted(shop: Shop, outfit: Outfit) -> Shop:
    """The shop as it sells: its files, and what was changed at the till since they came."""
    people = tuple(_person(person, outfit) for person in shop.operators)
    return replace(shop, operators=people, catalogue=_catalogue(shop.catalogue, outfit.prices))


def _person(person: Operator, outfit: Outfit) -> Operator:
    own = (person.code, person.name)
    badge = next((key.hash for key in outfit.badges if key[:2] == own), None)
    pin = next((key.hash for key in outfit.pins if key[:2] == own), None)
    if badge is not None:
        gone = tuple(filter(None, (person.nfc, person.barcode)))
        person = replace(person, nfc=badge, barcode=b"", gone=gone, pin=person.pin if badge else b"")
    return replace(person, pin=pin) if pin is not None else person


def _catalogue(catalogue: Catalogue, prices: tuple[Price, ...]) -> Catalogue:
    if not prices:
        return catalogue
    wanted = {price.label: price for price in prices}
    return Catalogue(
        tuple(_article(each, wanted.get(each.label)) for each in catalogue.articles), catalogue.departments
    )


def _article(article: Article, price: Price | None) -> Article:
    return replace(article, price=price.now) if price and price.listed == article.price else article
