"""The script, and where it says that something is broken."""

from __future__ import annotations

import importlib.util
import sys
from functools import cache
from pathlib import Path
from types import ModuleType

from tests.verifier.page import VERIFIER

SCRIPT = VERIFIER / "sceau_verify.py"


@cache
def stranger() -> ModuleType:
    """The independent verifier, as a module."""
    spec = importlib.util.spec_from_file_location("sceau_verify", SCRIPT)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["sceau_verify"] = module
    spec.loader.exec_module(module)
    return module


def by_script(script: ModuleType, path: Path, chain: str = "", key: str = "") -> str:
    """Where it is broken, "" when it is not."""
    try:
        script.check(path, chain, key)
    except script.Broken as error:
        return str(error.args[0])
    return ""
