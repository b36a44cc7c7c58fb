"""A till with a TPM: its counter goes with the journal, and a journal that was put back is told from the one it was."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.drivers.swtpm import SoftTpm, soft_tpm
from tests.simulator.live import ROOT

PATIENCE = 90.0  # seconds: a machine may be busy
SAMPLE = ROOT / "samples/epicerie"


@pytest.fixture
def tpm() -> Iterator[SoftTpm]:
    with soft_tpm() as found:
        yield found


class Shop:
    """A till that is started and stopped; it has a screen, a TPM and nothing else."""

    def __init__(self, folder: Path, tpm: SoftTpm) -> None:
        self.data = folder / "data"
        self._mirror, self._config, panel = (folder / name for name in ("mirror", "sceau.toml", "panel"))
        panel.write_bytes(bytes(800 * 480 * 4))
        screen = f'[device.panel]\ndriver = "framebuffer"\npath = "{panel}"\nsize = [800, 480]\nstride = 3200\n'
        witness = f'[device.witness]\ndriver = "tpm"\npath = "{tpm.path}"\n'
        where = f'data = "{self.data}"\nshop = "{SAMPLE}"\nmirror = "{self._mirror}"\n'
        self._config.write_text(where + screen + witness, "utf-8")

    def day(self) -> list[dict[str, Any]]:
        """From power on to an orderly stop; what it has recorded since birth."""
        before = len(self.records())
        self._mirror.unlink(missing_ok=True)
        words = [sys.executable, "-m", "appliance.command", "run", "--virtual", "--config", str(self._config)]
        till = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT, text=True)
        try:
            self._until(till, self._mirror.exists)
            self._until(till, lambda: self._spoken(before))
            till.send_signal(signal.SIGTERM)
            _, said = till.communicate(timeout=PATIENCE)
        except BaseException:
            till.kill()
            till.communicate()
            raise
        assert till.returncode == 0, said
        return self.records()

    def records(self) -> list[dict[str, Any]]:
        words = [sys.executable, "-m", "appliance.command", "dump", str(self.data)]
        said = subprocess.run(words, capture_output=True, cwd=ROOT, text=True).stdout
        return [json.loads(line) for line in said.splitlines()]

    def _spoken(self, before: int) -> bool:
        return any(record["kind"] in ("witness", "defect") for record in self.records()[before:])

    def _until(self, till: subprocess.Popen[str], true: Any) -> None:
        end = time.monotonic() + PATIENCE
        while not true():
            assert till.poll() is None, till.communicate()
            assert time.monotonic() < end, "it does not happen"
            time.sleep(0.1)


def defects(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [record["body"] for record in records if record["kind"] == "defect"]


def counters(records: list[dict[str, Any]]) -> list[int]:
    return [record["body"]["counter"] for record in records if record["kind"] == "witness"]


def test_each_start_is_witnessed(tmp_path: Path, tpm: SoftTpm) -> None:
    """Class A in genesis; the counters of the records go up by one, and nothing is doubted."""
    shop = Shop(tmp_path, tpm)
    shop.day()
    shop.day()
    records = shop.day()
    found = counters(records)

    assert records[0]["body"]["witness_class"] == "A"
    assert found == list(range(found[0], found[0] + len(found)))
    assert len(found) >= 3
    assert defects(records) == []


def test_a_journal_that_was_put_back(tmp_path: Path, tpm: SoftTpm) -> None:
    """A copy of one stop ago, key, anchor and all: one start was lived since, and the counter knows."""
    shop = Shop(tmp_path, tpm)
    shop.day()
    shutil.copytree(shop.data, tmp_path / "old")
    shop.day()
    shutil.rmtree(shop.data)
    shutil.copytree(tmp_path / "old", shop.data)
    found = defects(shop.day())

    assert [body["source"] for body in found] == ["witness"]


def test_another_board(tmp_path: Path, tpm: SoftTpm) -> None:
    """The medium in another machine, or its TPM replaced."""
    shop = Shop(tmp_path, tpm)
    shop.day()
    tpm.replace()

    assert [body["source"] for body in defects(shop.day())] == ["witness"]
