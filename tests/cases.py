"""One test over many cases: all of them are run, and the failure says for each that failed which it was, and why.

Parametrized, hundreds of cases that take a millisecond each cost every worker their collection, and a message each.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import pytest

SHOWN = 20  # of the cases that failed


def over(cases: Callable[[], Iterable[Sequence[Any]]]) -> Callable[[Callable[..., None]], Callable[[], None]]:
    """`cases()` gives the arguments of each; the first of them is its name."""

    def all_of(check: Callable[..., None]) -> Callable[[], None]:
        def test() -> None:
            known = list(cases())
            wrong = [said for case in known if (said := _wrong(check, case))]
            assert known
            if wrong:
                pytest.fail("\n".join((f"{len(wrong)} of {len(known)} cases:", *wrong[:SHOWN])), pytrace=False)

        # not functools.wraps: the arguments would be taken for fixtures
        test.__name__, test.__qualname__, test.__module__ = check.__name__, check.__qualname__, check.__module__
        test.__doc__ = check.__doc__
        return test

    return all_of


def _wrong(check: Callable[..., None], case: Sequence[Any]) -> str:
    try:
        check(*case)
    except (Exception, pytest.fail.Exception) as error:  # noqa: BLE001 - whatever it is, it is this case's
        line = traceback.extract_tb(error.__traceback__)[-1].lineno
        return f"{case[0]}: line {line}: {type(error).__name__}: {error}"
    return ""
