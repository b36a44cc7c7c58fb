"""Both languages say everything, and nothing that nobody asks for."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

from collector import proof
from collector.office import proof_pdf, tills
from collector.office.words import EN, FR, WORDS

OFFICE = Path(__file__).resolve().parents[3] / "collector" / "office"
ASKED = re.compile(r"""(?:seen\.|_|(?<![.\w]))say\(\s*"([a-z_0-9]+)"[,)]""")
# Keys that are put together: states and verdicts, closings, refusals, the proof's headline.
BUILT = {
    *tills.SIGNS,
    *proof.WORST,
    *proof_pdf.HOW,
    *(f"closing_{what}" for what in ("day", "month", "year")),
    *(f"error_{status}" for status in (400, 403, 404, 503)),
    *(f"proof_{word}{why}" for word in ("complete", "incomplete", "empty") for why in ("", "_why")),
    *(f"ago_{unit}" for unit in ("days", "hours", "minutes", "now")),
    *(f"wait_{unit}" for unit in ("seconds", "minutes")),
    *(f"{what}_n" for what in ("holes", "forks", "broken", "jumps", "quarantine", "defects")),
}


def test_the_same_keys_with_the_same_gaps() -> None:
    assert list(FR) == list(EN)
    for key, text in FR.items():
        gaps = [sorted(str(part[1]) for part in Formatter().parse(each) if part[1]) for each in (text, EN[key])]
        assert gaps[0] == gaps[1], key
    assert all(text for words in WORDS.values() for text in words.values())


def test_every_key_is_asked_for_and_is_there() -> None:
    sources = [*OFFICE.rglob("*.py"), *OFFICE.rglob("*.html")]
    asked = {key for path in sources for key in ASKED.findall(path.read_text("utf-8"))} | BUILT

    assert asked - set(FR) == set()
    assert set(FR) - asked == set()


def test_no_template_holds_words_of_its_own() -> None:
    """Whatever a person reads comes from the table."""
    for path in OFFICE.rglob("*.html"):
        html = re.sub(r"\{%.*?%\}|\{\{.*?\}\}|<style.*?</style>", "", path.read_text("utf-8"), flags=re.DOTALL)
        text = re.sub(r"<[^>]*>", " ", html)
        assert set(re.findall(r"[A-Za-zÀ-ÿ]{2,}", text)) <= {"Sceau"}, path
