"""What a technician reads of a release: published, not this till's turn, on its way, ready, in place."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from appliance.core.input import SoftwareReady
from appliance.core.scenes.software import published
from appliance.core.system import Offer
from appliance.simulator.upstream import RELEASE
from appliance.sync import pointer
from tests.daemon.test_upstream import ENROLLED
from tests.daemon.updates import DATA, FETCHED, ROW, Machine, listened, other
from tests.sync.publisher import cut, release

AWHILE = "wait 2m\n"


@pytest.fixture
def till(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Machine]:
    said: list[SoftwareReady] = listened(monkeypatch)
    made = Machine(tmp_path / "data", said)
    yield made
    made.world.close()


def offer(till: Machine) -> Offer:
    known = till.world.till
    system = known.service.state.system if known else None
    assert system
    assert system.offer
    return system.offer


def page(till: Machine) -> list[str]:
    known = till.world.till
    assert known
    return [each.value.replace("\u00a0", " ") for each in published(known.service.state)]


def test_from_nothing_to_the_system_that_runs(till: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    assert page(till) == ["aucune connue", "caisse non inscrite : installer par clé USB"]
    till.play(ENROLLED)
    assert page(till) == ["aucune connue", "rien n'est demandé par le propriétaire"]

    chain_id = next(iter(till.collector.network))
    place = pointer.place_of(chain_id, "software", 1)
    till.publish(release(DATA), share=max(1, place))
    till.play(AWHILE)
    assert offer(till).stage == "later"
    assert page(till)[:2] == ["aucune connue", f"pas encore : d'abord {max(1, place)} caisses sur 1000"]

    till.publish(release(DATA), share=place + 1)
    missing = till.collector.objects.pop(sha256(cut(DATA)[-1]).hexdigest())
    said = pointer.read(till.collector.pointers["software", 1])
    till.play(AWHILE)
    it = offer(till)
    assert (it.published, it.issued, it.stage, it.since) == ("0.2.0", ROW.issued, "fetching", said.not_before)
    assert it.size == len(DATA)
    assert 0 < it.done < it.size
    assert page(till)[1] == "0.2.0, 2 Mio reçus sur 3"

    till.collector.objects[sha256(missing).hexdigest()] = missing
    till.play(AWHILE)
    assert page(till)[1] == "0.2.0, prête à installer"
    till.again()
    till.play("wait 1m\n")
    assert page(till)[1] == "0.2.0, prête à installer"

    monkeypatch.setattr("appliance.daemon.wiring.VERSION", "0.2.0")
    till.again()
    till.play("wait 1m\n")
    assert page(till)[1] == "à jour"
    assert page(till)[0].startswith("0.2.0, le ")


def test_one_that_was_withdrawn_is_not_published(till: Machine) -> None:
    till.play(ENROLLED)
    till.publish(release(DATA))
    till.play(FETCHED)
    till.publish(other(ROW._replace(withdrawn=True), number=2), 2)
    till.play(FETCHED)
    till.again()
    till.play(FETCHED)
    assert page(till) == ["aucune connue", "rien n'est demandé par le propriétaire"]


def test_a_date_that_is_to_come(till: Machine) -> None:
    """Nothing is fetched before it, and the page says from when on."""
    till.play(ENROLLED)
    till.publish(release(DATA))
    said = pointer.read(till.collector.pointers["software", 1])
    begins = till.collector._now() + 24 * 3_600_000
    later = said._replace(not_before=begins, expires=begins + 3_600_000)
    till.collector.pointers["software", 1] = pointer.seal(later, RELEASE.sign)
    till.play(AWHILE)
    assert (offer(till).stage, offer(till).since) == ("later", begins)
    assert page(till)[1] == "pas encore : sa date n'est pas venue"


def test_a_server_that_is_away_changes_nothing(till: Machine) -> None:
    """What was heard last stands: a cable that is out is no release that was taken back."""
    till.play(ENROLLED)
    chain_id = next(iter(till.collector.network))
    till.publish(release(DATA), share=max(1, pointer.place_of(chain_id, "software", 1)))
    till.play(AWHILE)
    before = page(till)
    till.play("network down\n" + AWHILE)
    assert page(till) == before
