"""On a folder: what is on disk before a receipt leaves, and what is left when a replica dies at any step."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from appliance.sync import protocol
from collector.folder import STAGING, Folder, Unfit
from collector.store import Unavailable
from tests.collector import world
from tests.collector.replica import ROOT
from tests.collector.watched import FLUSHES, Call, calls, cutting, watching
from tests.collector.world import Till, World


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world.opened(tmp_path_factory.mktemp("durable")) as it:
        yield it


def path_of(world: World, till: Till, first_seq: int) -> Path:
    return world.home / "store" / protocol.place(till.line.chain_id, first_seq)


def flushed(found: list[Call], path: Path) -> list[Call]:
    return [it for it in found if it.name == "fsync" and f"<{path}>" in it.words and not it.failed]


def test_flushes_come_before_the_receipt(folder: World, tmp_path: Path) -> None:
    """The bytes before the name, the name and every new folder above it before the 201; so for a name that is taken."""
    trace = tmp_path / "trace"
    till = folder.till()
    while path_of(folder, till, 0).parents[1].exists():  # flushed for an earlier chain of the same two digits
        till = folder.till()
    till.line.sell()
    other = till.clone()
    watched = folder.replicas[0]
    with watching(watched.process.pid, trace):
        assert till.put(watched, till.cut()).status_code == 201
        assert other.put(watched, other.cut()).status_code == 200
    place = path_of(folder, till, 0)
    found = calls(trace)
    link = next(it for it in found if it.name in ("link", "linkat") and str(place) in it.words)
    answer = next(it for it in found if "201 Created" in it.words)
    again = next(it for it in found if "200 OK" in it.words)

    assert not link.failed
    assert any(it.name == "fsync" and STAGING in it.words and it.done < link.begun for it in found)
    for way in (place.parent, place.parents[1], place.parents[2]):
        assert any(link.done < it.begun and it.done < answer.begun for it in flushed(found, way)), way
    for way in (place, place.parent):
        assert any(answer.done < it.begun and it.done < again.begun for it in flushed(found, way)), way


def steps(folder: World, trace: Path) -> list[tuple[str, int]]:
    """Which calls, by name and number, a replica makes between a request and its answer."""
    till = folder.till()
    watched = folder.start()
    with watching(watched.process.pid, trace):
        assert till.put(watched, till.cut()).status_code == 201
    made = Counter(it.name for it in calls(trace))
    return [(name, at) for name in FLUSHES for at in range(1, made[name] + 1)]


def test_a_replica_killed_at_any_step(folder: World, tmp_path: Path) -> None:
    """The till hears nothing; the next replica stores the batch or finds it, whole; what is left over is staged."""
    found = steps(folder, tmp_path / "trace")
    assert len(found) >= 6
    outcomes = set()
    for name, number in found:
        till = folder.till()
        victim = folder.start()
        with cutting(victim.process.pid, tmp_path / f"{name}-{number}", name, number), pytest.raises(httpx.HTTPError):
            till.put(victim, till.cut())
        answer = till.push(folder.replicas[0])
        outcomes.add(answer.status_code)
        assert till.first == till.line.seq, (name, number)
        till.receipts.clear()
        assert till.put(folder.replicas[1], till.cut()).content == answer.content

    assert outcomes == {200, 201}


def test_what_a_dead_replica_left_is_swept(tmp_path: Path) -> None:
    """At the next start, when it is old enough to be nobody's."""
    Folder(tmp_path)
    old, new = tmp_path / STAGING / "dead-1", tmp_path / STAGING / "alive-1"
    for path in (old, new):
        path.write_bytes(b"half an obj")
    os.utime(old, (0, 0))
    Folder(tmp_path)

    assert [path.name for path in (tmp_path / STAGING).iterdir()] == ["alive-1"]


def test_what_cannot_be_stored_leaves_nothing(tmp_path: Path) -> None:
    """Something else stands under the name: "later", and no staged file that would fill the disk."""
    store = Folder(tmp_path / "deep" / "store")
    (tmp_path / "deep" / "store" / "keys" / "0").mkdir(parents=True)
    with pytest.raises(Unavailable):
        asyncio.run(store.create("keys/0", b"data"))
    assert list((tmp_path / "deep" / "store" / STAGING).iterdir()) == []
    assert asyncio.run(store.create("keys/1", b"data")) == b"data"
    assert asyncio.run(store.create("keys/1", b"other")) == b"data"


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    """A file stands in the way: one sentence."""
    (tmp_path / "store").write_bytes(b"")
    with pytest.raises(Unfit, match="give a folder"):
        Folder(tmp_path / "store")


def test_a_file_system_without_hard_links_is_refused(folder: World) -> None:
    """vfat answers EPERM to link(2): the start says what to do, before anything was taken."""
    words = [
        "strace",
        "-f",
        "-qq",
        "-o",
        "/dev/null",
        "-e",
        "trace=link,linkat",
        "-e",
        "inject=link,linkat:error=EPERM",
    ]
    serve = [sys.executable, "-m", "collector", "serve", "--config", str(folder.settings)]
    done = subprocess.run([*words, *serve], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "file system without hard links" in done.stderr
    assert "take ext4" in done.stderr
