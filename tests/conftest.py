"""For all tests: hypothesis never judges by the clock, which on a loaded machine says nothing about the till.

`make test` draws nearly the same examples each time (hypothesis also takes constants from whatever is loaded), so that
a failure is mostly the change's; `make fuzz` draws new ones, and more.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("sceau", deadline=None, derandomize=True)
settings.register_profile(
    "fuzz", deadline=None, max_examples=400, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile(os.environ.get("SCEAU_EXAMPLES", "sceau"))

IMAGE = Path(__file__).parent / "image"
COLLECTOR = Path(__file__).parent / "collector"
OFFICE = COLLECTOR / "office"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--image", action="store_true", help="boots the system image: what make test-image asks for")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """The image's tests boot machines for minutes and want root: they are a target of their own."""
    return True if collection_path == IMAGE and not config.getoption("--image") else None


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The collector's tests come first, in any order: one worker runs them, and only it starts their servers."""
    items.sort(key=lambda item: (COLLECTOR not in item.path.parents, OFFICE not in item.path.parents))
