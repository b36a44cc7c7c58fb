"""Elementary data as one JSON object: a list of objects a table; amounts are decimal texts, so that none is rounded."""

from __future__ import annotations

import json
from typing import BinaryIO

from appliance.audit.export import Source
from appliance.audit.export_tables import TABLES, Cell, Column, decimal, lines
from appliance.audit.spool import Spool


def write(source: Source, file: BinaryIO) -> None:
    """Raises Broken, ValueError."""
    with Spool(source.scratch, TABLES) as spool:
        begun = set[str]()
        for table, cells in lines(source.records(), source.period):
            spool.add(table, (",\n" if table in begun else "") + _object(table, cells))
            begun.add(table)
        file.write(_head(source).encode())
        for table in TABLES:
            file.write(f',\n"{table}": [\n'.encode())
            spool.pour(table, file.write)
            file.write(b"\n]")
        file.write(b"\n}\n")


def _head(source: Source) -> str:
    titles = {name: {column.name: column.title for column in columns} for name, columns in TABLES.items()}
    head = {"periode": {"du": source.period.first, "au": source.period.last}, "devise": "EUR", "libelles": titles}
    return json.dumps(head, ensure_ascii=False)[:-1]


def _object(table: str, cells: tuple[Cell, ...]) -> str:
    said = {column.name: value(each, column) for each, column in zip(cells, TABLES[table], strict=True)}
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"))


def value(cell: Cell, column: Column) -> Cell:
    if isinstance(cell, int) and column.sort in ("money", "quantity", "rate"):
        return decimal(cell, column.sort)
    return cell
