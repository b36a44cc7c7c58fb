"""Two journals of one chain: where they part, found by comparing the heads record by record."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from appliance.audit.source import Broken, Source, Unreadable
from appliance.audit.walk import Walk
from appliance.storage import chain
from appliance.storage.segment import SegmentError


class Fork(NamedTuple):
    """`seq`: the first record after which the two heads differ."""

    chain_id: bytes
    seq: int
    one: bytes
    other: bytes


def genesis_of(source: Source) -> bytes | None:
    """What the headers name as head_0; None when the first one cannot be read."""
    number = source.trusted or 1
    if number not in source.numbers():
        return None
    try:
        with source.folder.reading(number) as it:
            header = it.header()
    except (SegmentError, OSError):
        return None
    return header.genesis if header else None


def compare(one: Source, other: Source) -> Fork | None:
    """None when they are of two chains, or when neither says anything that the other denies."""
    genesis = genesis_of(one)
    if genesis is None or genesis != genesis_of(other):
        return None
    for (seq, here), (_, there) in _together(_heads(one), _heads(other)):
        if here != there:
            return Fork(chain.chain_id(genesis), seq, here, there)
    return None


Heads = Iterator[tuple[int, bytes]]


def _together(one: Heads, other: Heads) -> Iterator[tuple[tuple[int, bytes], tuple[int, bytes]]]:
    """Pairs with the same number; a segment alone begins later than the journal it is held against."""
    here, there = next(one, None), next(other, None)
    while here and there:
        if here[0] == there[0]:
            yield here, there
        step_one, step_other = here[0] <= there[0], there[0] <= here[0]
        here = next(one, None) if step_one else here
        there = next(other, None) if step_other else there


def _heads(source: Source) -> Heads:
    """(number, head after it) of each record up to the first that does not follow."""
    walk = Walk(source, decoding=False, pause=lambda: None)
    try:
        for step in walk.steps():
            head = step.frame.prev_head
            for seq, data in enumerate(step.frame.records, step.frame.first_seq):
                head = chain.link(head, data)
                yield seq, head
    except (Broken, Unreadable, OSError):
        return
