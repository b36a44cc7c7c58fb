"""Every way to check one journal, and that they agree."""

from __future__ import annotations

from pathlib import Path

from appliance.audit import quick
from appliance.audit.command import _core
from appliance.audit.source import find
from appliance.audit.verify import INTACT, Mode, Verdict, verify

KINDS, REFOLD = _core()
MODES: tuple[Mode, ...] = ("quick", "full", "paranoid")


def check(path: Path, mode: Mode = "full", processes: int = 1, chain_id: str | None = None) -> Verdict:
    return verify(path, mode, chain_id, REFOLD, None, KINDS, processes=processes, pause=lambda: None)


def everywhere(path: Path) -> Verdict:
    """The verdict of full; the same in one process and in two, and in paranoid. Quick may see less, never more."""
    full, paranoid = check(path), check(path, "paranoid")
    for mode in MODES:
        assert check(path, mode) == check(path, mode, 2), mode
    assert full == paranoid or (full.code == INTACT and paranoid.code != INTACT)
    seen = check(path, "quick")
    assert seen.code == INTACT or seen.seq is None or full.seq is None or seen.seq >= full.seq
    return full


def optimist(path: Path) -> bool:
    """Whether the quick check needed no second look."""
    return quick.scan(find(path), KINDS.ticket, KINDS.defect, 1) is not None


def broken(path: Path, mode: Mode = "full") -> str:
    """Where it broke: "record 7" or "segment 2"; empty when it is intact."""
    verdict = check(path, mode)
    return verdict.line.split(": ")[1] if verdict.code else ""
