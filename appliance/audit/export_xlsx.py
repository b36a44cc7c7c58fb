"""Elementary data as a workbook, a sheet a table; XlsxWriter writes it row by row (docs/decisions/0011)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any, BinaryIO, Final

import xlsxwriter

from appliance.audit.export import Refusal, Source
from appliance.audit.export_tables import TABLES, Cell, Column, lines

MOST: Final = 1_048_576  # rows of a sheet (ECMA-376 implementations)
_FORMATS: Final = {"money": "#,##0.00", "rate": "0.00", "quantity": "0.000", "date": "yyyy-mm-dd"}
_SCALES: Final = {"money": 100, "rate": 100, "quantity": 1000}
_WIDTH: Final = {"text": 22, "money": 16}
_OPTIONS: Final = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


def write(source: Source, file: BinaryIO) -> None:
    """Raises Broken, ValueError, and Refusal when a table has more rows than a sheet."""
    book = xlsxwriter.Workbook(file, {**_OPTIONS, "constant_memory": True, "tmpdir": str(source.scratch)})
    try:
        book.set_properties({"created": datetime(1980, 1, 1, tzinfo=UTC).replace(tzinfo=None), "author": "Sceau"})
        _fill(book, source)
    finally:
        # If we stop before, drafts named tmp… are left beside the file; nobody reads them.
        book.close()


def _fill(book: Any, source: Source) -> None:  # noqa: ANN401 - XlsxWriter has no types
    bold, shapes = (
        book.add_format({"bold": True}),
        {name: book.add_format({"num_format": f}) for name, f in _FORMATS.items()},
    )
    sheets, rows = {}, dict.fromkeys(TABLES, 0)
    for table, columns in TABLES.items():
        sheets[table] = book.add_worksheet(table)
        sheets[table].freeze_panes(1, 0)
        for at, column in enumerate(columns):
            sheets[table].set_column(at, at, _WIDTH.get(column.sort, 12))
            sheets[table].write_string(0, at, column.title, bold)
    for table, cells in lines(source.records(), source.period):
        rows[table] += 1
        if rows[table] >= MOST:
            raise Refusal(f"{table} has more rows than a sheet holds: take a shorter period, or csv")
        for at, (value, column) in enumerate(zip(cells, TABLES[table], strict=True)):
            _put(sheets[table], rows[table], at, value, column, shapes)


def _put(sheet: Any, row: int, at: int, value: Cell, column: Column, shapes: dict[str, Any]) -> None:  # noqa: ANN401
    if value is None or value == "":
        return
    if isinstance(value, int):
        sheet.write_number(row, at, value / _SCALES.get(column.sort, 1), shapes.get(column.sort))
    elif column.sort == "date":
        sheet.write_datetime(row, at, date.fromisoformat(value), shapes["date"])
    else:
        sheet.write_string(row, at, value)
