"""No sentence for a person without its English: every text in the sources of the screens is in the catalogue."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from appliance.language.catalogue import HOLE, english_catalogue, entries
from tests.cases import over

ROOT = Path(__file__).resolve().parents[2]
CORE = ROOT / "appliance" / "core"
DAEMON = ROOT / "appliance" / "daemon"
DISPLAY = ROOT / "appliance" / "display"

# What these say stands on paper, in records, in archives or in a log, never on a screen.
PAPER_AND_RECORDS = {
    "event.py",
    "jet.py",
    "law.py",
    "layout.py",
    "receipt.py",
    "refold.py",
    "refold_upkeep.py",
    "territory.py",
    "report.py",
    "signed.py",
    "snapshot.py",
    "words.py",  # days and months: appliance/language/holes.py
    "witness.py",  # its two sentences are why a record of a defect was made
}
# The daemon speaks to a cashier in these; elsewhere to whoever reads a log or types a command, in English.
SPEAKING = ("refusal.py", "worker.py", "works.py")
# Texts that no screen shows.
RECORDED = {
    "après une coupure",  # why a copy was printed: on the copy
    "clôture automatique",
    "contrôle fiscal ouvert",  # a line of the JET
    "copie des archives demandée",
    "écriture d'essai",  # a line of the JET
    "document de contrôle demandé",
    "fin du mode école",
    "journée ouverte sans archive copiée",
    "mise à jour installée avant l'envoi de {} enregistrements",
    "les sommes de la journée ne concordent pas",
    "quantité corrigée",
    "vérification demandée",
    "Archive impossible.",  # why no archive was made: a record
    "Lui lire la ligne ci-dessus.",  # a till that does not start has not read who works here: it speaks French
    "Ne rien encaisser, appeler le technicien.",
    "ticket {} du ticket {} {}",  # a line of the JET
    "demande du client",
    "ticket coupé",
    "ticket vide",  # why a sale was given up: a record
    "clean stop",  # how a start is recorded
    "first start",
    "power cut",
    "day automatic",
    "ABCDEFGH",  # the letters of the rates, on paper
    "Europe/Paris",
    "{}: the child ended without an answer: {}\n",  # a line of the log
    "Recent({}, {})",
    "RGB",  # forms of a picture
    "BGRX",
    "RGBX",
    "pad ground",  # a part of a frame
    "Rendu",  # the label of a payment, in the ticket and on paper
}
# Sentences are made of these.
PIECES = {
    "1 archive copiée et relue",
    "2 archives copiées et relues",
    "archive copiée et relue",
    "1 archive vérifiée",
    "2 archives vérifiées",
    "archive vérifiée",
    "écriture sûre",
    "plus de 100",
}
# What stands in these is shown, however it looks.
SHOWN = {"Key", "Fact", "MenuColumn", "TicketRow", "DeviceRow", "PickRow", "Choice"}
WORD = re.compile(r"[^\W\d_]{3}")


def modules() -> list[Path]:
    """Of the display all but its words, which are in both languages, and what sets letters."""
    spoken = (path for path in CORE.rglob("*.py") if path.name not in PAPER_AND_RECORDS and path.parent.name != "folds")
    drawn = (path for path in DISPLAY.rglob("*.py") if path.name not in ("words.py", "text.py"))
    return sorted([*spoken, *drawn, *(DAEMON / name for name in SPEAKING)])


def silent(tree: ast.Module) -> Iterator[ast.AST]:
    """What is no text for a person: docstrings, types, the reasons of exceptions but of those that a screen shows."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield node.value
        elif isinstance(node, ast.Raise) and "WorkError" not in ast.unparse(node):
            yield from ast.walk(node)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "cast":
            yield from ast.walk(node.args[0])
        elif isinstance(node, ast.FormattedValue) and node.format_spec:
            yield from ast.walk(node.format_spec)
        elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            yield from ast.walk(node.value)


def texts(path: Path) -> Iterator[tuple[int, str]]:
    """Line and text of each literal; what is put into a text shows as `{}`."""
    tree = ast.parse(path.read_text("utf-8"))
    skipped = {id(node) for node in silent(tree)}
    for node in ast.walk(tree):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.JoinedStr):
            parts = [each.value if isinstance(each, ast.Constant) else "{}" for each in node.values]
            skipped |= {id(each) for each in node.values if isinstance(each, ast.Constant)}
            yield node.lineno, "".join(str(part) for part in parts)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value


def shown(path: Path) -> Iterator[tuple[int, str]]:
    """Line and text of what is given to a key, a fact, a row, or counted: also a small word without an accent."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        name = node.func.attr if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) else ""
        name = node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else name
        if isinstance(node, ast.Call) and name == "counted":
            yield from ((node.lineno, f"{n} {text}") for n, each in enumerate(node.args) for text in literals(each))
        elif isinstance(node, ast.Call) and name in SHOWN:
            yield from ((node.lineno, text) for each in node.args for text in literals(each))


def literals(node: ast.expr) -> Iterator[str]:
    """The texts that an expression may be."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and WORD.search(node.value):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from (*literals(node.body), *literals(node.orelse))


def for_a_person(text: str) -> bool:
    """Words with an accent, a capital at the start, or a space: no name of the program looks so."""
    plain = text.replace("{}", "")
    looks = plain[:1].isupper() or not plain.isascii() or " " in plain.strip()
    return bool(WORD.search(plain)) and looks and "%d" not in text


def known(text: str) -> bool:
    """Whether an entry says this text, or one that it becomes or is put into when holes are filled."""
    plain = text.replace("\u00a0", " ").strip(" ,")
    if "{" not in plain and english_catalogue().say(text) is not None:
        return True
    shape = re.sub(r"\\\{[\d:a-z]*\\\}", ".*", re.escape(plain))
    whole = re.compile(rf"(?<!\w){shape}(?!\w)")
    return any(whole.search(french) for french in entries() if HOLE.search(french) or "{" in plain)


@over(lambda: ((path,) for path in modules()))
def test_every_sentence_has_its_english(path: Path) -> None:
    """Else an English cashier reads French: add it to appliance/language/english.toml."""
    said = [*((line, text) for line, text in texts(path) if for_a_person(text)), *shown(path)]

    assert [f"{line}: {text}" for line, text in said if text not in RECORDED | PIECES and not known(text)] == []


def test_the_exceptions_are_still_there() -> None:
    """A text that no source holds any more needs no exception."""
    held = {text for path in modules() for _, text in (*texts(path), *shown(path))}

    assert (RECORDED | PIECES) - held == set()


def test_a_new_sentence_is_seen(tmp_path: Path) -> None:
    """The test above can fail: neither a new sentence nor a new word passes, with a hole or small."""
    for text in ("Vider le bac.", "Bac {} vidé"):
        assert for_a_person(text)
        assert not known(text)
    (tmp_path / "new.py").write_text('Key("bac" if full else "tiroir", None)\ncounted(n, "bac")\n', "utf-8")

    assert [text for _, text in shown(tmp_path / "new.py")] == ["bac", "tiroir", "1 bac"]
    assert not known("bac")
    assert not known("1 bac")
