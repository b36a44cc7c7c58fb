"""A shop's closing: the sums of all its tills for one day, month or fiscal year (CLO-13). Pure.

It is added up from the tills' own closings, which it names, and says which tills are still missing. A collector signs
it and keeps it; without one, the same sums come from the tills' journals (`sceau report shop`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import Any, Final, NamedTuple

import cbor2

from appliance.storage.cose import Form
from appliance.storage.record import Record
from appliance.sync.keylog import KeyLog
from appliance.sync.shape import ProtocolError, instant, natural, octets, one_of, opened, text_to, unpack

SHOP_FORM: Final = Form("application/vnd.sceau.shop-closing+cbor", b"sceau/shop-closing/1")
LEVELS: Final = {50: "day", 53: "month", 54: "year"}  # kind of a till's closing -> level
# Keys of a till's closing: number, period, tickets, sales, refunds, their number, total, VAT, means, both perpetuals.
_DAY: Final = (1, 2, 6, 7, 8, 9, 10, 11, 12, 25, 26)
_PERIOD: Final = (1, 2, 8, 9, 10, 11, 12, 13, 14, 15, 16)

Vat = tuple[int, int, int, int]  # rate in basis points, HT, VAT, TTC in cents
Means = tuple[str, str, int, int]  # label, kind, how many, cents


class Sums(NamedTuple):
    """Cents but for the counts; `refunds` is negative or 0."""

    tickets: int = 0
    sales: int = 0
    refunds: int = 0
    refund_count: int = 0
    total: int = 0
    vat: tuple[Vat, ...] = ()
    means: tuple[Means, ...] = ()


class TillClosing(NamedTuple):
    """What one till says of one period; `record` is the number of its closing's record."""

    chain_id: bytes
    till: str
    level: str
    period: str  # 2026-11-21, 2026-11, or the month in which the fiscal year began
    number: int
    record: int
    sums: Sums
    perpetual: int
    absolute: int


class Part(NamedTuple):
    """A till's closing within the shop's."""

    chain_id: bytes
    till: str
    number: int
    record: int
    total: int
    perpetual: int
    absolute: int


class ShopClosing(NamedTuple):
    """`missing`: chains that should have closed this period and of which nothing came. `made` is UTC ms."""

    siret: str
    level: str
    period: str
    parts: tuple[Part, ...]
    missing: tuple[bytes, ...]
    sums: Sums
    made: int

    def payload(self) -> bytes:
        parts, sums = [list(part) for part in self.parts], self.sums
        rows = [*sums[:5], [list(row) for row in sums.vat], [list(row) for row in sums.means]]
        values = (*self[:3], parts, list(self.missing), rows, self.made)
        return cbor2.dumps(dict(enumerate(values, start=1)))


def closing_of(record: Record, chain_id: bytes) -> TillClosing | None:
    """None for another kind. Raises ProtocolError for a closing whose body does not fit."""
    level = LEVELS.get(record.kind)
    if level is None:
        return None
    keys = _DAY if level == "day" else _PERIOD
    try:
        body: Any = record.body
        number, period, *counts, vat, means, perpetual, absolute = map(body.__getitem__, keys)
        sums = _sums([*counts, vat, means])
        _whole(number, perpetual, absolute)
    except (KeyError, TypeError, ValueError) as error:
        raise ProtocolError(f"the closing in record {record.seq} has not the form of one") from error
    return TillClosing(chain_id, record.till, level, str(period), number, record.seq, sums, perpetual, absolute)


def _whole(*values: object) -> None:
    if any(type(value) is not int for value in values):
        raise TypeError("whole numbers are wanted")


def _vat(row: Any) -> Vat:  # noqa: ANN401 - a row of a closing
    rate, ht, vat, ttc = row
    _whole(rate, ht, vat, ttc)
    return rate, ht, vat, ttc


def _means(row: Any) -> Means:  # noqa: ANN401
    label, kind, count, cents = row
    _whole(count, cents)
    return str(label), str(kind), count, cents


def added(sums: Iterable[Sums]) -> Sums:
    """Rates from the highest, means by kind and name: the same closings in any order give the same sums."""
    counts, rates, ways = [0] * 5, dict[int, list[int]](), dict[tuple[str, str], list[int]]()
    for each in sums:
        counts = [one + other for one, other in zip(counts, each[:5], strict=True)]
        for rate, *cents in each.vat:
            rates[rate] = [one + other for one, other in zip(rates.get(rate, [0, 0, 0]), cents, strict=True)]
        for label, kind, *pair in each.means:
            ways[kind, label] = [one + other for one, other in zip(ways.get((kind, label), [0, 0]), pair, strict=True)]
    vat = tuple((rate, cents[0], cents[1], cents[2]) for rate, cents in sorted(rates.items(), reverse=True))
    means = tuple((label, kind, pair[0], pair[1]) for (kind, label), pair in sorted(ways.items()))
    tickets, sales, refunds, count, total = counts
    return Sums(tickets, sales, refunds, count, total, vat, means)


def closed(
    siret: str, level: str, period: str, tills: Iterable[TillClosing], expected: Collection[bytes], made: int
) -> ShopClosing:
    """Of those of `tills` that are of this level and period; each record counts once."""
    known = {(each.chain_id, each.record): each for each in tills if (each.level, each.period) == (level, period)}
    inside = [known[key] for key in sorted(known)]
    parts = tuple(
        Part(each.chain_id, each.till, each.number, each.record, each.sums.total, each.perpetual, each.absolute)
        for each in inside
    )
    missing = tuple(sorted(set(expected) - {each.chain_id for each in inside}))
    return ShopClosing(siret, level, period, parts, missing, added(each.sums for each in inside), made)


_FIELDS: Final = (
    ("siret", text_to(14, 14)),
    ("level", one_of("day", "month", "year")),
    ("period", text_to(10, 7)),
    ("parts", lambda value: type(value) is list),
    ("missing", lambda value: type(value) is list and all(map(octets(16), value))),
    ("sums", lambda value: type(value) is list and len(value) == 7),
    ("made", instant),
)


def read_shop_closing(payload: bytes) -> ShopClosing:
    """Raises ProtocolError, also when the parts and the sums cannot belong together."""
    siret, level, period, parts, missing, sums, made = unpack(payload, _FIELDS, "shop's closing")
    try:
        found = ShopClosing(siret, level, period, tuple(map(_part, parts)), tuple(missing), _sums(sums), made)
    except (TypeError, ValueError) as error:
        raise ProtocolError(f"the shop's closing has not the form of one ({error})") from error
    if found.payload() != payload or sum(part.total for part in found.parts) != found.sums.total:
        raise ProtocolError("the sums of the shop's closing are not those of its parts")
    named = [(part.chain_id, part.record) for part in found.parts]
    if named != sorted(set(named)) or list(missing) != sorted(set(missing) - {chain_id for chain_id, _ in named}):
        raise ProtocolError("the parts of the shop's closing are not in order, or one stands there twice")
    return found


def seal(it: ShopClosing, sign: Callable[[bytes], bytes]) -> bytes:
    return SHOP_FORM.seal(it.payload(), sign)


def read(data: bytes, log: KeyLog) -> ShopClosing:
    """Signed by a key of `log` that was good when it was made. Raises ProtocolError."""
    payload, signature = opened(SHOP_FORM, data, "shop's closing")
    found = read_shop_closing(payload)
    if not any(SHOP_FORM.proven(key, payload, signature) for key in log.good(found.made)):
        raise ProtocolError("the shop's closing is not signed by a key that was good when it was made", 401)
    return found


def _part(row: Any) -> Part:  # noqa: ANN401 - a row of the payload
    chain_id, till, number, record, *cents = row
    if not octets(16)(chain_id) or type(till) is not str or not natural(number) or not natural(record):
        raise ValueError("a part names no closing")
    _whole(*cents)
    return Part(chain_id, till, number, record, *cents)


def _sums(row: Any) -> Sums:  # noqa: ANN401
    tickets, sales, refunds, count, total, vat, means = row
    _whole(tickets, sales, refunds, count, total)
    return Sums(tickets, sales, refunds, count, total, tuple(map(_vat, vat)), tuple(map(_means, means)))
