"""Exports: what leaves the till for an officer, an accountant, a platform. One file, and what the JET keeps of it.

A format is a name and the function that writes it, `"module:function"`, loaded when it is asked for. The normed format
of restitution (law 2026-534, article 87), which nobody has published yet, will be one more line of `FORMATS`: a
function `write(source: Source, file: BinaryIO) -> None` that reads `source.records()` as often as it likes and raises
`Refusal` with one sentence when it will not write.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple, Protocol, cast

from appliance.audit import file
from appliance.audit.reading import Period, Reading
from appliance.audit.source import Broken, Unreadable
from appliance.core import event as ev
from appliance.storage.record import Record, Value

SALES, ACCOUNTING, ACCOUNTANT = 110, 180, 290  # JET codes: sales data, accounting file, exchange with the accountant


class Format(NamedTuple):
    """`target`: "module:function". `code`: of the JET. `suffix` of its file; `about` is for the command's help."""

    target: str
    code: int
    suffix: str
    about: str


FORMATS: Final[dict[str, Format]] = {
    "csv": Format("appliance.audit.export_csv:write", SALES, ".zip", "a ZIP of CSV files, decimal comma"),
    "json": Format("appliance.audit.export_json:write", SALES, ".json", "one JSON object, a list a table"),
    "xml": Format("appliance.audit.export_xml:write", SALES, ".xml", "one XML document"),
    "xlsx": Format("appliance.audit.export_xlsx:write", SALES, ".xlsx", "a workbook, a sheet a table"),
    "fec": Format("appliance.audit.accounting:write", ACCOUNTING, ".txt", "the accountant's file, an entry a Z"),
    "ereporting": Format("appliance.audit.ereporting:write", SALES, ".json", "flux 10.3 and 10.4, as JSON"),
    "ereporting-xml": Format("appliance.audit.ereporting:write_xml", SALES, ".xml", "the same as XML"),
}


class Refusal(Exception):
    """Nothing is written; the text is one sentence that says what to do."""


class Mismatch(Refusal):
    """The journal's own sums do not agree."""


class Recorder(Protocol):
    """Where an act is recorded: the daemon's `step`, or the journal of a till that does not run."""

    def record(self, kind: int, body: dict[int, Value]) -> int:
        """Returns the record's seq once it is durable."""


@dataclass(frozen=True)
class Source:
    """What a format is written from. `shop`: the folder of shop.toml, for the accounts. `scratch`: for its drafts."""

    reading: Reading
    period: Period
    shop: Path | None
    scratch: Path

    def records(self) -> Iterator[Record]:
        """From the first on, every one proven. Raises Broken where the chain ends."""
        yield from self.reading.records()
        if self.reading.broken:
            raise self.reading.broken


class Exported(NamedTuple):
    """`record`: the seq of the act that keeps it, None when no recorder was given."""

    path: Path
    sha256: str
    code: int
    text: str
    record: int | None

    @property
    def body(self) -> dict[int, Value]:
        """Of the `jet` record."""
        return {1: self.code, 2: self.text, 3: None}


def export(
    data: Path,
    name: str,
    period: Period,
    out: Path,
    *,
    shop: Path | None = None,
    recorder: Recorder | None = None,
    formats: Mapping[str, Format] = FORMATS,
) -> Exported:
    """Writes `out` whole, then records that it was.

    Raises Refusal, Broken, Unreadable, and ValueError for a body that does not fit its kind: then there is no file.
    """
    chosen = formats.get(name)
    if chosen is None:
        raise Refusal(f"{name!r} is no format: use {', '.join(formats)}")
    source = Source(Reading(data), period, shop, out.parent)
    try:
        sha256 = file.make(out, lambda into: _writer(chosen)(source, into))
    except (KeyError, TypeError, IndexError, AttributeError) as error:
        raise ValueError(f"the body of a record does not fit its kind ({error!r})") from error
    text = f"{name} {period.first or '…'}/{period.last or '…'} sha256 {sha256}"
    made = Exported(out, sha256, chosen.code, text, None)
    # If we stop here, the file is there and the journal does not say so: it is made and recorded again.
    return made._replace(record=recorder.record(ev.JET, made.body)) if recorder else made


def _writer(chosen: Format) -> Callable[[Source, BinaryIO], None]:
    module, _, function = chosen.target.partition(":")
    return cast("Callable[[Source, BinaryIO], None]", getattr(importlib.import_module(module), function))


__all__ = [
    "FORMATS",
    "Broken",
    "Exported",
    "Format",
    "Mismatch",
    "Recorder",
    "Refusal",
    "Source",
    "Unreadable",
    "export",
]
