"""No witness: nothing outside the journal would notice that an older one was put back (class C)."""

from __future__ import annotations

from appliance.drivers.none import NoOptions
from appliance.ports import Loop


class NoWitness:
    Options = NoOptions
    letter = "C"

    def __init__(self, _options: NoOptions, _loop: Loop) -> None: ...

    def open(self) -> None: ...

    def read(self) -> int:
        return 0

    def advance(self) -> int:
        return 0

    def close(self) -> None: ...
