"""A counter in a TPM 2.0 that only goes up (TCG TPM 2.0 Library, Part 1, 37.2.4; Part 3, 31.3 and 31.8).

The counter holds nothing of the till and needs no password: whoever is on the machine may push it forward, which
shows, and nobody can take it back. A counter that was removed and made again starts above the highest that
this TPM ever held, so removing it gains nothing; one that was made on another TPM starts at 1.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from appliance.ports import Loop, Lost
from appliance.tpm import DEVICE, Code, Tpm, TpmError

# TCG Registry of Reserved TPM 2.0 Handles and Localities 1.1, 2.2.2: registered to no company.
FIRST, LAST = 0x01800000, 0x01BFFFFF
SIZE = 8  # bytes of a counter, big-endian


@dataclass(frozen=True, slots=True)
class TpmOptions:
    """`path` of the TPM's device; `index` of the counter: two tills on one machine need two."""

    path: str = str(DEVICE)
    index: int = 0x01805CEA

    def __post_init__(self) -> None:
        if not FIRST <= self.index <= LAST:
            raise ValueError(f"option 'index' is {self.index:#x} and must lie between {FIRST:#x} and {LAST:#x}.")


class TpmWitness:
    """After `open` the counter has a value, and each `advance` makes it one more.

    It connects for each call and lets go: a simulated TPM serves one at a time, and the key's sealer comes in between.
    """

    Options = TpmOptions
    letter = "A"

    def __init__(self, options: TpmOptions, _loop: Loop) -> None:
        self._options = options
        self._open = False

    def open(self) -> None:
        """Finds the counter; where there is none (a first start, a TPM that was cleared or replaced) makes it."""
        with self._connected() as tpm:
            try:
                counter = self._find(tpm)
            except TpmError as error:
                if error.code != Code.HANDLE:
                    raise
                counter = self._make(tpm)
            self._begin(tpm, counter)
        self._open = True

    def read(self) -> int:
        """TPM2_NV_Read (Part 3, 31.13) with the counter's own empty password."""
        with self._counter() as (tpm, counter):
            return self._value(tpm, counter)

    def advance(self) -> int:
        """TPM2_NV_Increment: durable in the TPM when it returns."""
        with self._counter() as (tpm, counter):
            tpm.api.nv_increment(counter, auth_handle=counter)
            return self._value(tpm, counter)

    def close(self) -> None:
        self._open = False

    @contextmanager
    def _connected(self) -> Iterator[Tpm]:
        """A connection inside which what goes wrong is Lost."""
        try:
            tpm = Tpm(Path(self._options.path))
            try:
                with tpm.said():
                    yield tpm
            finally:
                tpm.close()
        except TpmError as error:
            raise Lost(f"{str(error)[0].upper()}{str(error)[1:]}.") from error

    @contextmanager
    def _counter(self) -> Iterator[tuple[Tpm, Any]]:
        if not self._open:
            raise Lost("The TPM is not open.")
        with self._connected() as tpm:
            try:
                with tpm.said():
                    yield tpm, self._find(tpm)
            except TpmError as error:
                if error.code != Code.HANDLE:
                    raise
                raise Lost(
                    f"The TPM no longer has the counter {self._options.index:#x}: it was cleared. "
                    "Restart the till, which makes a new one and records that the old one is gone."
                ) from error

    def _find(self, tpm: Tpm) -> Any:  # noqa: ANN401
        """The counter's handle; TpmError with Code.HANDLE when the TPM has no such index."""
        with tpm.said():
            found = tpm.api.tr_from_tpmpublic(self._options.index)
            public, _ = tpm.api.nv_read_public(found)
        kind, size = public.nvPublic.attributes.nt, public.nvPublic.dataSize
        if (kind, size) != (tpm.types.TPM2_NT.COUNTER, SIZE):
            raise Lost(
                f"NV index {self._options.index:#x} of the TPM is no counter: something else uses it, "
                "so give the witness another index."
            )
        return found

    def _make(self, tpm: Tpm) -> Any:  # noqa: ANN401
        """TPM2_NV_DefineSpace under the owner, whose password is empty. Nothing is written into it."""
        types = tpm.types
        bits = types.TPMA_NV
        may = bits.AUTHREAD | bits.AUTHWRITE | bits.OWNERREAD | bits.OWNERWRITE | bits.NO_DA
        public = types.TPMS_NV_PUBLIC(
            nvIndex=self._options.index,
            nameAlg=types.TPM2_ALG.SHA256,
            attributes=may | types.TPM2_NT.COUNTER << bits.TPM2_NT_SHIFT,
            dataSize=SIZE,
        )
        return tpm.api.nv_define_space(None, types.TPM2B_NV_PUBLIC(nvPublic=public))

    def _begin(self, tpm: Tpm, counter: Any) -> None:  # noqa: ANN401
        """The first increment sets the value: without it nobody could tell what the next one will be."""
        public, _ = tpm.api.nv_read_public(counter)
        if not public.nvPublic.attributes & tpm.types.TPMA_NV.WRITTEN:
            tpm.api.nv_increment(counter, auth_handle=counter)
        self._value(tpm, counter)

    def _value(self, tpm: Tpm, counter: Any) -> int:  # noqa: ANN401
        return int.from_bytes(bytes(tpm.api.nv_read(counter, SIZE, 0, auth_handle=counter)), "big")
