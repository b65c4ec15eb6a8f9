"""A table as CSV: RFC 4180, UTF-8 with a byte order mark so that Excel reads Cyrillic, formulas made harmless."""

import csv
import io
from collections.abc import Iterator

from tracker.exporting.guard import guarded
from tracker.exporting.table import Table, Value

_ROWS_AT_ONCE = 100


def chunks(table: Table) -> Iterator[bytes]:
    """Yield the file piece by piece, about a hundred rows each. Nothing but the columns and rows gets into it.

    A value keeps the form of its own type whatever its column says, so that no text escapes the guard.
    """
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    buffer.write("\ufeff")
    writer.writerow(column.name for column in table.columns)
    for number, row in enumerate(table.rows, start=1):
        if len(row) != len(table.columns):
            raise ValueError(f"row {number} has {len(row)} values for {len(table.columns)} columns")
        writer.writerow([_cell(value) for value in row])
        if number % _ROWS_AT_ONCE == 0:
            yield _taken(buffer)
    yield _taken(buffer)


def _cell(value: Value) -> str:
    if value is None:
        return ""
    return guarded(value) if isinstance(value, str) else str(value)


def _taken(buffer: io.StringIO) -> bytes:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text.encode(errors="replace")
