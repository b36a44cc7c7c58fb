"""What stands in an archive beside the journal: the control document of its period, and both independent verifiers."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from appliance.audit import control_json
from appliance.audit.archive_period import Asked, Refusal, find_span
from appliance.audit.control_command import make
from appliance.audit.progress import Show
from appliance.audit.reading import Period
from appliance.audit.source import find

VERIFIERS: Final = Path(__file__).resolve().parents[2] / "verifier"
FILES: Final = ("sceau_verify.py", "verifier.html")


def enclosed(data: Path, asked: Asked, progress: Show | None = None) -> dict[str, bytes]:
    """Members by name. The journal is verified in full for the control document. Raises Refusal, Unreadable."""
    from appliance.audit.control_pdf import pdf  # it loads fpdf2: not at a till's start

    span = find_span(find(data), asked)
    period = Period(span.days[0].day.isoformat(), span.end.day.isoformat())
    try:
        control = make(data, period, progress=progress)
    except ValueError as error:
        raise Refusal(f"the control document cannot be made ({error}): run sceau verify") from error
    members = {"control/control.json": control_json.text(control).encode(), "control/control.pdf": pdf(control)}
    return members | verifiers()


def verifiers() -> dict[str, bytes]:
    """Those of this build; none where they are not installed."""
    found = {name: VERIFIERS / name for name in FILES}
    return {f"verifier/{name}": path.read_bytes() for name, path in found.items() if path.is_file()}
