"""Who judges: the till's own check, the stranger's script, the stranger's page; each says where it is broken."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

from appliance.audit.verify import INTACT, verify
from tests.audit.checking import KINDS, REFOLD
from tests.verifier.script import stranger

CHROMIUM = Path("/usr/bin/chromium")
WORDS = {
    "authentic": "authentic",
    "coherent": "coherent, not authentic",
    "partial": "incomplete",
    "broken": "broken",
    "unreadable": "unreadable",
}


class Opinion(NamedTuple):
    """`broken`: the record or member that is named; "" for none."""

    judge: str
    said: str
    broken: str


class Judges:
    """`page` is None where there is no browser: then it says that it did not judge."""

    def __init__(self, stack: ExitStack) -> None:
        self._page = None
        if CHROMIUM.exists():
            from tests.verifier.page import officer

            self._page = stack.enter_context(officer())

    def of(self, path: Path) -> list[Opinion]:
        return [self._till(path), self._script(path), self._officer(path)]

    def _till(self, path: Path) -> Opinion:
        verdict = verify(path, "paranoid", None, REFOLD, None, KINDS, pause=lambda: None)
        where = verdict.line.split(": ")[1] if verdict.code != INTACT else ""
        return Opinion("sceau verify", verdict.line, where)

    def _script(self, path: Path) -> Opinion:
        script = stranger()
        try:
            *_, line = script.check(path, "", "")
        except script.Broken as error:
            place, why = error.args[0], error.args[1].split(" | ")[-1]
            return Opinion("sceau_verify.py", f"broken: {place}: {why}", str(place))
        return Opinion("sceau_verify.py", line.split(" | ")[-1], "")

    def _officer(self, path: Path) -> Opinion:
        if self._page is None:
            return Opinion("verifier.html", "not asked: there is no Chromium here", "")
        seen = self._page.check(path)
        return Opinion("verifier.html", f"{WORDS[seen.verdict]}{': ' if seen.where else ''}{seen.where}", seen.where)


@contextmanager
def judges() -> Iterator[Judges]:
    with ExitStack() as stack:
        yield Judges(stack)
