"""A short journal that holds every kind of record: lived by the real till, then packed into few frames.

The till's own journal has a frame an act; packed, the same records, numbers and heads fit a few thousand bytes, so
that each of them can be changed in turn.
"""

from __future__ import annotations

from pathlib import Path

from appliance.core import event as ev
from appliance.daemon.virtual import SimulatedWorld
from appliance.simulator import cards
from appliance.simulator.player import Player
from appliance.simulator.script import Step, split
from appliance.storage import rotation
from appliance.storage.flash import Disk, OsDisk
from appliance.storage.journal import Journal
from appliance.storage.keys import load
from appliance.storage.record import RECOVERED, Record, Value
from appliance.storage.seal import sealer_for
from tests.powerloss.recording import SHOP

SIZE = 64 << 10
UNIT = 512
TORN = b"\xa5" * UNIT
FIRST_DAY = """
badge 04FFFFFFFFFFFF
badge 04B2C3D4E5F680
pin 0000
pin 0000
pin 0000
login "Nadia"
tap "Imprimer un ticket d'essai"
login "Sophie"
open day float 10.00
ring "Café"
ring "Thé"
void line 2
pay cash 2.00
print yes
drawer shut
reprint last
scan 4006381333931
tap "Ne pas vendre"
ring "Café"
void ticket
ring "Café"
tap "Encaisser"
tap "Carte"
tap "Non, refusé"
pay card 1.50
print no
cash in 5.00 "monnaie"
cash out 5.00 "timbres"
reprint last
close day
"""
AFTER_LOSS = """
printer off after 3 lines
login "Sophie"
open day float 10.00
ring "Café"
pay cash 1.50
print yes
at 2026-11-21T07:00:00+01:00
wait 1m
"""


def lived(home: Path) -> list[Record]:
    """The records of two days with a lost paper, a clock that jumped, an orderly stop and a torn tail."""
    world = SimulatedWorld(home, SHOP, segment_size=SIZE)
    try:
        world.power_on()
        _play(world, FIRST_DAY)
        world.stop()
        world.power_on()
        _play(world, AFTER_LOSS)
        world.power_cut()
        _tear(home)
        world.power_on()
        return _records(home, world)
    finally:
        world.close()


def _play(world: SimulatedWorld, text: str) -> None:
    steps = [Step("kinds", number, split(line)) for number, line in enumerate(text.splitlines(), 1) if line]
    failure = Player(world, cards.read(SHOP)).play(steps)
    assert failure is None, failure


def _tear(home: Path) -> None:
    """A write that was under way when the power went, right after the tip."""
    disk = OsDisk()
    journal = Journal.open(home, disk, load(home, disk, sealer_for()), unit=None)
    end, unit = journal.end, journal.unit
    journal.close(clean=False)
    _write(home, TORN, end * unit)


def _write(home: Path, data: bytes, offset: int) -> None:
    last = max(path for path in (home / "journal").glob("*.seg") if any(path.read_bytes()))
    with last.open("r+b") as file:
        file.seek(offset)
        file.write(data)


def _records(home: Path, world: SimulatedWorld) -> list[Record]:
    world.power_cut()
    disk = OsDisk()
    journal = Journal.open(home, disk, load(home, disk, sealer_for()))
    try:
        return [sealed.record for sealed in journal.past()]
    finally:
        journal.close(clean=False)


def packed(home: Path, source: Path, batch: int = 12) -> list[Record]:
    """The same records in few frames under the same key, then those of a till that was hurt and of a key that ends.

    Returns them; the last one stands in a second segment, under the next key.
    """
    records = lived(source)
    records += _after_harm(records[-1])
    home.mkdir()
    (home / "key").write_bytes((source / "key").read_bytes())
    (home / "key").chmod(0o600)
    torn = next(place for place, record in enumerate(records) if record.kind == RECOVERED)
    journal = _append(home, OsDisk(), records[:torn], batch)
    end, unit = journal.end, journal.unit
    journal.close(clean=False)
    _write(home, TORN, end * unit)
    _append(home, OsDisk(), records[torn:], batch).close()
    return records + _turned(home, records[-1])


def _after_harm(last: Record) -> list[Record]:
    """A defect, the decision to sell on, and the word of a witness."""
    bodies: list[tuple[int, dict[int, Value]]] = [
        (ev.DEFECT, {1: 3, 2: "an example", 3: 5, 4: "flash"}),
        (ev.RESUMED, {1: last.seq + 1}),
        (ev.WITNESS, {1: "C", 2: 1}),
    ]
    return [
        last._replace(seq=last.seq + at, operator="", kind=kind, body=body)
        for at, (kind, body) in enumerate(bodies, start=1)
    ]


def _turned(home: Path, last: Record) -> list[Record]:
    """A key record, and one of the segment that follows it."""
    disk = OsDisk()
    ring = load(home, disk, sealer_for())
    journal = Journal.open(home, disk, ring, segment_size=SIZE, unit=UNIT)
    ring.prepare()
    named = rotation.offer(journal.chain_id, ring)
    assert named
    key = last._replace(seq=last.seq + 1, kind=ev.KEY, body={1: named.key, 2: named.proof})
    after = last._replace(seq=last.seq + 2, kind=ev.STOP, body={1: "asked"})
    journal.append([key])
    journal.append([after])
    journal.close()
    return [key, after]


def _append(home: Path, disk: Disk, records: list[Record], batch: int) -> Journal:
    journal = Journal.open(home, disk, load(home, disk, sealer_for()), segment_size=SIZE, unit=UNIT)
    for start in range(0, len(records), batch):
        journal.append(records[start : start + batch])
    return journal
