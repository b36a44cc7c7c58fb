"""What is published for this till and how far it has come, for the technician's page; nothing of it is a record."""

from __future__ import annotations

from appliance.core.system import Offer
from appliance.sync.pieces import Release
from appliance.sync.pointer import Pointer
from appliance.sync.releases import Published


def offer(
    published: Published | None, held: tuple[Pointer, Release] | None, done: int | None, later: Pointer | None
) -> Offer:
    """`published`: the highest that the register seen last has for this model. `held`: what is followed, of which
    `done` bytes are here, None when it lies whole; `later`: what goes to other tills first, or is not yet in time."""
    version, issued = (published.version, published.issued) if published else ("", 0)
    if later is not None and (held is None or later.rank > held[0].rank):
        return Offer(version, issued, "later", "", later.version, later.not_before, share=later.width)
    if held is None:
        return Offer(version, issued)
    it, release = held
    stage = "whole" if done is None else "fetching"
    return Offer(version, issued, stage, release.version, it.version, it.not_before, done or 0, release.size)
