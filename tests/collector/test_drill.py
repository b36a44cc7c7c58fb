"""The box is gone: a copy of the store is put in place under a new key. And the unit of the service."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from appliance.sync import keylog, protocol
from collector import build, config, keys
from collector.audit import Audit
from collector.command import KEY, _parser
from collector.command import ROOT as ROOT_KEY
from collector.folder import STAGING
from tests.collector import world
from tests.collector.world import ROOT, World

UNITS = Path(__file__).resolve().parents[2] / "collector"


def findings(it: World) -> tuple[str, ...]:
    return it.run(Audit(it.parts.store, ROOT.public).run()).findings  # type: ignore[no-any-return]


def test_a_key_is_changed_while_tills_send(tmp_path: Path) -> None:
    """One replica after the other gets the new key; each takes what the other has signed; no till waits or notices."""
    with world.opened(tmp_path) as it:
        till, old = it.till(), it.own
        till.line.sell(2)
        assert till.push(it.replicas[0]).status_code == 201
        new = keys.make(tmp_path / "next.key")
        entry = keylog.seal(it.log.next(new.public, build.now(), None), ROOT.sign)
        it.log = it.run(keys.publish(it.parts.store, ROOT.public, entry))
        it.settings.write_text(it.settings.read_text().replace('"collector.key"', '"next.key"'))
        first = it.start()
        signers = []
        for replica in (first, it.replicas[1], first, it.replicas[0]):
            till.line.sell(2)
            assert till.push(replica).status_code == 201
            signers.append(protocol.read_receipt(till.receipts[-1])[0].kid)
        assert signers == [new.kid, old.kid] * 2
        for replica in it.replicas:
            assert replica.end() == 0
        it.replicas[:] = [first, it.start()]

        ended = it.log.next(old.public, it.log.entries[0].since, build.now())
        it.log = it.run(keys.publish(it.parts.store, ROOT.public, keylog.seal(ended, ROOT.sign)))
        for replica in it.replicas:
            till.line.sell(2)
            assert till.push(replica).status_code == 201
            assert replica.http.get("/readyz").status_code == 200
        assert findings(it) == ()
        it.replicas.pop()


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


@pytest.mark.parametrize(("name", "act"), [("collector", "serve"), ("office", "office")])
def test_the_unit_gives_a_reason_for_each_line(name: str, act: str) -> None:
    """A line without one is a line that nobody dares to change; and what the program needs is granted."""
    unit = UNITS / f"sceau-{name}.service"
    lines = [line for line in unit.read_text("utf-8").splitlines() if line and not line.startswith("[")]
    alone = [line for before, line in zip(["", *lines], lines, strict=False) if "=" in line and before[:1] != "#"]
    bare = [line for line in alone if not line.startswith("#")]
    settings = dict(line.split("=", 1) for line in lines if not line.startswith("#"))

    assert bare == []
    words = settings["ExecStart"].split()
    assert words[1:4] == [act, "--config", "/var/lib/sceau/collector.toml"]
    owned = words[3] if act == "serve" else words[words.index("--db") + 1]
    assert owned.startswith(f"/var/lib/{settings['StateDirectory']}/")
    assert settings["ProtectSystem"] == "strict"
    assert settings["CapabilityBoundingSet"] == ""
    assert _parser().parse_args(words[1:]).config == Path(words[3])


def test_the_office_is_shut_out_from_the_keys() -> None:
    """It may read where the keys lie: each of them by name is not to be seen."""
    lines = (UNITS / "sceau-office.service").read_text("utf-8").splitlines()
    shut = next(line for line in lines if line.startswith("InaccessiblePaths="))

    assert {Path(path).name for path in shut.split()} == {KEY, ROOT_KEY, "release.key"}
    assert "ReadOnlyPaths=/var/lib/sceau" in lines
