"""The accountant's accounts, `[accounting]` of shop.toml: one per rate, per means, two for the gaps of the drawer.

[accounting]
journal = "CA Caisse"              # code and name of the journal
cash_short = "658000 Écarts de caisse, manquants"
cash_over = "758000 Écarts de caisse, excédents"

[accounting.sales]                 # by rate in percent
"20" = "707200 Ventes de marchandises 20 %"

[accounting.vat]
"20" = "445712 TVA collectée 20 %"

[accounting.means]                 # by the label of a means
"Espèces" = "530000 Caisse"
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

from appliance.audit.export import Refusal

_ACCOUNT: Final = re.compile(r"([1-7][0-9A-Z]{2,15}) (\S[^\t|\r\n]{0,99})")
_JOURNAL: Final = re.compile(r"([0-9A-Z]{1,6}) (\S[^\t|\r\n]{0,99})")
_RATE: Final = re.compile(r"(\d{1,2})(?:[.,](\d{1,2}))?")


class Account(NamedTuple):
    """Number of the plan comptable and its name; also a journal's code and name."""

    number: str
    name: str


@dataclass(frozen=True)
class Accounts:
    """`sales` and `vat` by rate in basis points, `means` by label."""

    journal: Account
    short: Account
    over: Account
    sales: dict[int, Account]
    vat: dict[int, Account]
    means: dict[str, Account]

    def sale(self, rate: int) -> Account:
        return self._of(self.sales, rate, f'[accounting.sales] of shop.toml, line "{rate / 100:g}" = …')

    def tax(self, rate: int) -> Account:
        return self._of(self.vat, rate, f'[accounting.vat] of shop.toml, line "{rate / 100:g}" = …')

    def paid(self, label: str) -> Account:
        return self._of(self.means, label, f'[accounting.means] of shop.toml, line "{label}" = …')

    @staticmethod
    def _of(table: Any, key: int | str, where: str) -> Account:  # noqa: ANN401 - one of the three
        found: Account | None = table.get(key)
        if found is None:
            raise Refusal(f'an account is missing: add it to {where}, as "number name"')
        return found


def read(shop: Path | None) -> Accounts:
    """Raises Refusal with one sentence for the first thing that is wrong."""
    if shop is None:
        raise Refusal("the accounts are in shop.toml: name its folder with --shop")
    try:
        head = tomllib.loads((shop / "shop.toml").read_text("utf-8"))
    except OSError as error:
        raise Refusal(f"{shop / 'shop.toml'} cannot be read ({error.strerror}): name the shop's folder") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Refusal(f"{shop / 'shop.toml'} is not TOML: {error}") from error
    table = head.get("accounting")
    if not isinstance(table, dict):
        raise Refusal("shop.toml has no accounts: add a table [accounting], as docs/exports.md shows")
    return of(table)


def of(table: dict[str, Any]) -> Accounts:
    """From the table itself. Raises Refusal."""
    unknown = sorted(table.keys() - {"journal", "cash_short", "cash_over", "sales", "vat", "means"})
    if unknown:
        raise Refusal(f"[accounting] of shop.toml: {unknown[0]!r} is not known; take it out")
    return Accounts(
        _account(table, "journal", _JOURNAL),
        _account(table, "cash_short"),
        _account(table, "cash_over"),
        {_rate(key): _account(_group(table, "sales"), key) for key in _group(table, "sales")},
        {_rate(key): _account(_group(table, "vat"), key) for key in _group(table, "vat")},
        {key: _account(_group(table, "means"), key) for key in _group(table, "means")},
    )


def _group(table: dict[str, Any], name: str) -> dict[str, Any]:
    found = table.get(name, {})
    if not isinstance(found, dict):
        raise Refusal(f"[accounting.{name}] of shop.toml is no table: give it a line an account")
    return found


def _account(table: dict[str, Any], key: str, shape: re.Pattern[str] = _ACCOUNT) -> Account:
    found = shape.fullmatch(str(table.get(key, "")))
    if found is None:
        raise Refusal(
            f'[accounting] of shop.toml: {key} is {table.get(key)!r}; give "number name", like "530000 Caisse"'
        )
    return Account(found[1], found[2])


def _rate(text: str) -> int:
    found = _RATE.fullmatch(text)
    if found is None:
        raise Refusal(f'[accounting] of shop.toml: {text!r} is no rate; write it in percent, like "5.5"')
    return int(found[1]) * 100 + int((found[2] or "0").ljust(2, "0"))
