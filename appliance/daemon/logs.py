"""Technical logs as a file on a stick: how the machine is and what it did, without a sale, a name or a typed text."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from appliance.audit.dump import dump
from appliance.core.event import NAMES
from appliance.daemon.work import Makers, Place, Show

ACTS: Final = 1000  # of the journal, the last ones: number, time and name of the kind
LONGEST: Final = 128 * 1024  # bytes


def logs(place: Place, args: Sequence[str], makers: Makers, show: Show) -> dict[str, Any]:
    """`stick till facts`: `journaux/sceau-<till>-<day>.txt` on the stick, read back."""
    from appliance.daemon.stick_works import kept

    stick, till, said = args
    facts: dict[str, Any] = json.loads(said)
    till = "".join(each for each in till if each.isalnum() and each.isascii())
    name = f"sceau-{till}-{_time(facts['at'])[:16].replace(':', '')}.txt"
    text = "\n".join((*head(facts), "", *acts(place.data))) + "\n"
    kept(place, Path(stick), f"journaux/{name}", text.encode()[:LONGEST])
    return {"name": name}


def head(facts: Mapping[str, Any]) -> Iterator[str]:
    yield f"sceau {facts['software']} {_time(facts['at'])}"
    yield from (f"device {kind} {level} {code}" for kind, level, code in facts["devices"])
    yield from (f"error {_time(t)} {text}" for t, text in facts["errors"])
    yield from (f"setting {name} {value}" for name, value in facts["settings"])
    yield "wear {} bytes {} flushes".format(*facts["wear"])
    yield "clock offset {} ms trusted {}".format(*facts["clock"])
    if facts["queue"]:
        yield "queue {} records {} tickets".format(*facts["queue"])


def acts(data: Path) -> Iterator[str]:
    """Bodies and operators stay in the till."""
    for line in deque(dump(data, NAMES), ACTS):
        act = json.loads(line)
        yield f"act {act['seq']} {act['time']} {act['kind']}"


def _time(t: int) -> str:
    return datetime.fromtimestamp(t / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
