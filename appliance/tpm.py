"""A TPM 2.0 through tpm2-pytss: the only place that loads the library, which costs more than the till's whole start.

A path that is a Unix socket is a simulated TPM (swtpm, its control socket beside it under the same name and `.ctrl`);
any other is a device of the kernel. The library's own log goes nowhere: what matters is raised.
Return codes: TCG TPM 2.0 Library, Part 2, 6.6.3. One thread at a time uses a connection.
"""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import IntEnum
from pathlib import Path
from typing import Any, Final, TypeVar

DEVICE = Path("/dev/tpmrm0")  # the kernel's resource manager: it frees what a killed till left in the TPM


TRIES: Final = 3
PAUSE: Final = 0.1  # seconds
Answer = TypeVar("Answer")


class Code(IntEnum):
    """What the TPM answered, the numbers of handle, parameter and session taken out."""

    MALFORMED = -1  # the library did not send it: it is no structure of a TPM
    NONE = 0  # it did not answer
    HANDLE = 0x08B
    AUTH_FAIL = 0x08E
    BAD_AUTH = 0x0A2
    FAILURE = 0x101
    NV_SPACE = 0x14B
    LOCKOUT = 0x921


_MARSHALLING = 9  # TCG TSS 2.0 Overview and Common Structures, 2.4: the layer that a code comes from

# What is no fault of the command.
SENTENCES: dict[int, str] = {
    Code.AUTH_FAIL: "its owner has a password: take the password away, or clear the TPM before the till's first start",
    Code.FAILURE: "it is in failure mode: switch the machine off and on; if it stays so, the board is to be replaced",
    Code.LOCKOUT: "it refuses passwords for now: wait a day with the machine on, or let its owner reset the lockout",
    Code.NV_SPACE: "it has no room for another counter: remove an NV index that nothing uses",
}
SENTENCES[Code.BAD_AUTH] = SENTENCES[Code.AUTH_FAIL]


class TpmError(Exception):
    """One sentence that says what to do; `code` is what the TPM answered."""

    def __init__(self, text: str, code: int = Code.NONE) -> None:
        super().__init__(text)
        self.code = code


class Tpm:
    """An open connection; `api` is a `tpm2_pytss.ESAPI`, `types` the module with the structures."""

    def __init__(self, path: Path) -> None:
        """Raises TpmError when the library is not installed or the TPM is not there."""
        self._path = path
        wire = _wire(path)
        self.types: Any = _library()
        with self.said():
            self.api: Any = self.types.ESAPI(wire)

    @contextmanager
    def said(self) -> Iterator[None]:
        """Turns what the library raises inside into a TpmError."""
        try:
            yield
        except self.types.TSS2_Exception as error:
            layer, code = error.rc >> 16, int(error.error)
            if layer == _MARSHALLING:
                raise TpmError(f"this is nothing for a TPM: {error}", Code.MALFORMED) from error
            if layer:
                raise TpmError(f"the TPM at {self._path} does not answer ({error}): restart the machine") from error
            raise TpmError(f"the TPM at {self._path} refuses: {SENTENCES.get(code, error)}", code) from error

    def close(self) -> None:
        self.api.close()


def patiently(action: Callable[[], Answer]) -> Answer:
    """Does what may be done twice until the TPM answers, three times at most: a line may fail once, and a till whose
    key does not open stays shut."""
    for _ in range(TRIES - 1):
        try:
            return action()
        except TpmError as error:
            if error.code != Code.NONE:
                raise
            time.sleep(PAUSE)
    return action()


def _wire(path: Path) -> str:
    """The name of the transport as tpm2-tss reads it."""
    try:
        node = path.stat()
    except OSError as error:
        raise TpmError(f"there is no TPM at {path} ({error.strerror}): switch it on in the firmware's setup") from None
    if stat.S_ISSOCK(node.st_mode):
        return f"swtpm:path={path}"
    if not os.access(path, os.R_OK | os.W_OK):
        raise TpmError(f"the TPM at {path} may not be used by this user: add the till's user to the group tss")
    return f"device:{path}"


def _library() -> Any:  # noqa: ANN401  # tpm2-pytss has no types
    os.environ.setdefault("TSS2_LOG", "all+NONE")
    try:
        import tpm2_pytss
    except ImportError as error:
        raise TpmError(f"the TPM library is missing ({error}): install tpm2-pytss as setup does") from None
    return tpm2_pytss
