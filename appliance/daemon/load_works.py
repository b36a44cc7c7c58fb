"""Long work for what a stick brings: read with the shop's other files, compared, laid ready; nothing is replaced."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any, Final

from appliance.core.shop import Shop
from appliance.daemon import loading
from appliance.daemon.work import Makers, Place, Show, WorkError
from appliance.provision.bundle import FILES
from appliance.provision.whole import hashed, read_files
from appliance.storage import keys
from appliance.storage.flash import OsDisk
from appliance.storage.seal import sealer_for

NOTHING: Final = "Ni catalogue.csv ni operators.toml sur cette clé USB\u00a0: les y copier."
LARGE: Final = "Un fichier de cette clé USB est trop grand\u00a0: quatre mégaoctets au plus."
NO_MANAGER: Final = "operators.toml:1: nobody is a manager: somebody must be able to load the next one"
Row = tuple[str, str, int, int, int]


def load(place: Place, args: Sequence[str], makers: Makers, show: Show) -> dict[str, Any]:
    """`stick today`: {"faults": […], "plan": [[scope, hash, added, altered, removed]…]}."""
    stick, today = Path(args[0]), date.fromisoformat(args[1])
    own, brought = _files(place.shop), _files(stick)
    brought.pop("shop.toml", None)  # who sells is not a stick's to say
    if not {"catalogue.csv", "operators.toml"} & brought.keys():
        raise WorkError(NOTHING)
    pepper = keys.pepper(place.data, OsDisk(), sealer_for())
    before, after = read_files(own, pepper, today), read_files({**own, **brought}, pepper, today)
    if isinstance(after, list):
        return {"faults": after, "plan": []}
    if not any(person.role == "manager" for person in after.operators):
        return {"faults": [NO_MANAGER], "plan": []}
    if "operators.toml" in brought:
        brought["operators.toml"] = hashed(brought["operators.toml"], after)
    old = None if isinstance(before, list) else before
    rows = [_staged(place, scope, brought, old, after) for scope in _scopes(brought)]
    return {"faults": [], "plan": [list(row) for row in rows]}


def _scopes(brought: Mapping[str, bytes]) -> list[str]:
    """A catalogue without departments keeps the shop's own; departments alone are no catalogue."""
    return [scope for scope, names in loading.SCOPES.items() if names[0] in brought]


def _files(folder: Path) -> dict[str, bytes]:
    found = {}
    for name in FILES:
        with suppress(FileNotFoundError):
            if (folder / name).stat().st_size > loading.LONGEST:
                raise WorkError(LARGE)
            found[name] = (folder / name).read_bytes()
    return found


def _staged(place: Place, scope: str, brought: Mapping[str, bytes], before: Shop | None, after: Shop) -> Row:
    digest = loading.stage(place.data, OsDisk(), scope, loading.pack(scope, brought))
    old, new = _things(scope, before), _things(scope, after)
    both = old.keys() & new.keys()
    altered = sum(old[each] != new[each] for each in both)
    return (scope, digest.hex(), len(new.keys() - both), altered, len(old.keys() - both))


def _things(scope: str, shop: Shop | None) -> dict[str, object]:
    """By what they are known: an article's label, a person's code."""
    if shop is None:
        return {}
    if scope == "operators":
        return {person.code: person for person in shop.operators}
    return {each.label: each for each in (*shop.catalogue.articles, *shop.catalogue.departments)}


LOAD_WORKS: Final[Mapping[str, Callable[[Place, Sequence[str], Makers, Show], dict[str, Any]]]] = {"load": load}
