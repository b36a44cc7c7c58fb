"""Tables that are written one after the other and filled all at once: a draft each, in memory that does not grow."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import IO

_CHUNK = 1 << 16


class Spool:
    """A nameless file a table in `folder`, gone when the `with` ends."""

    def __init__(self, folder: Path, tables: Iterable[str]) -> None:
        self._folder, self._tables = folder, tuple(tables)
        self._open = ExitStack()
        self._files: dict[str, IO[bytes]] = {}

    def __enter__(self) -> Spool:
        for table in self._tables:
            file = tempfile.TemporaryFile(dir=self._folder)
            self._files[table] = self._open.enter_context(file)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._open.close()

    def add(self, table: str, text: str) -> None:
        # If we stop here, a nameless draft is lost with its process: nothing is left on the medium.
        self._files[table].write(text.encode())

    def pour(self, table: str, into: Callable[[bytes], object]) -> None:
        for chunk in self._chunks(table):
            into(chunk)

    def _chunks(self, table: str) -> Iterator[bytes]:
        file = self._files[table]
        file.seek(0)
        while chunk := file.read(_CHUNK):
            yield chunk
