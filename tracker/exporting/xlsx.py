"""A table as an Excel workbook: a sheet of rows, and one about them. Texts stay texts, never formulas or numbers."""

import datetime as dt
import tempfile
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

import xlsxwriter
from django.utils.translation import gettext as _

from tracker.errors import Refusal
from tracker.exporting.guard import is_risky
from tracker.exporting.table import Table, Value

ROWS_MOST = 1_048_575  # below the header
CELL_MOST = 32_767  # in UTF-16 units, as Excel counts
CUT = " […]"
_PIECE = 64 * 1024
# Excel counts days from 1900 and believes that 29 February 1900 existed: earlier dates are written as text.
_FIRST_DATE = dt.date(1900, 3, 1)
_NO_GUESSING = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


def chunks(table: Table) -> Iterator[bytes]:
    """Yield the file piece by piece; rows wait on disk, not in memory, as a workbook is complete only at its end.

    A text longer than Excel's 32,767 characters is cut and ends with “[…]”. Raises Refusal for more rows than a sheet
    holds.
    """
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile(dir=folder) as target:
        _write(table, target, folder)
        target.seek(0)
        while piece := target.read(_PIECE):
            yield piece


def _write(table: Table, target: BinaryIO, folder: str) -> None:
    book = xlsxwriter.Workbook(target, {"constant_memory": True, "tmpdir": folder} | _NO_GUESSING)
    # The day instead of the clock: the same table gives the same bytes.
    made = dt.datetime.combine(table.on, dt.time())
    book.set_properties({"title": " · ".join([*table.about.values(), table.name]), "created": made})
    sheet = book.add_worksheet(table.name)
    head = book.add_format({"bold": True, "bottom": 1})
    cells = _Cells(book, sheet)
    for number, column in enumerate(table.columns):
        sheet.set_column(number, number, column.width, cells.date if column.kind == "date" else None)
        _done(sheet.write_string(0, number, column.name, head))
    sheet.freeze_panes(1, 0)
    last = 0
    for last, row in enumerate(table.rows, start=1):
        if last > ROWS_MOST:
            raise Refusal(
                _("An Excel sheet holds %(most)s rows and these are more. Narrow the filters, or take CSV or JSON.")
                % {"most": f"{ROWS_MOST:,}"}
            )
        if len(row) != len(table.columns):
            raise ValueError(f"row {last} has {len(row)} values for {len(table.columns)} columns")
        cells.write(last, row)
    sheet.autofilter(0, 0, last, len(table.columns) - 1)
    # A year or a reference is text on purpose; no green corner on each.
    sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{ROWS_MOST + 1}"})
    _write_about(table, book, head)
    book.close()


def _write_about(table: Table, book: Any, head: Any) -> None:
    """Add a sheet with what the file says about itself; each checkpoint in its six lines, one cell each."""
    sheet = book.add_worksheet("about")
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 100)
    lines = [*table.about.items(), ("generated_on", table.on.isoformat())]
    for number, (name, value) in enumerate(lines):
        _done(sheet.write_string(number, 0, name, head))
        _done(sheet.write_string(number, 1, value))
    texts = [line for kept in table.checkpoints for line in (*str(kept).splitlines(), "")]
    for number, text in enumerate(["checkpoint", *texts] if texts else [], start=len(lines) + 1):
        if text:
            _done(sheet.write_string(number, 0, text, None if number > len(lines) + 1 else head))


class _Cells:
    """Writes values into a sheet, each in the form of its own type whatever its column says."""

    def __init__(self, book: Any, sheet: Any) -> None:
        self.sheet = sheet
        self.date = book.add_format({"num_format": "yyyy-mm-dd", "align": "left"})
        # Keeps a text a text even after someone edits the cell.
        self.quoted = book.add_format({"quote_prefix": True})

    def write(self, number: int, row: Sequence[Value]) -> None:
        for position, value in enumerate(row):
            if isinstance(value, int):
                _done(self.sheet.write_number(number, position, value))
            elif isinstance(value, dt.date) and value >= _FIRST_DATE:
                _done(self.sheet.write_datetime(number, position, value, self.date))
            elif value is not None and value != "":
                self._write_text(number, position, str(value))

    def _write_text(self, number: int, position: int, text: str) -> None:
        # Excel's own line break; the other one it would show as _x000D_ in some programs.
        text = _cut(text.replace("\r\n", "\n"))
        if text.startswith("<r>") and text.endswith("</r>"):
            # write_string() would put such a text into the file unescaped, as markup of its own.
            _done(self.sheet.write_rich_string(number, position, text[0], text[1], text[2:]))
        else:
            _done(self.sheet.write_string(number, position, text, self.quoted if is_risky(text) else None))


def _cut(text: str) -> str:
    """Return a text that a cell holds, cut with a mark where it is too long."""
    if len(text) <= CELL_MOST // 2:
        return text
    units = text.encode("utf-16-le")
    if len(units) <= 2 * CELL_MOST:
        return text
    return units[: 2 * (CELL_MOST - len(CUT))].decode("utf-16-le", errors="ignore") + CUT


def _done(code: int) -> None:
    if code != 0:
        raise ValueError(f"the workbook did not take a cell: code {code}")
