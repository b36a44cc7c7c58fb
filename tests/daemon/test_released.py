"""Which releases a till follows: signed, listed, in time, for its model and its turn; the rest is refused in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from appliance.core.input import SoftwareReady
from appliance.daemon import software
from appliance.daemon.config import Config, ConfigError, SystemConfig, decode
from appliance.simulator.upstream import RELEASE
from appliance.sync import pieces, pointer, pulling, releases
from appliance.sync.pieces import PIECE, Release
from tests.daemon.test_upstream import ENROLLED
from tests.daemon.updates import DATA, FETCHED, NAME, ROW, Machine, listened, other
from tests.sync.publisher import BOARD, PUBLISHER, SECOND, bundle, cut, published, register, release, turn


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[SoftwareReady]:
    return listened(monkeypatch)


@pytest.fixture
def till(tmp_path: Path, said: list[SoftwareReady]) -> Iterator[Machine]:
    made = Machine(tmp_path / "data", said)
    yield made
    made.world.close()


@pytest.mark.parametrize(
    ("it", "why"),
    [
        (other(published(DATA, board="generic-amd64")), "un autre modèle de caisse (generic-amd64)"),
        (other(published(DATA, "0.0.9")), "n'est pas plus récent que le 0.1.0"),
        (other(published(DATA, withdrawn=True)), "a été retiré par l'éditeur"),
        (other(ROW, key=SECOND), "n'est pas au registre de l'éditeur"),
        (release(DATA, ROW, register(published(b"x"))), "n'est pas au registre de l'éditeur"),
        (b"no release at all", "ne se lit pas"),
        (release(DATA)._replace(hashes=bytes(32)).encode(), "ne se lit pas"),
        (release(DATA)._replace(size=2**62).encode(), "ne se lit pas"),
    ],
)
def test_what_is_refused_is_never_fetched(till: Machine, it: Release | bytes, why: str) -> None:
    """Recorded once, over restarts too."""
    till.play(ENROLLED)
    till.publish(it)
    till.play(FETCHED)
    till.again()
    till.play(FETCHED)
    (said,) = till.refusals()
    assert why in said
    assert (till.records("applied"), till.said) == ([], [])
    assert not {NAME, pulling.PART, "wanted"} & set(till.names())
    digests = {sha256(each).hexdigest() for each in cut(DATA)}
    assert not [text for _, text in till.collector.heard if text.rpartition("/")[2] in digests]


def test_what_runs_already_is_in_force(till: Machine) -> None:
    """It came with the machine or from a stick: recorded as applied, nothing is fetched and nobody is alarmed."""
    till.play(ENROLLED)
    till.publish(other(published(DATA, "0.1.0")), 4)
    till.play(FETCHED)
    assert [it["version"] for it in till.records("applied")] == [4]
    assert (till.refusals(), till.said, till.names()) == ([], [], ["register"])


def test_an_older_register_is_refused(till: Machine) -> None:
    """The highest number counts, after a restart too, and whatever the clock says: the register bears no date that
    anybody asks."""
    till.play(ENROLLED)
    till.publish(other(ROW, number=5))
    till.play(FETCHED)
    till.again()
    newer = bundle(PIECE, seed=3)
    row = published(newer, "0.3.0")
    till.publish(release(newer, row, register(ROW, row, number=4)), 2, newer)
    till.play(FETCHED)
    assert "number 4, and number 5 was seen" in till.refusals()[0]
    till.publish(release(newer, row, register(ROW, row, number=6)), 3, newer)
    till.play(FETCHED)
    assert till.said[-1].version == "0.3.0"


def test_a_new_root_of_the_publisher_s(till: Machine) -> None:
    """The system knows the first one; what it handed over to is followed, and there is no way back."""
    till.play(ENROLLED)
    turns = (turn(PUBLISHER, SECOND, 2),)
    till.publish(other(ROW, number=2, key=SECOND, turns=turns))
    till.play(FETCHED)
    assert till.said
    newer = bundle(PIECE, seed=3)
    row = published(newer, "0.3.0")
    till.again()
    till.publish(release(newer, row, register(row, number=9)), 2, newer)
    till.play(FETCHED)
    assert "nor of one that follows it" in till.refusals()[0]


def test_it_is_withdrawn(till: Machine) -> None:
    """A register that says so, though its own release is not taken, is enough: the bundle that lies here goes."""
    till.play(ENROLLED)
    till.publish(release(DATA))
    till.play(FETCHED)
    gone = ROW._replace(withdrawn=True)
    till.publish(other(gone, number=2), 2)
    till.play(FETCHED)
    till.again()
    till.play(FETCHED)
    assert till.names() == ["register"]
    assert len([each for each in till.refusals() if "a été retiré par l'éditeur" in each]) == 2


def test_only_some_tills_go_first(till: Machine) -> None:
    """Outside the share nothing happens and nothing is said; the wider pointer of the same version is followed."""
    till.play(ENROLLED)
    chain_id = next(iter(till.collector.network))
    place = pointer.place_of(chain_id, "software", 1)
    till.publish(release(DATA), share=max(1, place))
    till.play(FETCHED)
    assert (till.records("applied"), till.refusals(), till.updates.exists() and till.names()) == ([], [], [])
    till.publish(release(DATA), share=place + 1)
    till.play(FETCHED)
    assert till.said


def test_a_pointer_whose_time_is_over(till: Machine) -> None:
    """What is not whole by then is given up."""
    till.play(ENROLLED)
    till.publish(release(DATA))
    missing = till.collector.objects.pop(sha256(cut(DATA)[-1]).hexdigest())
    said = pointer.read(till.collector.pointers["software", 1])
    soon = said._replace(expires=till.collector._now() + 3 * 60_000)
    till.collector.pointers["software", 1] = pointer.seal(soon, RELEASE.sign)
    till.play("wait 4m\n")
    assert "n'est plus valable" in till.refusals()[0]
    till.collector.objects[sha256(missing).hexdigest()] = missing
    till.play("wait 2m\n")
    assert (till.said, till.names()) == ([], ["register"])


def test_without_a_publisher_it_is_only_made_known(tmp_path: Path) -> None:
    assert pieces.read(release(DATA).encode()).parts == 3
    assert releases.order("0.2.0") > releases.order("0.1.0")
    config = Config(tmp_path, tmp_path, system=SystemConfig(tmp_path, tmp_path, tmp_path))
    nothing: Any = None
    for one in (config, replace(config, publisher=bytes(32)), replace(config, board=BOARD)):
        assert software.software(one, "0.1.0", nothing) is None
    whole = replace(config, publisher=bytes(32), board=BOARD)
    assert software.software(whole, "0.1.0-of-a-workshop", nothing) is None


def test_what_a_configuration_says(tmp_path: Path) -> None:
    """A key that is none and a model that is no text are said at the start."""
    said = {"data": "d", "shop": "s"}
    config = decode({**said, "publisher": PUBLISHER.public.hex(), "board": BOARD}, "sceau.toml")
    assert (config.publisher, config.board) == (PUBLISHER.public, BOARD)
    for wrong, why in (
        ({"publisher": "x"}, "publisher: 'x' is no public key"),
        ({"board": 1}, "board must be the name"),
    ):
        with pytest.raises(ConfigError, match=why):
            decode({**said, **wrong}, "sceau.toml")
