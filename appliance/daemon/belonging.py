"""A journal belongs to one enterprise: a shop folder of another one is never sold with on its chain (CON-04)."""

from __future__ import annotations

from appliance.core.ledger import Ledger
from appliance.core.shop import Shop
from appliance.daemon.keeping import StartError
from appliance.provision.identity import siren


def belong(ledger: Ledger, shop: Shop) -> None:
    """Raises StartError; an empty journal belongs to nobody yet."""
    if ledger.outfit.retired:
        why = f"this till was retired (record {ledger.outfit.retired})"
        raise StartError(f"{why}: give sceau provision decommission again, it makes the machine blank")
    if ledger.siret and siren(ledger.siret) != siren(shop.identity.siret):
        raise StartError(
            f"shop.toml names SIREN {siren(shop.identity.siret)}, this till's journal is of {siren(ledger.siret)}: "
            "retire it first (sceau provision decommission)"
        )
