"""What may go wrong around the files that a till keeps, said before it starts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from appliance.storage.seal import SealError


class StartError(Exception):
    """The till cannot start; the text is one sentence that says what to do."""


@contextmanager
def keeping(data: Path) -> Iterator[None]:
    """Around what makes or reads sealed files: what goes wrong is a StartError."""
    try:
        yield
    except SealError as error:
        raise StartError(f"{data}: no key can be sealed ({error})") from error
    except PermissionError as error:
        raise StartError(f"{data}: not writable; give the till its own data folder (--data or data = …)") from error
    except (FileExistsError, NotADirectoryError) as error:
        raise StartError(f"{data}: a file stands in its way; give the till a data folder that it can write") from error
    except OSError as error:
        raise StartError(f"{data}: {error.strerror}; give the till a data folder that it can write") from error
