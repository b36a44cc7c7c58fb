"""The two independent verifiers: the script as a module, the page in a browser."""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType

import pytest

from tests.verifier.page import Officer, officer
from tests.verifier.script import stranger


@pytest.fixture(scope="session")
def script() -> ModuleType:
    return stranger()


@pytest.fixture(scope="module")
def page() -> Iterator[Officer]:
    with officer() as found:
        yield found
