"""Both independent verifiers accept what the till makes, refuse each attack, and name the place that it names."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from appliance.audit.verify import verify
from appliance.core import event as ev
from appliance.storage import segment
from appliance.storage.record import Record
from tests.audit.archiving import contents
from tests.audit.checking import KINDS, REFOLD
from tests.verifier import attacks
from tests.verifier.page import PAGE, VERIFIER, Officer
from tests.verifier.script import SCRIPT, by_script
from tests.verifier.shop import Shop, archived, lived

# Of a wrong seal the independent verifiers name the fact; `sceau verify` may name the record at which it noticed.
SEALS = {"a_seal_signed_by_a_stranger", "a_seal_of_another_fact", "a_seal_number_left_out", "no_seal"}
FACT = "record 22"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    return lived(tmp_path_factory.mktemp("shop"))


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """Another till, half an hour later, with as many records."""
    home = tmp_path_factory.mktemp("other")
    found = Shop(home, after=1_800_000)
    for _ in range(4):
        found.live(6)
    found.save()
    return found


@pytest.fixture(scope="module")
def archive(shop: Shop) -> Path:
    return archived(shop, "2026-11-22", "2026-11-23")


@pytest.fixture(scope="module")
def strange(other: Shop) -> dict[str, bytes]:
    """The members of the other till's archive of the same days."""
    return contents(archived(other, "2026-11-22", "2026-11-23"))


def by_till(path: Path) -> str:
    verdict = verify(path, "paranoid", None, REFOLD, None, KINDS, pause=lambda: None)
    return verdict.line.split(": ")[1] if verdict.code else ""


def copied(shop: Shop, place: Path) -> Path:
    home = place / "till"
    shutil.copytree(shop.scribe.home / "journal", home / "journal")
    shutil.copy(shop.scribe.home / "anchor", home / "anchor")
    return home


def agreed(script: ModuleType, page: Officer, path: Path) -> str:
    """The place that all three name."""
    said = {"till": by_till(path), "script": by_script(script, path), "page": page.check(path).where}
    assert len(set(said.values())) == 1, said
    return said["till"]


@pytest.mark.browser
def test_what_the_till_makes_is_accepted(script: ModuleType, page: Officer, shop: Shop, archive: Path) -> None:
    """A journal, an archive of all of it and one from its middle."""
    whole = archived(shop, "2026-11-21", "2026-11-24")
    for path in (shop.scribe.home, archive, whole):
        assert agreed(script, page, path) == ""
        assert page.check(path).verdict == "coherent"
    assert page.complaints == []


@pytest.mark.browser
@pytest.mark.parametrize("name", attacks.JOURNAL)
def test_journal(name: str, script: ModuleType, page: Officer, shop: Shop, other: Shop, tmp_path: Path) -> None:
    home = copied(shop, tmp_path)
    attacks.JOURNAL[name](home, other.scribe.home)

    assert agreed(script, page, home) != ""


@pytest.mark.browser
@pytest.mark.parametrize("name", attacks.LIES)
def test_who_holds_the_key(name: str, script: ModuleType, page: Officer, tmp_path: Path) -> None:
    attacks.LIE_STATE.clear()
    liar = Shop(tmp_path, lie=attacks.LIES[name])
    for _ in range(3):
        liar.live(2)
    liar.save()
    said = {"script": by_script(script, tmp_path), "page": page.check(tmp_path).where}
    till = by_till(tmp_path)

    assert set(said.values()) == {till} or (name in SEALS and set(said.values()) == {FACT} and till > FACT), (
        said,
        till,
    )


@pytest.mark.browser
@pytest.mark.parametrize("name", attacks.ARCHIVE)
def test_archive(
    name: str,
    script: ModuleType,
    page: Officer,
    shop: Shop,
    archive: Path,
    strange: dict[str, bytes],
    tmp_path: Path,
) -> None:
    forged = attacks.ARCHIVE[name](contents(archive), archive.read_bytes(), shop.scribe.key, strange)
    path = tmp_path / archive.name
    path.write_bytes(forged)

    assert forged != archive.read_bytes()
    assert agreed(script, page, path) != ""


@pytest.mark.browser
def test_another_algorithm_is_said_to_be_one(script: ModuleType, page: Officer, tmp_path: Path) -> None:
    """Strings signed with P-256 are not these verifiers' to judge: no verdict, rather than a wrong one."""
    told = attacks.counted(lambda record: attacks.with_body(record, 7, 2), ev.GENESIS, 1)
    attacks.LIE_STATE.clear()
    other = Shop(tmp_path, lie=told)
    other.live(1)
    other.save()
    with pytest.raises(script.Unreadable):
        script.check(tmp_path, "", "")
    assert page.check(tmp_path).verdict == "unreadable"


def purged(home: Path, *, ordered: bool) -> Path:
    """The first segment gave up all but its header; the order stands in the second one."""
    liar = Shop(home)

    def order(record: Record) -> Record:
        if not ordered or record.kind != ev.JET or len(liar.scribe.files) < 2:
            return record
        header = segment.parse(bytes(liar.scribe.files[1]))
        assert header
        told: dict[int, ev.Value] = {1: 1, 2: 1, 3: 0, 4: header.first_seq - 1, 5: header.prev_head}
        return record._replace(kind=ev.PURGE, body={**told, 6: [bytes(32)], 7: ["USB"], 8: header.first_seq})

    liar.lie = order
    for _ in range(4):
        liar.live(6)
    liar.save()
    first = home / "journal" / segment.name(1)
    first.write_bytes(first.read_bytes()[:512])
    return home


@pytest.mark.browser
def test_purged(script: ModuleType, page: Officer, tmp_path: Path) -> None:
    """What was purged by order is not missed; without an order it is (FORMAT.md, Purged journals)."""
    honest, thief = purged(tmp_path / "honest", ordered=True), purged(tmp_path / "thief", ordered=False)
    assert {by_script(script, honest), page.check(honest).where} == {""}
    assert page.check(honest).verdict == "partial"
    assert {by_script(script, thief), page.check(thief).where, by_till(thief)} == {"record 0"}


FLOWS = ("months", "refund", "training", "cut-at-closing", "discounts")


@pytest.mark.browser
@pytest.mark.parametrize("name", FLOWS)
def test_flows(name: str, script: ModuleType, page: Officer, tmp_path: Path) -> None:
    """What the shop of the tests does not do: months, refunds, training, cuts, discounts."""
    flow = VERIFIER.parent / "tests" / "flows" / f"{name}.flow"
    done = subprocess.run(
        [sys.executable, "-m", "appliance.command", "flow", str(flow), "--data", str(tmp_path / "data")],
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-500:]
    assert agreed(script, page, tmp_path / "data") == ""


def test_the_script_is_short_and_alone() -> None:
    """Under 500 lines; the standard library and PyNaCl, nothing of the till, no network."""
    text = SCRIPT.read_text("utf-8")
    names = {
        (node.module if isinstance(node, ast.ImportFrom) else alias.name) or ""
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    foreign = {name.split(".")[0] for name in names} - set(sys.stdlib_module_names)

    assert len(text.splitlines()) < 500
    assert foreign == {"nacl"}
    assert not names & {"socket", "urllib", "http", "ssl", "subprocess", "os", "ctypes", "zipfile"}
    assert "appliance" not in re.sub(r"appliance/\w+/FORMAT\.md", "", text + PAGE.read_text("utf-8"))


def test_the_command(shop: Shop, archive: Path, tmp_path: Path) -> None:
    """Exit 0, 1, 2 and the last line, in French and in English."""
    home, chain = shop.scribe.home, shop.scribe.genesis[:16].hex()
    code, lines = run(home)
    assert (code, lines[-1].split(" :")[0], lines[-2].split(" :")[0]) == (0, "intact", "cohérent, pas authentique")
    code, lines = run(home, "--lang", "en", "--chain", chain.upper())
    assert (code, lines[-2]) == (0, "authentic")
    assert lines[-1] == verify(home, "paranoid", None, REFOLD, None, KINDS).line
    assert run(archive, "--key", shop.scribe.key.public.hex())[1][-2] == "authentique"
    assert run(archive, "--key", "00" * 32)[0] == 1
    assert run(home, "--chain", "00" * 16, "--lang", "en")[1][-1].startswith("broken: record 0: the chain is ")
    assert run(tmp_path)[0] == run(tmp_path / "nothing")[0] == 2
    cut = copied(shop, tmp_path)
    attacks.JOURNAL["cut_the_end"](cut, cut)
    code, lines = run(cut)
    assert (code, lines[-1].split(" : ")[0]) == (1, "rompu")
    assert lines[-1].split(" : ")[1].startswith("enregistrement ")


def run(path: Path, *arguments: str) -> tuple[int, list[str]]:
    done = subprocess.run([sys.executable, SCRIPT, path, *arguments], capture_output=True, text=True, check=False)
    assert done.stderr == ""
    return done.returncode, done.stdout.splitlines()
