"""The script, and where it says that something is broken."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

from tests.verifier.page import VERIFIER

SCRIPT = VERIFIER / "sceau_verify.py"


def by_script(script: ModuleType, path: Path, chain: str = "", key: str = "") -> str:
    """Where it is broken, "" when it is not."""
    try:
        script.check(path, chain, key)
    except script.Broken as error:
        return str(error.args[0])
    return ""
