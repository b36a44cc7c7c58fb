"""French words for dates, times and roles."""

from __future__ import annotations

from datetime import date, datetime

DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
MONTHS = (
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
)
SHORT_MONTHS = ("janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc.")
ROLES = {
    "cashier": "caisse",
    "manager": "responsable",
    "trainee": "en formation",
    "technician": "technique",
    "inspector": "contrôle fiscal",
}


def long_date(moment: datetime) -> str:
    """`samedi 21 novembre`."""
    return f"{DAYS[moment.weekday()]} {moment.day} {MONTHS[moment.month - 1]}"


def month_name(name: str) -> str:
    """`novembre 2026` of `2026-11`."""
    return f"{MONTHS[int(name[5:7]) - 1]} {name[:4]}"


def short_date(moment: datetime) -> str:
    """`sam. 21 nov.`."""
    return f"{DAYS[moment.weekday()][:3]}. {moment.day} {SHORT_MONTHS[moment.month - 1]}"


def paper_date(day: date) -> str:
    """`21/11/2026`."""
    return f"{day.day:02d}/{day.month:02d}/{day.year:04d}"


def paper_time(moment: datetime) -> str:
    """`21/11/2026 12:34:07`."""
    return f"{paper_date(moment.date())} {moment:%H:%M:%S}"


def clock(moment: datetime) -> str:
    return f"{moment:%H:%M}"


def counted(number: int, singular: str, plural: str = "") -> str:
    """`1 ligne`, `8 lignes`; French says zero in the singular."""
    return f"{number} {singular if number < 2 else plural or singular + 's'}"


def copied(ticket: int) -> str:
    """Of a stick that holds what the collector will want; 0 before the first ticket."""
    return f"Enregistré et copié jusqu'au ticket {ticket:06d}" if ticket else "Enregistré et copié"
