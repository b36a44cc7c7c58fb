"""The last name of a long list costs a few pages, not the list."""

from __future__ import annotations

import asyncio
from bisect import bisect_right
from collections.abc import AsyncIterator
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from collector import store
from collector.folder import Folder
from tests.collector import seaweed

FEW = 10


class Listing:
    """Names as a bucket lists them: in order, some at a time; it counts the pages."""

    def __init__(self, numbers: list[int]) -> None:
        self.all = [f"a/{number:012d}" for number in sorted(numbers)]
        self.pages = 0

    async def page(self, prefix: str, after: str = "") -> tuple[list[str], bool]:
        self.pages += 1
        found = self.all[bisect_right(self.all, after) :][:FEW]
        return found, len(found) < FEW

    async def names(self, prefix: str, after: str = "") -> AsyncIterator[str]:
        for name in self.all[bisect_right(self.all, after) :]:
            yield name

    async def get(self, name: str) -> bytes | None:
        return b"" if name in self.all else None

    async def create(self, name: str, data: bytes) -> bytes:
        return data


def last(it: store.Store, after: str = "") -> str | None:
    return asyncio.run(store.last(it, "a", after))


@given(st.lists(st.integers(1, 64), max_size=400), st.integers(0, 500))
def test_the_last_of_a_chain(steps: list[int], after: int) -> None:
    """Whatever the gaps between numbers, and from wherever it is looked for."""
    numbers = [sum(steps[:nth]) for nth in range(len(steps))]
    it, behind = Listing(numbers), f"a/{numbers[min(after, len(numbers) - 1)] if numbers else 0:012d}"

    assert last(it) == max(it.all, default=None)
    assert last(it, behind) == max((name for name in it.all if name > behind), default=None)


def test_it_costs_the_logarithm() -> None:
    """Six years of batches: 9,000 pages of them, and less than fifty are asked for."""
    it = Listing([64 * nth for nth in range(90_000)])

    assert last(it) == it.all[-1]
    assert it.pages < 50


def test_on_a_bucket_and_on_a_folder(weed: str, tmp_path: Path) -> None:
    """A real list in pages of five; a folder at once."""
    seaweed.client(weed).create_bucket(Bucket="pages")
    bucket = store.bucket("pages", weed, "us-east-1", seaweed.KEY, seaweed.SECRET)
    bucket._few = 5
    folder = Folder(tmp_path / "store")
    for where in (bucket, folder):
        assert last(where) is None
        for number in (*range(0, 54, 3), 900):
            asyncio.run(where.create(f"a/{number:012d}", b"x"))
        assert last(where) == f"a/{900:012d}"
        assert last(where, f"a/{900:012d}") is None
