"""A lived year through everything that proves it: each must say the same, to the cent, as a plain sum of its acts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

from appliance.audit.archive import Order, create
from appliance.audit.archive_check import Core
from appliance.audit.archive_copy import copy
from appliance.audit.archive_period import Asked
from appliance.audit.control_command import make
from appliance.audit.dump import dump
from appliance.audit.manifest import Manifest
from appliance.audit.purge import Copies, held, plan
from appliance.audit.reading import Period, Reading
from appliance.audit.replay import Replay
from appliance.audit.verify import verify
from appliance.core import event as ev
from appliance.core.event import NAMES
from appliance.storage import purge
from appliance.storage.medium import Medium
from tests.audit.checking import KINDS, REFOLD
from tests.audit.year.life import Life
from tests.audit.year.machine import Machine
from tests.audit.year.plain import Plain, added_up
from tests.verifier.page import officer
from tests.verifier.script import stranger

PATIENCE = 1_800_000  # ms: hundreds of MiB on a busy machine


class Kept(NamedTuple):
    """An archive that was made, and the record that says so."""

    path: Path
    manifest: Manifest
    record: int
    sha256: bytes


def page_agrees(kept: Kept, plain: Plain) -> str:
    """The stranger's page in a browser, over the whole year's archive: its verdict and its totals."""
    with officer() as page:
        page.page.set_default_timeout(PATIENCE)
        seen = page.check(kept.path)
    assert seen.verdict == "coherent", seen.text
    assert {euros(plain.whole.total) in seen.text, euros(plain.whole.absolute) in seen.text} == {True}
    return f"coherent, {plain.whole.total} cents, {kept.path.stat().st_size >> 20} MiB"


def euros(cents: int) -> str:
    """As the page writes them."""
    whole = f"{cents // 100:,}".replace(",", "\xa0")
    return f"{whole},{cents % 100:02d}\xa0€"


def sums(path: Path) -> Plain:
    found = added_up(dump(path, NAMES))
    assert found.wrong == []
    return found


def journal_agrees(life: Life) -> Iterator[str]:
    """verify, the stranger, replay and control, each against the plain sum."""
    home, plain = life.till.home, sums(life.till.home)
    verdict = verify(home, "full", None, REFOLD, None, KINDS, pause=lambda: None)
    assert (verdict.code, verdict.records) == (0, plain.records), verdict.line
    assert (verdict.tickets, verdict.tears) == (plain.whole.tickets, life.till.tears)
    yield f"verify   {verdict.line}"
    yield f"stranger {said(home)}"
    yield f"replay   {replayed(home, plain)}"
    yield f"control  {controlled(life, plain)}"


def said(path: Path) -> str:
    """The last line of the independent verifier, in English."""
    line: str = stranger().check(path, "", "")[-1].split(" | ")[-1]
    assert line.startswith("intact: ")
    return line


def replayed(home: Path, plain: Plain) -> str:
    replay, reading, total, tickets, days = Replay(), Reading(home, lambda: None), 0, 0, 0
    for each in replay.run(reading.records()):
        assert each.agrees, each
        if each.what == "Z":
            total, tickets, days = total + each.total, tickets + each.tickets, days + 1
    assert (replay.left(), reading.broken) == ((), None)
    assert (total, tickets, days) == (plain.whole.total, plain.whole.tickets, plain.kinds["day-close"])
    return f"agrees: {days} days, {tickets} tickets, {total} cents"


def controlled(life: Life, plain: Plain) -> str:
    found = make(life.till.home, Period())
    assert found.proof.intact
    assert (found.sections["altered"].count, found.missing) == (0, [])
    assert (found.sections["tears"].count, found.sections["refunds"].count) == (life.till.tears, plain.whole.refunds)
    assert (found.sums.tickets, found.sums.total) == (plain.whole.tickets, plain.whole.total)
    assert {rate: row for rate, row in found.sums.rates.items() if any(row)} == plain.whole.rates
    assert (found.perpetual, found.absolute) == (plain.whole.total, plain.whole.absolute)
    return f"agrees: {len(found.days)} days, {found.sums.total} cents, absolute {found.absolute} cents"


def archived(till: Machine, asked: Asked, out: Path) -> Kept:
    """Made and recorded, as the command does it."""
    out.mkdir(exist_ok=True)
    wanted = Order(till.home, out, asked, till.ring, till.t, till.software, KINDS, REFOLD, NAMES)
    made = create(wanted, till.disk)
    digest = made.body[8]
    assert isinstance(digest, bytes)
    return Kept(made.path, made.manifest, till.record(ev.ARCHIVE, made.body), digest)


def archive_agrees(kept: Kept, plain: Plain) -> str:
    """The till, the stranger, and the sum of the archive's own lines against those of the journal."""
    verdict = verify(kept.path, "full", None, REFOLD, None, KINDS, pause=lambda: None)
    assert verdict.code == 0, verdict.line
    own = added_up(dump(kept.path, NAMES)).days
    wanted = {day: each for day, each in plain.days.items() if kept.manifest.begins <= day <= kept.manifest.ends}
    assert own == wanted
    before, _, after, _ = kept.manifest.perpetual
    assert after - before == sum(each.total for each in wanted.values())
    return f"{kept.manifest.level:6} {kept.manifest.begins} to {kept.manifest.ends}: {said(kept.path)}"


def whole(life: Life) -> Asked:
    """Everything since the first day: a fiscal year, or two years' ends."""
    last = life.first + timedelta(days=life.days - 1)
    return Asked("year") if life.first.year == last.year else Asked.dates(life.first, last)


def purged(life: Life, kept: Kept, out: Path) -> str:
    """Copied to two media and read back, then purged by order; the till opens on what is left."""
    till, copies = life.till, Copies()
    for name in ("stick-1", "stick-2"):
        (out / name).mkdir()
        done = copy(
            kept.path, Medium(out / name, name), till.disk, record=kept.record, recorded=kept.sha256, forget=seen
        )
        till.record(ev.ARCHIVE_COPY, done.body)
    for record in Reading(till.home, lambda: None).records():
        copies.record(record)
    planned = plan(till.home, [held(out / "stick-1" / kept.path.name, copies, Core(kinds=KINDS, refold=REFOLD))])
    till.record(ev.PURGE, planned.body)
    till.stop()
    gone = purge.carry_out(till.home, till.disk, planned.order)
    assert gone
    till.sleep(60_000)
    till.start()
    return f"{len(gone)} segments gone, up to record {planned.order.last_record}"


def seen(path: Path) -> None:
    """Read back from the page cache: media are tested elsewhere."""


def lived(home: Path, first: date, days: int, tickets: int, segment: int, seed: int = 1) -> Life:
    life = Life(home, first, days, tickets, segment, seed)
    life.live()
    return life
