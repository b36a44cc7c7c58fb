"""Opening and closing the day, cash movements, the drawer."""

from __future__ import annotations

from appliance.core import words
from appliance.core.act import Act
from appliance.core.day import Day
from appliance.core.instant import Instant
from appliance.core.money import NBSP, euros, figure, note
from appliance.core.scenes.header import BACK, header, moment
from appliance.core.scenes.software import offers
from appliance.core.session import DRAWER_REASONS, IN_REASONS, OUT_REASONS, counted
from appliance.core.turn import State
from appliance.core.ui import DENOMINATIONS
from appliance.core.vat import percent
from appliance.core.view import (
    CountView,
    Denomination,
    EntryView,
    Fact,
    Key,
    MessageView,
    Section,
    SummaryView,
)

NOTES = 7  # of the denominations, the first seven are notes
NOTHING = "–"


def opening(state: State, at: Instant) -> EntryView:
    ledger = state.ledger
    amount = ledger.last_float if state.ui.fresh else int(state.ui.typed or "0")
    return EntryView(
        header(state, at),
        "Ouvrir la journée",
        "open-day",
        "Fond de caisse",
        euros(amount),
        Key("Ouvrir la caisse", Act("next")),
        Key("Plus", Act("go", "more"), icon="dots"),
        _last(state),
        beside=offers(state),
    )


def _last(state: State) -> tuple[Fact, ...]:
    ledger = state.ledger
    number, t, tz = ledger.last_close
    closed = words.paper_time(moment(t, tz))[:16] if number else "aucune"
    return (
        Fact("Journée", str(ledger.day_number + 1)),
        Fact("Dernière clôture", f"Z n° {number}, {closed}" if number else closed),
        Fact("Compté à la clôture", euros(ledger.last_float) if number else NOTHING),
        Fact("Prochain ticket", f"{ledger.ticket_number + 1:06d}"),
    )


def movement(state: State, at: Instant) -> EntryView:
    incoming = state.ui.screen == "cash-in"
    reasons = IN_REASONS if incoming else OUT_REASONS
    typed = int(state.ui.typed or "0")
    return EntryView(
        header(state, at),
        "Entrée d'argent" if incoming else "Sortie d'argent",
        state.ui.screen,
        "Somme",
        euros(typed),
        Key("Ouvrir le tiroir", Act("next") if typed else None),
        BACK,
        (),
        tuple(Key(text.capitalize(), Act("choose", n)) for n, text in enumerate(reasons)),
        state.ui.choice,
        state.ui.refusal,
    )


def drawer(state: State, at: Instant) -> MessageView:
    keys = tuple(Key(text.capitalize(), Act("drawer", text)) for text in DRAWER_REASONS)
    back = Key("Retour", Act("go", ""))
    return MessageView(header(state, at), "Ouvrir le tiroir", ("Pour quelle raison\u00a0?",), "", (*keys, back), False)


def count(state: State, at: Instant) -> CountView:
    ui = state.ui
    rows = tuple(_denomination(n, ui.counts[n], n == ui.field) for n in range(len(DENOMINATIONS)))
    value = DENOMINATIONS[ui.field]
    follow = DENOMINATIONS[(ui.field + 1) % len(DENOMINATIONS)]
    kind = "Billets" if ui.field < NOTES else "Pièces"
    return CountView(
        header(state, at),
        "étape 1 sur 2",
        rows[:NOTES],
        rows[NOTES:],
        euros(counted(ui.counts)),
        f"{kind} de {note(value)}",
        str(ui.counts[ui.field]),
        Key(f"Suivant\u00a0: {note(follow)}", Act("follow")),
        Key("Voir le bilan", Act("next")),
        BACK,
    )


def _denomination(n: int, number: int, current: bool) -> Denomination:
    value = DENOMINATIONS[n]
    amount = figure(value * number) if number else NOTHING
    return Denomination(note(value), str(number), amount, current, Act("field", n))


def summary(state: State, at: Instant) -> SummaryView:
    day = state.ledger.day
    if day is None:
        raise ValueError("no day is open")
    total = counted(state.ui.counts)
    gap = total - day.expected
    sentence = "Le compte est bon" if gap == 0 else "Il manque" if gap < 0 else "Il y a de trop"
    return SummaryView(
        header(state, at),
        "étape 2 sur 2",
        "Bilan de la journée",
        sections(day),
        _drawer(day, total),
        sentence,
        euros(abs(gap)) if gap else "",
        gap == 0,
        f"L'écart sera enregistré avec le Z n° {day.number}." if gap else f"Z n° {day.number}",
        Key("Recompter", Act("back")),
        Key("Clôturer et imprimer le Z", Act("next")),
    )


def sections(day: Day) -> tuple[Section, ...]:
    totals, traces = day.totals, day.traces
    tickets = words.counted(totals.tickets - totals.refund_count, "ticket")
    vat = tuple((percent(r.rate).replace(" ", NBSP), figure(r.ht), figure(r.vat), figure(r.ttc)) for r in totals.vat)
    means = tuple((row.label, str(row.count), figure(row.amount)) for row in totals.means)
    return (
        Section("Ventes du jour", (), ((tickets, euros(totals.total)),)),
        Section("TVA", ("HT", "TVA", "TTC"), vat),
        Section("Moyens de paiement", (), means),
        Section(
            "Traces",
            (),
            (
                ("Lignes annulées", str(traces.void_lines)),
                ("Ouvertures de tiroir sans vente", str(traces.drawer)),
                ("Réimpressions", str(traces.duplicates)),
            ),
        ),
    )


def _drawer(day: Day, total: int) -> tuple[Fact, ...]:
    facts = [Fact("Fond du matin", euros(day.float)), Fact("Espèces reçues", euros(day.totals.cash))]
    if day.cash_in:
        facts.append(Fact("Entrées de caisse", euros(day.cash_in)))
    if day.cash_out:
        facts.append(Fact("Sorties de caisse", euros(-day.cash_out)))
    return (*facts, Fact("Attendu", euros(day.expected), True), Fact("Compté", euros(total), True))
