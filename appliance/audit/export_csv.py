"""Elementary data as CSV, a file a table in one ZIP: `;`, decimal comma, UTF-8 with BOM, for French spreadsheets."""

from __future__ import annotations

import zipfile
from typing import BinaryIO

from appliance.audit.export import Source
from appliance.audit.export_tables import TABLES, Cell, Column, decimal, lines
from appliance.audit.spool import Spool

BOM = "\ufeff"
_EPOCH = (1980, 1, 1, 0, 0, 0)  # no clock in a file that must come out the same


def write(source: Source, file: BinaryIO) -> None:
    """Raises Broken, ValueError."""
    with Spool(source.scratch, TABLES) as spool:
        for table, columns in TABLES.items():
            spool.add(table, BOM + ";".join(text(column.title) for column in columns) + "\r\n")
        for table, cells in lines(source.records(), source.period):
            spool.add(table, ";".join(map(cell, cells, TABLES[table])) + "\r\n")
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for table in TABLES:
                with archive.open(zipfile.ZipInfo(f"{table}.csv", _EPOCH), "w", force_zip64=True) as member:
                    spool.pour(table, member.write)


def cell(value: Cell, column: Column) -> str:
    if isinstance(value, int):
        return decimal(value, column.sort, ",")
    return text(value or "")


def text(value: str) -> str:
    """A text that a spreadsheet would take for a formula gets a leading apostrophe."""
    guarded = f"'{value}" if value[:1] in ("=", "+", "-", "@", "\t", "\r") and value else value
    return f'"{guarded.replace(chr(34), chr(34) * 2)}"' if set(guarded) & set(';"\r\n') else guarded
