"""The tills' own closings, held against one another and against what the collector has added up from them. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from appliance.storage.record import Record
from appliance.sync import shop
from appliance.sync.protocol import ProtocolError
from appliance.sync.shop import ShopClosing, TillClosing


class Closings:
    """Of every chain, as its records come; the sums of the days are counted again from each Z to the next."""

    def __init__(self) -> None:
        self._all: dict[tuple[bytes, int], TillClosing] = {}
        self._days: dict[bytes, TillClosing] = {}  # each chain's last

    def take(self, records: Sequence[Record], chain_id: bytes) -> Iterator[str]:
        """What does not fit; each chain's records come in their order."""
        for record in records:
            try:
                it = shop.closing_of(record, chain_id)
            except ProtocolError as error:
                yield f"{chain_id.hex()}: {error}"
                continue
            if it is not None:
                self._all[chain_id, it.record] = it
                yield from self._followed(it) if it.level == "day" else ()

    def _followed(self, it: TillClosing) -> Iterator[str]:
        before, self._days[it.chain_id] = self._days.get(it.chain_id), it
        if before is None:
            return
        where = f"{it.chain_id.hex()}: closing {it.number} of {it.period}, record {it.record}"
        if it.number != before.number + 1:
            yield f"{where}: the one before has number {before.number}"
        if it.perpetual != before.perpetual + it.sums.total:
            yield f"{where}: {before.perpetual} and {it.sums.total} cents are not its perpetual total {it.perpetual}"
        if it.absolute != before.absolute + it.sums.sales - it.sums.refunds:
            yield f"{where}: its absolute perpetual total {it.absolute} does not follow from {before.absolute}"

    def added_up(self, it: ShopClosing) -> Iterator[str]:
        """What a shop's closing says otherwise than the tills' closings that it names."""
        found = [self._all.get((part.chain_id, part.record)) for part in it.parts]
        for part, own in zip(it.parts, found, strict=True):
            if own is None:
                yield f"till {part.till} closed with record {part.record}; that is not here"
        there = [own for own in found if own is not None]
        again = shop.closed(it.siret, it.level, it.period, there, it.missing, it.made)
        if len(there) == len(found) and again != it:
            yield "its sums are not those of the tills' own closings"
