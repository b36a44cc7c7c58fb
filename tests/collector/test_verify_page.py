"""The verifier's page as a collector serves it: a till's archive against what came of its chain (SEC-07)."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.audit.archive import FOLDER
from appliance.command import main
from appliance.storage import keys
from appliance.storage.flash import OsDisk
from appliance.storage.keys import Key
from appliance.storage.record import decode
from appliance.storage.seal import sealer_for
from appliance.sync import enrolment, protocol
from appliance.sync.cut import SMALL, Cutter
from collector import stranger
from tests.collector import world
from tests.collector.replica import Replica
from tests.collector.world import World
from tests.verifier.page import Officer, officer

pytestmark = pytest.mark.browser
DAY = 'login "Sophie"\nopen day float 100.00\nring "Café"\npay cash 2.00\nprint no\nclose day\nwait 61s\n'
NETWORK = Key(b"the network key of a real till!!")
MORE = 'login "Sophie"\nopen day float 100.00\nring "Café"\npay cash 2.00\nprint no\nclose day\n'


class Sender:
    """A played till's journal on its way to a real collector."""

    def __init__(self, shop: World, data: Path) -> None:
        self.shop, self.cutter, self.first = shop, Cutter(data, OsDisk()), 0
        self.receipt: bytes | None = None
        self.until = sum(1 for _ in self.cutter.records())
        key = keys.load(data, OsDisk(), sealer_for())
        genesis = self.cutter.cut(0, self.until, 1)
        assert genesis
        body = decode(genesis.records[0]).body
        secret = shop.run(shop.parts.enrolments.offer(str(body[4]), str(body[3]))).secret
        asked = enrolment.seal(secret, genesis.records[0], (NETWORK.public, NETWORK.sign), key.sign, "", "0.1.0")
        self._send("POST", "/v1/enrolments", asked.encode(), enrolment.ENROLMENT_TYPE)

    def batch(self, most: int = SMALL) -> None:
        """The next records that a till would send."""
        batch = self.cutter.cut(self.first, self.until, most)
        assert batch
        path = f"/v1/chains/{batch.chain_id.hex()}/batches/{batch.first_seq}"
        body = protocol.request(batch.encode(), self.receipt)
        self.receipt = self._send("PUT", path, body, protocol.BATCH_TYPE)
        self.first = batch.next_seq

    def _send(self, method: str, path: str, body: bytes, kind: str) -> bytes:
        answer = self.shop.replicas[0].http.request(method, path, content=body, headers={"Content-Type": kind})
        assert answer.status_code == 201, answer.content
        return answer.content


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world.opened(tmp_path_factory.mktemp("verify")) as it:
        yield it


@pytest.fixture(scope="module")
def page() -> Iterator[Officer]:
    with officer() as found:
        yield found


def play(data: Path, text: str) -> None:
    flow = data.parent / "day.flow"
    flow.write_text(text, "utf-8")
    assert main(["flow", str(flow), "--data", str(data)]) == 0


def played(folder: Path) -> Path:
    folder.mkdir()
    play(folder / "data", DAY)
    return folder / "data"


def said(page: Officer, replica: Replica, path: Path) -> str:
    """What the page of this collector says of the comparison, once it has asked."""
    page.page.goto(str(replica.http.base_url.join("/verify")))
    verdict = page.check(path)
    assert verdict.verdict == "coherent", verdict.text
    page.page.wait_for_selector("#server:not(.asking)")
    return page.page.inner_text("#server")


def test_compared_with_the_receipts(page: Officer, shop: World, tmp_path: Path) -> None:
    """Unknown, then behind, then the same head; a journal that went on otherwise is told; a file asks nobody.

    Each replica answers once in ten seconds for a chain, so another is asked each time.
    """
    data = played(tmp_path / "a")
    shutil.copytree(data, tmp_path / "b" / "data")
    (archive,) = (data / FOLDER).glob("*.zip")
    assert "ne connaît pas cette chaîne" in said(page, shop.replicas[0], archive)
    play(data, MORE * 2)
    play(tmp_path / "b" / "data", MORE)
    sender = Sender(shop, data)
    sender.batch(8)
    assert "jusqu'à l'enregistrement 6" in said(page, shop.replicas[0], archive).replace("\u202f", "")
    while sender.first < sender.until:
        sender.batch()
    assert "détient la même tête" in said(page, shop.replicas[1], archive)
    page.page.click("#en")
    assert "holds the same head" in page.page.inner_text("#server")
    assert "détient une autre tête" in said(page, shop.start(), tmp_path / "b" / "data")
    assert [each for each in page.complaints if "404" not in each] == []  # the browser's own line for a chain unknown


def test_from_a_file_nobody_is_asked(page: Officer, tmp_path: Path) -> None:
    data = played(tmp_path / "a")
    before = len(page.requests)
    page.page.goto(stranger.PAGE.as_uri())
    assert page.check(data).verdict == "coherent"
    assert [each for each in page.requests[before:] if each.startswith("http")] == []
    assert page.page.is_hidden("#served")
