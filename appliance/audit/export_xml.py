"""Elementary data as one XML document: an element a table, a `ligne` a row, an attribute a cell that is not empty."""

from __future__ import annotations

from typing import BinaryIO
from xml.sax.saxutils import escape, quoteattr

from appliance.audit.export import Source
from appliance.audit.export_tables import TABLES, Cell, decimal, lines
from appliance.audit.spool import Spool


def write(source: Source, file: BinaryIO) -> None:
    """Raises Broken, ValueError."""
    with Spool(source.scratch, TABLES) as spool:
        for table, cells in lines(source.records(), source.period):
            spool.add(table, f"<ligne{_attributes(table, cells)}/>\n")
        first, last = quoteattr(source.period.first), quoteattr(source.period.last)
        head = f'<?xml version="1.0" encoding="UTF-8"?>\n<export du={first} au={last} devise="EUR">\n'
        file.write(head.encode())
        for table, columns in TABLES.items():
            titles = "".join(f"<colonne nom={quoteattr(each.name)}>{escape(each.title)}</colonne>" for each in columns)
            file.write(f"<{table}>\n<colonnes>{titles}</colonnes>\n".encode())
            spool.pour(table, file.write)
            file.write(f"</{table}>\n".encode())
        file.write(b"</export>\n")


def _attributes(table: str, cells: tuple[Cell, ...]) -> str:
    both = zip(cells, TABLES[table], strict=True)
    said = ((c.name, decimal(x, c.sort) if isinstance(x, int) else x) for x, c in both if x is not None and x != "")
    return "".join(f" {name}={quoteattr(text)}" for name, text in said)
