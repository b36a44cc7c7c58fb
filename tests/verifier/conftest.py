"""The two independent verifiers: the script as a module, the page in a browser."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from types import ModuleType

import pytest

from tests.verifier.page import Officer, officer
from tests.verifier.script import SCRIPT


@pytest.fixture(scope="session")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("sceau_verify", SCRIPT)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["sceau_verify"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def page() -> Iterator[Officer]:
    with officer() as found:
        yield found
