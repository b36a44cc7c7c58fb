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
    """After `open` the counter has a value, and each `advance` makes it one more."""

    Options = TpmOptions
    letter = "A"

    def __init__(self, options: TpmOptions, _loop: Loop) -> None:
        self._options = options
        self._tpm: Tpm | None = None
        self._counter: Any = None

    def open(self) -> None:
        """Finds the counter; where there is none (a first start, a TPM that was cleared or replaced) makes it."""
        self.close()
        with self._lost():
            self._tpm = Tpm(Path(self._options.path))
            self._counter = self._find(self._tpm) or self._make(self._tpm)
            self._begin(self._tpm)

    def read(self) -> int:
        """TPM2_NV_Read (Part 3, 31.13) with the counter's own empty password."""
        tpm = self._connected()
        with self._lost(), tpm.said():
            return int.from_bytes(bytes(tpm.api.nv_read(self._counter, SIZE, 0, auth_handle=self._counter)), "big")

    def advance(self) -> int:
        """TPM2_NV_Increment: durable in the TPM when it returns."""
        tpm = self._connected()
        with self._lost(), tpm.said():
            tpm.api.nv_increment(self._counter, auth_handle=self._counter)
        return self.read()

    def close(self) -> None:
        if self._tpm:
            self._tpm.close()
        self._tpm = self._counter = None

    def _find(self, tpm: Tpm) -> Any:  # noqa: ANN401
        """The counter's handle, None when the TPM has no such index."""
        try:
            with tpm.said():
                found = tpm.api.tr_from_tpmpublic(self._options.index)
                public, _ = tpm.api.nv_read_public(found)
        except TpmError as error:
            if error.code == Code.HANDLE:
                return None
            raise
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
        with tpm.said():
            return tpm.api.nv_define_space(None, types.TPM2B_NV_PUBLIC(nvPublic=public))

    def _begin(self, tpm: Tpm) -> None:
        """The first increment sets the value: without it nobody could tell what the next one will be."""
        with tpm.said():
            public, _ = tpm.api.nv_read_public(self._counter)
            if not public.nvPublic.attributes & tpm.types.TPMA_NV.WRITTEN:
                tpm.api.nv_increment(self._counter, auth_handle=self._counter)

    def _connected(self) -> Tpm:
        if self._tpm is None:
            raise Lost("The TPM is not open.")
        return self._tpm

    @contextmanager
    def _lost(self) -> Iterator[None]:
        try:
            yield
        except TpmError as error:
            if error.code == Code.HANDLE:
                raise Lost(
                    f"The TPM no longer has the counter {self._options.index:#x}: it was cleared. "
                    "Restart the till, which makes a new one and records that the old one is gone."
                ) from error
            raise Lost(f"{str(error)[0].upper()}{str(error)[1:]}.") from error
