"""Articles and departments: what the counter can ring. Read at the opening of the day, never looked up afterwards."""

from __future__ import annotations

from dataclasses import dataclass, field

from appliance.core.barcode import canonical


@dataclass(frozen=True, slots=True)
class Article:
    """`price` in cents incl. tax a unit, None for a free price; `rate` in basis points."""

    label: str
    price: int | None
    rate: int
    code: str = ""
    category: str = ""
    nature: str = "goods"  # goods | service
    unit: str = "piece"  # piece | kg | l | h
    warranty: bool = False
    page: int = 0  # 1.. on the grid of its category, 0: not on the grid
    position: int = 0


@dataclass(frozen=True)
class Catalogue:
    """Articles in the order of the file, then departments (free price)."""

    articles: tuple[Article, ...] = ()
    departments: tuple[Article, ...] = ()
    by_code: dict[str, Article] = field(init=False, repr=False, compare=False)
    by_label: dict[str, Article] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_code", {canonical(a.code): a for a in self.articles if a.code})
        everything = self.articles + self.departments
        object.__setattr__(self, "by_label", {a.label: a for a in reversed(everything)})

    @property
    def categories(self) -> tuple[str, ...]:
        """In the order in which the file names them first."""
        return tuple(dict.fromkeys(a.category for a in self.articles if a.category))

    def find(self, code: str) -> Article | None:
        return self.by_code.get(canonical(code))
