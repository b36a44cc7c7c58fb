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
VERSION = 14
RESUMED = 15
VERIFIED = 16
JET = 17
NOTE = 18
REFUSED = 19
DAY_OPEN = 20
ORDER = 21
LINE = 22
LINE_VOID = 23
ORDER_VOID = 24
PAYMENT = 25
CHANGE = 26
PAYMENT_ASKED = 27
PAYMENT_REFUSED = 28
PARK = 29
TICKET = 30
PRINT = 31
NO_PRINT = 32
DUPLICATE = 33
PRINTED = 34
PRINT_LOST = 35
RECALL = 36
LINE_CHANGE = 37
DISCOUNT = 38
PAYMENT_FIX = 39
DRAWER = 40
DRAWER_SEEN = 41
CASH_IN = 42
CASH_OUT = 43
COUNT = 44
TRAINING_ON = 45
TRAINING_OFF = 46
TRAINING = 47
DAY_CLOSE = 50
SNAPSHOT = 51
WEAR = 52
MONTH_CLOSE = 53
YEAR_CLOSE = 54
X_REPORT = 55
ARCHIVE = 56
ARCHIVE_COPY = 57
ARCHIVE_CHECK = 58
PURGE = 59
UNKNOWN_CODE = 60
TEST_PRINT = 61
CONTROL = 62
ATTESTATION = 63
RECEIPT = 64
ENROLMENT = 65
APPLIED = 66
UPSTREAM = 67
SEAL = 70
PROVISIONED = 71
LOADED = 72
PRICE = 73
BADGE = 74
PIN = 75
RETIRED = 76
SERVICE_ON = 80
SERVICE_OFF = 81
SETTING = 82
SELFTEST = 83

Fields = dict[int, str]

# A day's closing and the X, which is the same without a count.
_DAY: Fields = {
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
    31: "differences",
    32: "proof",
}

# A month's closing (its parts are days) and a fiscal year's (its parts are months).
_PERIOD: Fields = {
    1: "number",
    2: "period",
    3: "first_part",
    4: "last_part",
    5: "parts",
    6: "first_ticket",
    7: "last_ticket",
    8: "tickets",
    9: "sales",
    10: "refunds",
    11: "refund_count",
    12: "total",
    13: "vat",
    14: "means",
    15: "perpetual",
    16: "absolute",
    17: "identity",
    18: "rates",
    19: "software",
    20: "differences",
    21: "proof",
}


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
            12: "certificate",
        },
    ),
    START: ("start", {1: "software", 2: "after", 3: "hardware", 4: "perimeter"}),
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
            9: "terminals",
            10: "later",
        },
    ),
    DEFECT: ("defect", {1: "record", 2: "why", 3: "until", 4: "source"}),
    KEY: ("key", {1: "key", 2: "proof", 3: "certificate"}),
    WITNESS: ("witness", {1: "class", 2: "counter"}),
    VERSION: ("version", {1: "from", 2: "to"}),
    VERIFIED: ("verified", {1: "scope", 2: "result", 3: "why", 4: "records"}),
    JET: ("jet", {1: "code", 2: "text", 3: "record"}),
    NOTE: ("note", {1: "record", 2: "text"}),
    REFUSED: ("refused", {1: "what", 2: "why"}),
    LOGIN: ("login", {1: "how", 2: "role"}),
    LOGOUT: ("logout", {1: "why"}),
    LOGIN_REFUSED: ("login-refused", {1: "why", 2: "who", 3: "badge"}),
    LOCKOUT: ("lockout", {1: "who", 2: "until"}),
    RESUMED: ("resumed", {1: "record"}),
    DAY_OPEN: ("day-open", {1: "number", 2: "float", 3: "date", 4: "identity"}),
    ORDER: ("order", {1: "number", 2: "original", 3: "why"}),
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
            15: "discount",
        },
    ),
    LINE_VOID: ("line-void", {1: "order", 2: "line", 3: "label", 4: "amount", 5: "why"}),
    ORDER_VOID: ("order-void", {1: "order", 2: "total", 3: "lines", 4: "why"}),
    PAYMENT: ("payment", {1: "order", 2: "label", 3: "kind", 4: "amount", 5: "given", 6: "credit"}),
    CHANGE: ("change", {1: "order", 2: "label", 3: "kind", 4: "amount"}),
    PAYMENT_ASKED: ("payment-asked", {1: "order", 2: "label", 3: "kind", 4: "amount"}),
    PAYMENT_REFUSED: ("payment-refused", {1: "order", 2: "label", 3: "kind", 4: "amount", 5: "why"}),
    PARK: ("park", {1: "order"}),
    RECALL: ("recall", {1: "order"}),
    LINE_CHANGE: (
        "line-change",
        {
            1: "order",
            2: "line",
            3: "quantity",
            4: "unit_price",
            5: "amount",
            6: "ht",
            7: "vat",
            8: "why",
            9: "discount",
        },
    ),
    DISCOUNT: ("discount", {1: "order", 2: "line", 3: "rate", 4: "amount", 5: "why"}),
    PAYMENT_FIX: ("payment-fix", {1: "ticket", 2: "record", 3: "minus", 4: "plus", 5: "why"}),
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
            15: "original",
            16: "why",
            17: "proof",
        },
    ),
    PRINT: ("print", {1: "ticket", 2: "record", 3: "how"}),
    NO_PRINT: ("no-print", {1: "ticket", 2: "record", 3: "why"}),
    DUPLICATE: ("duplicate", {1: "type", 2: "number", 3: "record", 4: "copy", 5: "why", 6: "how"}),
    PRINTED: ("printed", {1: "record", 2: "how"}),
    PRINT_LOST: ("print-lost", {1: "record"}),
    DRAWER: ("drawer", {1: "why", 2: "reason", 3: "record"}),
    DRAWER_SEEN: ("drawer-seen", {1: "open"}),
    CASH_IN: ("cash-in", {1: "amount", 2: "reason"}),
    CASH_OUT: ("cash-out", {1: "amount", 2: "reason"}),
    COUNT: ("count", {1: "counted", 2: "expected", 3: "gap", 4: "detail"}),
    DAY_CLOSE: ("day-close", _DAY),
    TRAINING_ON: ("training-on", {1: "number", 2: "responsible"}),
    TRAINING_OFF: ("training-off", {1: "number", 2: "responsible", 3: "tickets", 4: "total"}),
    TRAINING: ("training", {1: "responsible", 2: "kind", 3: "body"}),
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
            24: "seals",
            25: "parked",
            26: "school",
            27: "months",
            28: "archives",
            29: "credits",
            30: "refunded",
            31: "upstream",
            32: "outfit",
            33: "upkeep",
        },
    ),
    WEAR: ("wear", {1: "bytes", 2: "flushes", 3: "bytes_since_birth", 4: "flushes_since_birth", 5: "health"}),
    MONTH_CLOSE: ("month-close", _PERIOD),
    YEAR_CLOSE: ("year-close", _PERIOD),
    X_REPORT: ("x-report", _DAY),
    ARCHIVE: (
        "archive",
        {
            1: "level",
            2: "from",
            3: "to",
            4: "first_record",
            5: "last_record",
            6: "start_head",
            7: "end_head",
            8: "sha256",
            9: "size",
            10: "vat",
            11: "total",
            12: "tickets",
            13: "name",
        },
    ),
    ARCHIVE_COPY: ("archive-copy", {1: "archive", 2: "sha256", 3: "medium", 4: "result"}),
    ARCHIVE_CHECK: ("archive-check", {1: "sha256", 2: "result", 3: "why"}),
    PURGE: (
        "purge",
        {
            1: "first_segment",
            2: "last_segment",
            3: "first_record",
            4: "last_record",
            5: "head",
            6: "archives",
            7: "media",
            8: "records",
        },
    ),
    UNKNOWN_CODE: ("unknown-code", {1: "code", 2: "why"}),
    TEST_PRINT: ("test-print", {}),
    CONTROL: ("control", {1: "from", 2: "to", 3: "sha256", 4: "how"}),
    ATTESTATION: ("attestation", {1: "mode", 2: "number", 3: "version", 4: "sha256"}),
    RECEIPT: (
        "receipt",
        {1: "first_seq", 2: "next_seq", 3: "head", 4: "received", 5: "statement", 6: "how"},
    ),
    ENROLMENT: ("enrolment", {1: "url", 2: "root", 3: "statement", 4: "network_key"}),
    APPLIED: ("applied", {1: "scope", 2: "version", 3: "sha256", 4: "statement"}),
    UPSTREAM: ("upstream", {1: "what", 2: "record", 3: "evidence", 4: "text"}),
    SEAL: ("seal", {1: "fact", 2: "strings"}),
    PROVISIONED: ("provisioned", {1: "sha256", 2: "version", 3: "signer", 4: "serial", 5: "issued"}),
    LOADED: ("loaded", {1: "scope", 2: "sha256", 3: "added", 4: "altered", 5: "removed"}),
    PRICE: ("price", {1: "label", 2: "code", 3: "before", 4: "after"}),
    BADGE: ("badge", {1: "who", 2: "name", 3: "hash"}),
    PIN: ("pin", {1: "who", 2: "name", 3: "hash"}),
    RETIRED: ("retired", {1: "why", 2: "perpetual", 3: "absolute", 4: "ticket", 5: "archive", 6: "media"}),
    SERVICE_ON: ("service-on", {1: "number", 2: "technician", 3: "agreed", 4: "minutes"}),
    SERVICE_OFF: ("service-off", {1: "number", 2: "technician", 3: "agreed", 4: "why"}),
    SETTING: ("setting", {1: "what", 2: "before", 3: "after", 4: "service"}),
    SELFTEST: ("selftest", {1: "service", 2: "result", 3: "rows"}),
}

KINDS = {name: kind for kind, (name, _) in NAMES.items()}
