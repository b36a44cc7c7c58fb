"""What holds the journal, and what vouches for it: for the technician, and for who asks how long nobody vouched."""

from __future__ import annotations

from appliance.core import words
from appliance.core.act import Act
from appliance.core.input import MediumSaid
from appliance.core.instant import Instant
from appliance.core.scenes.header import header, moment
from appliance.core.turn import State
from appliance.core.view import ErrorsView, Fact, Key

MOUNT = {
    "kind": "système de fichiers non éprouvé\u00a0: ext4 est attendu",
    "partition": "pas de partition à elle\u00a0: d'autres l'usent et la remplissent",
    "block": "blocs d'une autre taille que 4 096 octets",
    "atime": "noatime manque\u00a0: 12 Ko de plus par lecture",
    "commit": "commit=3600 manque\u00a0: 12,8 Ko par acte au lieu de 0,5",
    "errors": "errors=remount-ro manque\u00a0: écrirait sur une mémoire abîmée",
    "ro": "en lecture seule\u00a0: rien ne peut être vendu",
    "barrier": "nobarrier\u00a0: une coupure perd des ventes payées",
    "data": "data=journal\u00a0: 18 Ko et 3 écritures par acte",
}
ENDS = ("", "réserve normale", "réserve presque épuisée", "réserve épuisée, la remplacer")
KIB, MIB, HOUR, DAY = 1024, 1024**2, 3_600_000, 86_400_000


def view(state: State, at: Instant) -> ErrorsView:
    facts = (*_medium(state.medium), *_wear(state), *_witness(state, at), *_carried(state), *_journal(state))
    return ErrorsView(header(state, at), "Mémoire et témoin", facts[:10], Key("Retour", Act("go", "technician")))


def _medium(said: MediumSaid | None) -> tuple[Fact, ...]:
    if said is None:
        return ()
    life = f"usée à {said.used} % au plus" if said.used is not None else "ne dit rien de son usure"
    end = f", {ENDS[said.end]}" if 0 < said.end < len(ENDS) else ""
    years = f", encore {said.years if said.years < 100 else 'plus de 100'} ans" if said.years is not None else ""
    mounts = tuple(Fact("Montage", MOUNT.get(fault, fault)) for fault in said.faults[:3])
    return Fact("Mémoire", f"{said.name}\u00a0: {life}{end}{years}"), *(mounts or (Fact("Montage", "en ordre"),))


def _wear(state: State) -> tuple[Fact, ...]:
    """Since birth with what is not recorded yet, and of the day that runs."""
    worn, meter, before = state.ledger.worn, state.meter, state.metered
    now = (meter.bytes - before.bytes, meter.flushes - before.flushes) if meter else (0, 0)
    return (
        Fact("Écrit en tout", _written(worn.bytes + now[0], worn.flushes + now[1])),
        Fact("Depuis la clôture", _written(*now)),
    )


def _written(size: int, flushes: int) -> str:
    text = f"{size / MIB:.1f} Mo" if size >= MIB else f"{size // KIB} Ko"
    return f"{text.replace('.', ',')} en {words.counted(flushes, 'écriture sûre', 'écritures sûres')}"


def _witness(state: State, at: Instant) -> tuple[Fact, ...]:
    said, now = state.ledger.witness, max(at.t + state.ledger.offset, state.ledger.t)
    if said.letter == "C":
        return Fact("Témoin", "classe C\u00a0: aucun"), Fact(
            "Sans témoin", f"depuis la mise en service, {_lasted(now - said.t)}"
        )
    last = "jamais lu" if said.counter is None else f"compteur {said.counter}"
    gone = "" if state.witness is not None else ", ne répond pas"
    return (
        Fact("Témoin", f"classe {said.letter}, {last}{gone}"),
        Fact("Sans témoin", f"{_lasted(said.unwitnessed(now))} au plus"),
    )


def _lasted(ms: int) -> str:
    if ms >= 2 * DAY:
        return f"{ms // DAY} jours"
    return f"{ms // HOUR} h {ms % HOUR // 60_000:02d}"


def _carried(state: State) -> tuple[Fact, ...]:
    if state.carried.fault:
        return (Fact("Clé USB", state.carried.fault),)
    return (Fact("Clé USB", words.copied(state.carried.ticket)),) if state.carried.next_seq else ()


def _journal(state: State) -> tuple[Fact, ...]:
    ledger = state.ledger
    closed = ledger.last_close
    when = f"Z n° {closed[0]}, {words.paper_time(moment(closed[1], closed[2]))}" if closed[0] else "aucune"
    return Fact("Actes", f"{ledger.seq} enregistrés"), Fact("Dernière clôture", when)
