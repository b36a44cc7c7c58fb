"""The control document as canonical JSON: sorted names, integers in cents and UTC ms, one document one text. Pure."""

from __future__ import annotations

import json
from hashlib import sha256

from appliance.audit.control import Control, Section
from appliance.audit.tally import Tally
from appliance.storage.record import Value

VERSION = 1


def text(control: Control) -> str:
    """Ends with a line feed."""
    return json.dumps(plain(control), ensure_ascii=False, sort_keys=True, indent=1) + "\n"


def body(control: Control, how: str) -> dict[int, Value]:
    """Of the `control` record: the period, the SHA-256 of this text, `how` it was given: paper, pdf, json."""
    first, last = control.period.first or control.first_day, control.period.last or control.last_day
    return {1: first, 2: last, 3: sha256(text(control).encode()).digest(), 4: how}


def plain(control: Control) -> dict[str, object]:
    return {
        "version": VERSION,
        "period": control.period._asdict(),
        "proof": control.proof._asdict(),
        "identity": control.identity,
        "till": control.till,
        "activated": control.activated if control.since == 0 else None,
        "since": control.since,
        "made": control.made,
        "records": [control.first_record, control.last_record],
        "dates": [control.first_day, control.last_day],
        "software": [each._asdict() for each in control.software],
        "sums": _tally(control.sums),
        "sums_since": _tally(control.whole),
        "perpetual": control.perpetual,
        "absolute": control.absolute,
        "days": [each._asdict() for each in control.days],
        "open_day": control.open_day or None,
        "months": control.months,
        "years": control.years,
        "sections": {name: _section(section) for name, section in control.sections.items()},
        "missing": control.missing,
        "jet": {str(code): count for code, count in control.jet.items()},
        "unsent": control.unsent,
        "upstream": _upstream(control),
        "witness": control.witness,
        "unwitnessed": control.unwitnessed,
    }


def _upstream(control: Control) -> dict[str, object] | None:
    """None where no collector was ever named."""
    if not control.enrolled:
        return None
    return {"receipts": control.receipts, "received": control.received, "unsent_tickets": control.waiting}


def _tally(tally: Tally) -> dict[str, object]:
    return {
        "tickets": tally.tickets,
        "first_ticket": tally.first,
        "last_ticket": tally.last,
        "sales": tally.sales,
        "refunds": tally.refunds,
        "refund_count": tally.refund_count,
        "total": tally.total,
        "ht": sum(row[0] for row in tally.rates.values()),
        "vat": sum(row[1] for row in tally.rates.values()),
        "rates": tally.vat_rows(),
        "means": tally.means_rows(),
    }


def _section(section: Section) -> dict[str, object]:
    entries = [each._asdict() for each in section.entries]
    return {"count": section.count, "amount": section.amount, "entries": entries}
