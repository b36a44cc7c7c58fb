"""The box is gone: a copy of the store is put in place under a new key. And the unit of the service."""

from __future__ import annotations

import shutil
from pathlib import Path

from appliance.sync import keylog, protocol
from collector import build, config, keys
from collector.audit import Audit
from collector.folder import STAGING
from tests.collector import world
from tests.collector.world import ROOT, World

UNIT = Path(__file__).resolve().parents[2] / "collector" / "sceau-collector.service"


def findings(it: World) -> tuple[str, ...]:
    return it.run(Audit(it.parts.store, ROOT.public).run()).findings  # type: ignore[no-any-return]


def test_a_copy_of_the_store_is_put_in_place(tmp_path: Path) -> None:
    """What came behind the copy is named by the audit, is sent again from the till's journal, and nothing is wrong."""
    with world.opened(tmp_path) as it:
        till = it.till()
        batches = []
        for turn in range(5):
            till.line.sell(2)
            batches.append(till.cut())
            assert till.push(it.replicas[turn % 2]).status_code == 201
            if turn == 2:  # while both replicas run
                shutil.copytree(tmp_path / "store", tmp_path / "copy", ignore=shutil.ignore_patterns(STAGING))
        for replica in it.replicas:
            assert replica.end() == 0
        shutil.rmtree(tmp_path / "store")
        (tmp_path / "collector.key").unlink()

        (tmp_path / "copy").rename(tmp_path / "store")
        own = keys.make(tmp_path / "collector.key")
        it.parts = build.parts(config.load(it.settings))
        entry = keylog.seal(it.log.next(own.public, build.now(), None), ROOT.sign)
        it.log = it.run(keys.publish(it.parts.store, ROOT.public, entry))
        it.replicas[:] = [it.start()]

        till.line.sell(2)
        assert till.push(it.replicas[0]).status_code == 201
        lost = [batch.first_seq for batch in batches[3:]]
        named = findings(it)
        assert [f"records {lost[0]} to {till.first - 3} are missing" in finding for finding in named] == [True]
        for batch, before in zip(batches[3:], till.receipts[2:], strict=False):
            answer = till.put(it.replicas[0], batch, before)
            assert answer.status_code == 201
            assert protocol.read_receipt(answer.content)[0].head == batch.head
        assert findings(it) == ()
        it.replicas.clear()


def test_the_unit_gives_a_reason_for_each_line() -> None:
    """A line without one is a line that nobody dares to change; and what the store needs is granted."""
    lines = [line for line in UNIT.read_text("utf-8").splitlines() if line and not line.startswith("[")]
    alone = [line for before, line in zip(["", *lines], lines, strict=False) if "=" in line and before[:1] != "#"]
    bare = [line for line in alone if not line.startswith("#")]
    settings = dict(line.split("=", 1) for line in lines if not line.startswith("#"))

    assert bare == []
    assert settings["ExecStart"].split()[1:3] == ["serve", "--config"]
    assert settings["ExecStart"].split()[3].startswith(f"/var/lib/{settings['StateDirectory']}/")
    assert settings["ProtectSystem"] == "strict"
    assert settings["CapabilityBoundingSet"] == ""
