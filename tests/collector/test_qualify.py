"""A store is raced before tills depend on it: those of the tests pass, one that tells everybody "yours" does not."""

from __future__ import annotations

import pytest

from collector.command import main
from tests.collector import seaweed
from tests.collector.world import World

FEW = ["--writers", "3", "--names", "3"]


def test_stores_that_hold(shop: World, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder, a bucket, a locked bucket; where nothing is locked it says so."""
    assert main(["qualify-store", "--config", str(shop.home / "direct.toml"), *FEW]) == 0
    said = capsys.readouterr().out
    assert "3 names, 3 writers each: 0 broke the rule" in said
    assert ("no object lock" in said) == (shop.bucket == seaweed.PLAIN)


def test_a_store_that_lies(bucket: World, capsys: pytest.CaptureFixture[str]) -> None:
    """Every writer is told 200."""
    assert bucket.proxy
    bucket.proxy.lying = True
    try:
        with pytest.raises(SystemExit) as left:
            main(["qualify-store", "--config", str(bucket.settings), *FEW])
    finally:
        bucket.proxy.lying = False
    assert left.value.code == 1
    assert "were told that theirs is stored" in capsys.readouterr().out
