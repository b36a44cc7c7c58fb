"""A shop: who sells, with which means of payment, by whose hands."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, cast

from appliance.core.catalogue import Catalogue
from appliance.core.event import Value


@dataclass(frozen=True, slots=True)
class Identity:
    """The mentions of MEN-01 that name the seller. Recorded by value; printed as they were."""

    name: str
    address: tuple[str, ...]
    siret: str
    naf: str
    vat_number: str
    vat_regime: str  # real | franchise
    footer: tuple[str, ...] = ()

    def body(self) -> Value:
        address, footer = list[Value](self.address), list[Value](self.footer)
        return [self.name, address, self.siret, self.naf, self.vat_number, self.vat_regime, footer]

    @staticmethod
    def of(value: Value) -> Identity:
        name, address, siret, naf, vat_number, regime, footer = cast("list[Any]", value)
        return Identity(name, tuple(address), siret, naf, vat_number, regime, tuple(footer))


@dataclass(frozen=True, slots=True)
class Means:
    """A means of payment as data. `over`: what a sum above what is due does."""

    label: str
    kind: str  # cash | card | cheque | meal-voucher | voucher
    over: str = "refuse"  # change | refuse | forfeit
    drawer: bool = False

    def body(self) -> Value:
        return [self.label, self.kind, self.over, 1 if self.drawer else 0]

    @staticmethod
    def of(value: Value) -> Means:
        label, kind, over, drawer = cast("list[Any]", value)
        return Means(label, kind, over, bool(drawer))


@dataclass(frozen=True, slots=True)
class Operator:
    """`nfc`, `barcode` and `pin` are keyed hashes (GDP-04), b"" when there is none."""

    code: str
    name: str
    role: str  # cashier | manager | trainee | technician | inspector
    nfc: bytes = b""
    barcode: bytes = b""
    pin: bytes = b""
    language: str = "fr"  # of the screens while this person stands there; no record holds it
    gone: tuple[bytes, ...] = ()  # the badges that the files name, when a record has taken them away or given another

    def body(self) -> Value:
        return [self.code, self.name, self.role]


@dataclass(frozen=True)
class Shop:
    identity: Identity
    till: str
    means: tuple[Means, ...]
    operators: tuple[Operator, ...]
    catalogue: Catalogue = field(compare=False)
    rates: tuple[int, ...] = ()
    timezone: str = "Europe/Paris"
    territory: str = "metropole"
    fiscal_year_start: int = 1  # month
    day_pivot: int = 0  # hour
    terminals: tuple[str, ...] = ()  # serial numbers of the card terminals (PAY-07)
    later: str = "duplicate"  # | original: the first paper asked for after "no print" (TIC-04)
    signature: str = field(default="ed25519", compare=False)  # of strings; read only before there is a journal
    language: str = field(default="fr", compare=False)  # of the locked screen; no record holds it

    def config(self) -> dict[int, Value]:
        """What a `config` record keeps by value."""
        return {
            1: self.identity.body(),
            2: [m.body() for m in self.means],
            3: [o.body() for o in self.operators],
            4: list[Value](self.rates),
            5: self.timezone,
            6: self.territory,
            7: self.fiscal_year_start,
            8: self.day_pivot,
            9: list[Value](self.terminals),
            10: self.later,
        }

    @property
    def bilingual(self) -> bool:
        """Whether anybody here reads English: then the locked screen offers both languages."""
        return "en" in (self.language, *(o.language for o in self.operators))

    def operator(self, code: str) -> Operator | None:
        return next((o for o in self.operators if o.code == code), None)
