"""The acts of the till: kinds, their names and fields. An event is a record before it has bytes.

The numbers are frozen with format 1 (`storage/FORMAT.md`, section Kinds); new kinds and keys are only ever added.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, TypeAlias

Value: TypeAlias = "int | str | bytes | list[Value] | Mapping[int, Value] | None"


class Event(NamedTuple):
    """The nine fields of a record (FORMAT.md): `t` UTC ms, `tz` minutes, `up` CLOCK_BOOTTIME ms."""

    seq: int
    t: int
    tz: int
    up: int
    till: str
    operator: str
    session: int
    kind: int
    body: Mapping[int, Value]


GENESIS = 1
START = 2
RECOVERED = 3
STOP = 4
CLOCK = 5
CONFIG = 6
DEFECT = 7
KEY = 8
WITNESS = 9
LOGIN = 10
LOGOUT = 11
LOGIN_REFUSED = 12
LOCKOUT = 13
RESUMED = 15
DAY_OPEN = 20
ORDER = 21
LINE = 22
LINE_VOID = 23
ORDER_VOID = 24
PAYMENT = 25
CHANGE = 26
PAYMENT_ASKED = 27
PAYMENT_REFUSED = 28
TICKET = 30
PRINT = 31
NO_PRINT = 32
DUPLICATE = 33
PRINTED = 34
PRINT_LOST = 35
DRAWER = 40
DRAWER_SEEN = 41
CASH_IN = 42
CASH_OUT = 43
COUNT = 44
DAY_CLOSE = 50
SNAPSHOT = 51
WEAR = 52
UNKNOWN_CODE = 60
TEST_PRINT = 61

Fields = dict[int, str]

NAMES: dict[int, tuple[str, Fields]] = {
    GENESIS: (
        "genesis",
        {
            1: "format",
            2: "software",
            3: "till",
            4: "siret",
            5: "key",
            6: "hash_alg",
            7: "sig_alg",
            8: "witness_class",
            9: "predecessor",
            10: "nonce",
            11: "hardware",
        },
    ),
    START: ("start", {1: "software", 2: "after", 3: "hardware"}),
    RECOVERED: ("recovered", {1: "length", 2: "sha256"}),
    STOP: ("stop", {1: "why"}),
    CLOCK: ("clock", {1: "expected", 2: "found", 3: "why", 4: "offset"}),
    CONFIG: (
        "config",
        {
            1: "identity",
            2: "means",
            3: "operators",
            4: "rates",
            5: "timezone",
            6: "territory",
            7: "fiscal_year_start",
            8: "day_pivot",
        },
    ),
    DEFECT: ("defect", {1: "record", 2: "why", 3: "until", 4: "source"}),
    KEY: ("key", {1: "key", 2: "proof"}),
    WITNESS: ("witness", {1: "class", 2: "counter"}),
    LOGIN: ("login", {1: "how", 2: "role"}),
    LOGOUT: ("logout", {1: "why"}),
    LOGIN_REFUSED: ("login-refused", {1: "why", 2: "who", 3: "badge"}),
    LOCKOUT: ("lockout", {1: "who", 2: "until"}),
    RESUMED: ("resumed", {1: "record"}),
    DAY_OPEN: ("day-open", {1: "number", 2: "float", 3: "date", 4: "identity"}),
    ORDER: ("order", {1: "number"}),
    LINE: (
        "line",
        {
            1: "order",
            2: "line",
            3: "label",
            4: "quantity",
            5: "unit_price",
            6: "amount",
            7: "rate",
            8: "ht",
            9: "vat",
            10: "code",
            11: "nature",
            12: "unit",
            13: "warranty",
            14: "how",
        },
    ),
    LINE_VOID: ("line-void", {1: "order", 2: "line", 3: "label", 4: "amount", 5: "why"}),
    ORDER_VOID: ("order-void", {1: "order", 2: "total", 3: "lines", 4: "why"}),
    PAYMENT: ("payment", {1: "order", 2: "label", 3: "kind", 4: "amount", 5: "given"}),
    CHANGE: ("change", {1: "order", 2: "label", 3: "kind", 4: "amount"}),
    PAYMENT_ASKED: ("payment-asked", {1: "order", 2: "label", 3: "kind", 4: "amount"}),
    PAYMENT_REFUSED: ("payment-refused", {1: "order", 2: "label", 3: "kind", 4: "amount", 5: "why"}),
    TICKET: (
        "ticket",
        {
            1: "number",
            2: "type",
            3: "order",
            4: "total",
            5: "lines",
            6: "vat",
            7: "payments",
            8: "articles",
            9: "perpetual",
            10: "absolute",
            11: "identity",
            12: "rates",
            13: "mentions",
            14: "software",
        },
    ),
    PRINT: ("print", {1: "ticket", 2: "record"}),
    NO_PRINT: ("no-print", {1: "ticket", 2: "record", 3: "why"}),
    DUPLICATE: ("duplicate", {1: "type", 2: "number", 3: "record", 4: "copy", 5: "why"}),
    PRINTED: ("printed", {1: "record", 2: "how"}),
    PRINT_LOST: ("print-lost", {1: "record"}),
    DRAWER: ("drawer", {1: "why", 2: "reason", 3: "record"}),
    DRAWER_SEEN: ("drawer-seen", {1: "open"}),
    CASH_IN: ("cash-in", {1: "amount", 2: "reason"}),
    CASH_OUT: ("cash-out", {1: "amount", 2: "reason"}),
    COUNT: ("count", {1: "counted", 2: "expected", 3: "gap", 4: "detail"}),
    DAY_CLOSE: (
        "day-close",
        {
            1: "number",
            2: "date",
            3: "opened",
            4: "first_ticket",
            5: "last_ticket",
            6: "tickets",
            7: "sales",
            8: "refunds",
            9: "refund_count",
            10: "total",
            11: "vat",
            12: "means",
            13: "float",
            14: "cash",
            15: "cash_in",
            16: "cash_out",
            17: "expected",
            18: "counted",
            19: "gap",
            20: "traces",
            21: "month",
            22: "month_total",
            23: "year",
            24: "year_total",
            25: "perpetual",
            26: "absolute",
            27: "identity",
            28: "rates",
            29: "software",
            30: "movements",
        },
    ),
    SNAPSHOT: (
        "snapshot",
        {
            1: "fold",
            2: "siret",
            3: "software",
            4: "config",
            5: "flags",
            6: "offset",
            7: "operator",
            8: "failures",
            9: "locked",
            10: "counters",
            11: "last_close",
            12: "tickets",
            13: "question",
            14: "papers",
            15: "doubts",
            16: "copies",
            17: "perpetual",
            18: "month",
            19: "year",
            20: "witness",
            21: "defect",
            22: "wear",
            23: "named",
        },
    ),
    WEAR: ("wear", {1: "bytes", 2: "flushes", 3: "bytes_since_birth", 4: "flushes_since_birth", 5: "health"}),
    UNKNOWN_CODE: ("unknown-code", {1: "code", 2: "why"}),
    TEST_PRINT: ("test-print", {}),
}

KINDS = {name: kind for kind, (name, _) in NAMES.items()}
