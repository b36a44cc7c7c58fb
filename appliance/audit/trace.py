"""What was taken out of a till is recorded in it (ARC-07): by the one that runs, or under its lock."""

from __future__ import annotations

from pathlib import Path

from appliance.audit.archive_period import Refusal
from appliance.audit.holder import Tills
from appliance.core.event import Value

KEY = "key"


def traced(data: Path, tills: Tills | None, kind: int, body: dict[int, Value]) -> bool:
    """False for a copy of a journal, which has no key to go on with."""
    if tills is None or not (data / KEY).is_file():
        return False
    try:
        with tills(data) as till:
            till.record(kind, body)
    except Refusal:
        return False
    return True
