"""The keys that a journal names: a manifest may be signed by one that came after its archive's last segment."""

from __future__ import annotations

from appliance.audit.source import Broken, Source, Unreadable
from appliance.audit.walk import Walk
from appliance.storage import rotation


def keys_of(source: Source) -> frozenset[bytes]:
    """Of every segment whose chain holds, and of each `key` record; up to where it is broken."""
    keys: set[bytes] = set()
    try:
        for step in Walk(source, decoding=False, pause=lambda: None).steps():
            keys.add(step.header.key)
            keys |= {new for data in step.frame.records if (new := rotation.announced(data))}
    except (Broken, Unreadable):
        pass
    return frozenset(keys)
