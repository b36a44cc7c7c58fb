"""Three stores, each with two replicas, for as long as a worker is at the collector's tests (tests/conftest.py)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from tests.collector import seaweed, world
from tests.collector.replica import Here
from tests.collector.world import World

STORES = ("folder", seaweed.PLAIN, seaweed.LOCKED)


@pytest.fixture(scope="package")
def weed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with seaweed.running(tmp_path_factory.mktemp("weed")) as endpoint:
        yield endpoint


@pytest.fixture(scope="package", params=STORES)
def shop(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Two replicas on each kind of store."""
    home = tmp_path_factory.mktemp(request.param)
    if request.param == "folder":
        with world.opened(home) as it:
            yield it
        return
    with world.opened(home, request.getfixturevalue("weed"), request.param) as it:
        yield it


@pytest.fixture(scope="package")
def bucket(weed: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Two replicas on a plain bucket of their own key log, for faults."""
    s3 = seaweed.client(weed)
    s3.create_bucket(Bucket="faulty")
    with world.opened(tmp_path_factory.mktemp("faulty"), weed, "faulty") as it:
        yield it


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[World]:
    """Without a process: for what needs no network."""
    it = World(tmp_path / "one")
    it.replicas += [Here(it.settings), Here(it.settings)]  # type: ignore[list-item]
    yield it
    it.close()


@pytest.fixture
def siret() -> str:
    """A taxpayer of its own for each test."""
    return f"{Random().randrange(10**14):014d}"
