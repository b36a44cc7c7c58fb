"""What an owner with root does to copies of one till; each scene leaves what the judges are to look at."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from appliance.audit.control_command import make
from appliance.audit.reading import Period
from appliance.core import event as ev
from appliance.daemon.config import DeviceConfig
from appliance.daemon.virtual import SimulatedWorld
from appliance.storage.record import Record
from tests.audit.archiving import contents
from tests.daemon.world import SAMPLE, SMALL, play, seen
from tests.drivers.swtpm import soft_tpm
from tests.verifier import attacks
from tests.verifier.shop import Shop, archived, lived

UNSEEN = "NOT SEEN: without a witness INA-08 is not met, as each document says; a Z on paper of the lost day shows it"
SALE = ('ring "Café"', "pay cash 2.00", "print no")
DAY = ('login "Sophie"', "open day float 100.00", *SALE, "close day")


class Scene(NamedTuple):
    """`rules`: rows of docs/compliance.md. `path`: what is judged. `till`: what the till itself says, or nothing."""

    title: str
    rules: str
    path: Path
    till: tuple[str, ...] = ()


def scenes(folder: Path) -> Iterator[Scene]:
    shop = lived(folder / "till")
    yield Scene("Nothing was done to it", "INA-05", copied(shop, folder / "0"))
    yield _label(shop, folder / "1")
    yield _tail(shop, folder / "2")
    yield _put_back_unwitnessed(folder / "3")
    yield _put_back_witnessed(folder / "4")
    yield _clock(folder / "5")
    yield _csv(shop, folder / "6")
    yield _snapshot(folder / "7")


def copied(shop: Shop, home: Path) -> Path:
    shutil.copytree(shop.scribe.home / "journal", home / "journal")
    shutil.copy(shop.scribe.home / "anchor", home / "anchor")
    return home


def _label(shop: Shop, home: Path) -> Scene:
    attacks.JOURNAL["another_label_at_equal_totals"](copied(shop, home), home)
    return Scene("A label in a paid ticket edited; checksums and chain made anew", "INA-01, INA-09", home)


def _tail(shop: Shop, home: Path) -> Scene:
    attacks.JOURNAL["cut_the_end"](copied(shop, home), home)
    return Scene("The last acts cut off, at the border of a frame", "INA-08, SEC-01", home)


def _put_back_unwitnessed(home: Path) -> Scene:
    """Journal, anchor and keys of the day before: nothing outside of the folder knows better."""
    with till_on(home / "data", None) as play_on:
        play_on(*DAY)
    shutil.copytree(home / "data", home / "older")
    with till_on(home / "data", None) as play_on:
        play_on(*DAY)
    with till_on(home / "older", None) as play_on:
        said = play_on('login "Sophie"')
    title = "Yesterday's whole image put back, witness class C"
    line = quoted(said, "Journal incomplet.") if "Journal incomplet." in said else UNSEEN
    return Scene(title, "INA-08", home / "older", (line,))


def _put_back_witnessed(home: Path) -> Scene:
    """The same, and a counter in a TPM that never goes back."""
    title, rules = "Yesterday's whole image put back, witness class A (TPM 2.0)", "INA-08"
    if shutil.which("swtpm") is None:
        return Scene(title, rules, home, ("not played: there is no swtpm here",))
    with soft_tpm() as tpm:
        for name in ("older", "data"):
            with till_on(home / "data", tpm.path) as play_on:
                play_on(*DAY)
            if name == "older":
                shutil.copytree(home / "data", home / name)
        with till_on(home / "older", tpm.path) as play_on:
            said = play_on('login "Sophie"')
    return Scene(title, rules, home / "older", (quoted(said, "Journal incomplet."),))


def _clock(home: Path) -> Scene:
    """Set back by an hour under the running till: it says so, records it, and dates nothing before the last act."""
    with till_on(home / "data", None) as play_on:
        play_on(*DAY[:5])
        said = play_on("at 2026-11-21T07:00:00+01:00", "wait 1m", "expect record clock why=jump")
    events = make(home / "data", Period()).sections["clock"].count
    told = (quoted(said, "Heure à confirmer."), f"the control document: {events} clock event, JET 903")
    return Scene("The clock turned back by an hour", "CLK-03, CLK-04", home / "data", told)


def _csv(shop: Shop, home: Path) -> Scene:
    honest = archived(shop, "2026-11-22", "2026-11-23")
    home.mkdir()
    path = home / honest.name
    path.write_bytes(attacks.ARCHIVE["a_csv_replaced"](contents(honest), honest.read_bytes(), shop.scribe.key, {}))
    return Scene("A CSV swapped in an archive, the ZIP packed anew", "ARC-02, ARC-08", path)


def _snapshot(home: Path) -> Scene:
    """The most that can be done: somebody has the till's key, and signs a closing's snapshot with smaller totals."""
    closings = 0

    def smaller(record: Record) -> Record:
        nonlocal closings
        closings += record.kind == ev.SNAPSHOT
        if record.kind != ev.SNAPSHOT or closings != 2:
            return record
        return attacks.with_body(record, 17, [attacks.rows(record, 17)[0] - 1000, attacks.rows(record, 17)[1]])

    shop = Shop(home, lie=smaller)
    for _ in range(3):
        shop.live(3)
    shop.save()
    return Scene("A poisoned snapshot under the till's own stolen key: 10 € less", "CLO-05, CON-03", home)


def quoted(said: str, sentence: str) -> str:
    return f"the till: « {sentence} »" if sentence in said else f"THE TILL SAID NOTHING, it shows {said[:60]}"


class till_on:  # noqa: N801 - a verb in a `with`
    """A till on a data folder; called with lines of a flow it plays them and gives what the glass shows."""

    def __init__(self, data: Path, tpm: Path | None) -> None:
        beside = {"witness": DeviceConfig("tpm", {"path": str(tpm)})} if tpm else None
        self._world = SimulatedWorld(data, SAMPLE, segment_size=SMALL, beside=beside)

    def __enter__(self) -> Callable[..., str]:
        self._world.power_on()
        return self._play

    def _play(self, *lines: str) -> str:
        play(self._world, *lines)
        return seen(self._world)

    def __exit__(self, *error: object) -> None:
        self._world.stop()
        self._world.close()
