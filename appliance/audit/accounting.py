"""The accountant's file: one balanced entry a Z, in the 18 columns of the FEC (LPF, article A. 47 A-1).

Taken from the closings, which the replay holds against the band. Cash that is put in or taken out is no sale and in no
entry here: its papers are the accountant's. Tabs, decimal comma, CRLF, UTF-8.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO, Final, NamedTuple

from appliance.audit import accounts
from appliance.audit.accounts import Account, Accounts
from appliance.audit.export import Mismatch, Source
from appliance.audit.export_tables import decimal
from appliance.audit.reading import local, number
from appliance.core import event as ev
from appliance.storage.record import Record

COLUMNS: Final = (
    "JournalCode",
    "JournalLib",
    "EcritureNum",
    "EcritureDate",
    "CompteNum",
    "CompteLib",
    "CompAuxNum",
    "CompAuxLib",
    "PieceRef",
    "PieceDate",
    "EcritureLib",
    "Debit",
    "Credit",
    "EcritureLet",
    "DateLet",
    "ValidDate",
    "Montantdevise",
    "Idevise",
)


class Posting(NamedTuple):
    """`amount` in cents: positive is debit, negative is credit."""

    account: Account
    label: str
    amount: int


def write(source: Source, file: BinaryIO) -> None:
    """Raises Refusal for a missing account, Mismatch for a Z that does not balance; Broken, Unreadable, ValueError."""
    plan = accounts.read(source.shop)
    file.write("\t".join(COLUMNS).encode() + b"\r\n")
    drawer = ""
    for record in source.records():
        if record.kind == ev.CONFIG:
            drawer = _cash(record)
        if record.kind == ev.DAY_CLOSE and source.period.holds(str(record.body[2])):
            for posting in entry(record, plan, drawer):
                file.write(_line(record, plan, posting).encode() + b"\r\n")


def _cash(record: Record) -> str:
    """The label of the means that the drawer holds."""
    means: Any = record.body[2]
    return next((str(label) for label, kind, *_ in means if kind == "cash"), "")


def entry(record: Record, plan: Accounts, drawer: str) -> list[Posting]:
    """The postings of one Z: what was paid against what was sold and its VAT, then the gap of the drawer `drawer`."""
    body: dict[int, Any] = dict(record.body)
    found = [*_paid(body, plan), *_sold(body, plan), *_gap(body, plan, drawer)]
    left = sum(posting.amount for posting in found)
    if left:
        wrong = decimal(abs(left), "money")
        raise Mismatch(f"Z {body[1]} does not balance by {wrong}: run sceau report replay before anything is exported")
    return found


def _paid(body: dict[int, Any], plan: Accounts) -> Iterator[Posting]:
    for label, _, _, amount in body[12]:
        if amount:
            yield Posting(plan.paid(label), label, amount)


def _sold(body: dict[int, Any], plan: Accounts) -> Iterator[Posting]:
    """A day of more refunds than sales turns the signs round."""
    for rate, ht, vat, _ in body[11]:
        percent = f"{rate / 100:g} %".replace(".", ",")
        if ht:
            yield Posting(plan.sale(rate), f"Ventes {percent}", -ht)
        if vat:
            yield Posting(plan.tax(rate), f"TVA {percent}", -vat)


def _gap(body: dict[int, Any], plan: Accounts, drawer: str) -> Iterator[Posting]:
    gap = body[19]
    if gap:
        yield Posting(plan.paid(drawer), "Écart de caisse", gap)
        yield Posting(plan.over if gap > 0 else plan.short, "Écart de caisse", -gap)


def _line(record: Record, plan: Accounts, posting: Posting) -> str:
    """EcritureNum is the Z's own number, which has no gap; the entry is valid from the moment of the closing."""
    z, day = number(record.body[1]), str(record.body[2]).replace("-", "")
    closed = f"{local(record.t, record.tz):%Y%m%d}"
    debit, credit = (decimal(max(cents, 0), "money", ",") for cents in (posting.amount, -posting.amount))
    cells = (
        *plan.journal,
        f"Z{z:06d}",
        day,
        *posting.account,
        "",
        "",
        f"Z {z}",
        day,
        f"Z {z}, {posting.label}",
        debit,
        credit,
        "",
        "",
        closed,
        "",
        "",
    )
    return "\t".join(each.replace("\t", " ") for each in cells)


def file_name(siren: str, last: str) -> str:
    """As A. 47 A-1 names it: SIREN, `FEC`, the last day as AAAAMMJJ."""
    return f"{siren[:9]}FEC{last.replace('-', '')}.txt"
