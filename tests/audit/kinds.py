"""A short journal that holds every kind of record: lived by the real till, then packed into few frames.

The till's own journal has a frame an act; packed, the same records, numbers and heads fit a few thousand bytes, so
that each of them can be changed in turn.
"""

from __future__ import annotations

from pathlib import Path

from appliance.core import event as ev
from appliance.core.event import Event
from appliance.core.fold import fold
from appliance.core.signed import Link, next_links, types
from appliance.daemon.strings import sealing_of
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
ARCHIVED: list[Value] = ["day", "2026-11-21", "2026-11-21", 0, 9, bytes(32), bytes(32), bytes(32), 9, [], 0, 0, "a.zip"]
TORN = b"\xa5" * UNIT
FIRST_DAY = """
badge 04FFFFFFFFFFFF
badge 04B2C3D4E5F680
pin 0000
pin 0000
pin 0000
login "Nadia"
wait 5m
login "Nadia"
login "Marc"
pin 9876
tap "Accepter"
tap "Imprimante"
tap "Broche 5"
tap "Retour"
tap "Auto-test"
tap "Commencer"
tap "Oui"
tap "Oui"
tap "Laisser de côté"
tap "Laisser de côté"
tap "Laisser de côté"
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
tap "Plus"
tap "Corriger un paiement"
tap "Ticket 000002"
tap "Espèces"
refund last
print no
ring "Café"
ring "Thé"
discount line 1 10%
discount ticket 1.00
change line 2 quantity 2
park
recall 1
void ticket
tap "Plus"
tap "Gestion"
tap "Commenter un acte"
tap "3"
tap "Enregistrer"
report x
close day
close month
close year
open day float 10.00
tap "Fermer"
"""
AFTER_LOSS = """
at 2027-01-04T08:00:00+01:00
printer off after 3 lines
login "Sophie"
open day float 10.00
ring "Café"
pay cash 1.50
print yes
training on "Marc"
ring "Café"
pay cash 2.00
print no
training off
at 2027-01-04T07:00:00+01:00
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
    links = dict(fold(Event(*record) for record in records).seals)
    harm = _after_harm(records[-1], links)
    records += harm
    home.mkdir()
    (home / "key").write_bytes((source / "key").read_bytes())
    (home / "key").chmod(0o600)
    torn = next(place for place, record in enumerate(records) if record.kind == RECOVERED)
    journal = _append(home, OsDisk(), records[:torn], batch)
    end, unit = journal.end, journal.unit
    journal.close(clean=False)
    _write(home, TORN, end * unit)
    _append(home, OsDisk(), records[torn : -len(harm)], batch).close()
    return records[: -len(harm)] + _turned(home, harm)


def _after_harm(last: Record, links: dict[int, Link]) -> list[Record]:
    """A defect, the decision to sell on, and the word of a witness."""
    bodies: list[tuple[int, dict[int, Value]]] = [
        (ev.DEFECT, {1: 3, 2: "an example", 3: 5, 4: "flash"}),
        (ev.RESUMED, {1: last.seq + 1}),
        (ev.WITNESS, {1: "C", 2: 1}),
        (ev.VERSION, {1: "0.1.0", 2: "0.1.1"}),
        (ev.VERIFIED, {1: "day", 2: "intact", 3: None, 4: 12}),
        (ev.JET, {1: 280, 2: "an example", 3: None}),
        (ev.ARCHIVE, dict(zip(range(1, 14), ARCHIVED, strict=True))),
        (ev.ARCHIVE_COPY, {1: 3, 2: bytes(32), 3: "vfat 4E21-0000", 4: "intact"}),
        (ev.ARCHIVE_CHECK, {1: bytes(32), 2: "intact", 3: None}),
        (ev.CONTROL, {1: "2026-11-21", 2: "2026-11-21", 3: bytes(32), 4: "paper"}),
        (ev.ATTESTATION, {1: "none", 2: "", 3: "1.0", 4: bytes(32)}),
        (ev.ENROLMENT, {1: "https://collector.example", 2: bytes(32), 3: b"registration", 4: bytes(32)}),
        (ev.RECEIPT, {1: 0, 2: 5, 3: bytes(32), 4: last.t, 5: b"receipt", 6: "network"}),
        (ev.APPLIED, {1: "catalogue", 2: 3, 3: bytes(32), 4: b"pointer"}),
        (ev.UPSTREAM, {1: "refused", 2: 5, 3: None, 4: "an example"}),
        (ev.PROVISIONED, {1: bytes(32), 2: 7, 3: "Nadia Petit", 4: bytes(8), 5: last.t}),
        (ev.LOADED, {1: "catalogue", 2: bytes(32), 3: 1, 4: 2, 5: 0}),
        (ev.PRICE, {1: "Café", 2: "", 3: 150, 4: 160}),
        (ev.BADGE, {1: "01", 2: "Sophie", 3: bytes(16)}),
        (ev.PIN, {1: "01", 2: "Sophie", 3: bytes(16)}),
    ]
    return _sealed([last._replace(operator="", kind=kind, body=body) for kind, body in bodies], last.seq + 1, links)


def _sealed(records: list[Record], seq: int, links: dict[int, Link]) -> list[Record]:
    """Numbered from `seq`, each with its seal, which the journal signs; `links` moves on."""
    done: list[Record] = []
    for record in records:
        done.append(record._replace(seq=seq + len(done)))
        strings = next_links(links, record.kind, record.body)
        if strings:
            done.append(done[-1]._replace(seq=seq + len(done), kind=ev.SEAL, body={1: done[-1].seq, 2: strings}))
            links.update(
                {each: Link(links.get(each, Link()).number + 1, b"") for each in types(record.kind, record.body)}
            )
    return done


def _turned(home: Path, harm: list[Record]) -> list[Record]:
    """The records after the harm, a key record, and one of the segment that follows it."""
    last = harm[-1]
    disk = OsDisk()
    ring = load(home, disk, sealer_for())
    journal = Journal.open(home, disk, ring, segment_size=SIZE, unit=UNIT)
    ledger = fold(Event(*sealed.record) for sealed in journal.past())
    journal.sealing = sealing_of(ring, ledger)
    first = journal.next_seq
    journal.append(harm)
    links = dict(fold(Event(*sealed.record) for sealed in journal.past()).seals)
    ring.prepare()
    named = rotation.offer(journal.chain_id, ring)
    assert named
    key = last._replace(seq=last.seq + 1, kind=ev.KEY, body=named.body)
    after = _sealed([last._replace(kind=ev.STOP, body={1: "asked"})], last.seq + 2, links)
    journal.append([key])
    journal.append(after)
    records = [sealed.record for sealed in journal.past() if sealed.record.seq >= first]
    journal.close()
    return records


def _append(home: Path, disk: Disk, records: list[Record], batch: int) -> Journal:
    journal = Journal.open(home, disk, load(home, disk, sealer_for()), segment_size=SIZE, unit=UNIT)
    start = 0
    while start < len(records):
        end = start + batch
        while end < len(records) and records[end].kind == ev.SEAL:  # a seal stands in its fact's frame
            end += 1
        journal.append(records[start:end])
        start = end
    return journal
