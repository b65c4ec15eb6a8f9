import datetime as dt
import io
import zipfile
from collections.abc import Sequence
from typing import Any

import openpyxl
import pytest
from openpyxl.utils.escape import unescape

from tests.exporting import hostile
from tracker.errors import Refusal
from tracker.exporting import xlsx
from tracker.exporting.table import Column, Table, Value

DAY = dt.date(2026, 3, 2)
COLUMNS = [Column("text", width=30), Column("number", "integer", 8), Column("day", "date", 12)]


def written(*rows: Sequence[Value], on: dt.date = DAY) -> bytes:
    return b"".join(xlsx.chunks(Table(COLUMNS, rows, "items", on, {"alliance": "home"})))


def sheet_of(data: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(data)).active


def text_of(cell: Any) -> str:
    """Return what Excel shows: openpyxl leaves the escapes of control characters in the text."""
    return unescape(cell.value or "")


def test_xlsx_has_header_types_filter_widths_and_frozen_row() -> None:
    sheet = sheet_of(written(["Дети", -5, DAY], ["", 0, None]))
    assert [[cell.value for cell in row] for row in sheet.iter_rows()] == [
        ["text", "number", "day"],
        ["Дети", -5, dt.datetime(2026, 3, 2)],  # noqa: DTZ001 (Excel knows no zones)
        [None, 0, None],
    ]
    assert [sheet["A2"].data_type, sheet["B2"].data_type, sheet["C2"].is_date] == ["s", "n", True]
    assert sheet["C2"].number_format == "yyyy-mm-dd"
    assert (sheet.title, sheet.freeze_panes, sheet.auto_filter.ref) == ("items", "A2", "A1:C3")
    assert [round(sheet.column_dimensions[letter].width) for letter in "ABC"] == [31, 9, 13]
    assert all(cell.font.b for cell in sheet[1])


def test_xlsx_without_rows_has_its_header() -> None:
    assert [cell.value for cell in sheet_of(written())[1]] == ["text", "number", "day"]


@pytest.mark.parametrize("text", hostile.ALL)
def test_xlsx_keeps_every_text_a_text(text: str) -> None:
    data = written([text, 1, None])
    sheet = sheet_of(data)
    cell = sheet["A2"]
    assert cell.data_type == "s"
    assert text_of(cell) == text.replace("\r\n", "\n")
    assert cell.hyperlink is None
    assert sheet.max_row == 2
    assert sheet.max_column == 3
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        names = parts.namelist()
        assert b"<f>" not in parts.read("xl/worksheets/sheet1.xml")
    assert [name for name in names if "_rels/sheet" in name or "externalLink" in name or "vba" in name.lower()] == []


@pytest.mark.parametrize("text", hostile.FORMULAS)
def test_xlsx_text_stays_a_text_when_its_cell_is_edited(text: str) -> None:
    assert sheet_of(written([text, 1, None]))["A2"].quotePrefix


def test_xlsx_writes_a_text_in_a_column_of_numbers_as_text() -> None:
    sheet = sheet_of(written(["x", "=1", "=2"]))
    assert [(cell.value, cell.data_type) for cell in sheet[2][1:]] == [("=1", "s"), ("=2", "s")]


def test_xlsx_writes_a_date_that_excel_cannot_count_as_text() -> None:
    assert sheet_of(written(["x", 1, dt.date(1899, 12, 31)]))["C2"].value == "1899-12-31"


@pytest.mark.parametrize("char", ["a", "ж", "🎉"])
def test_xlsx_cuts_a_text_that_no_cell_holds(char: str) -> None:
    long = char * 40_000
    cut = text_of(sheet_of(written([long, 1, None]))["A2"])
    assert cut.endswith(" […]")
    assert long.startswith(cut.removesuffix(" […]"))
    assert 32_765 <= len(cut.encode("utf-16-le")) // 2 <= 32_767


def test_xlsx_keeps_the_longest_text_that_a_cell_holds() -> None:
    assert text_of(sheet_of(written(["ж" * 32_767, 1, None]))["A2"]) == "ж" * 32_767


def test_xlsx_of_the_same_table_is_the_same() -> None:
    rows: list[list[Value]] = [[text, 1, DAY] for text in hostile.ALL]
    assert written(*rows) == written(*rows)


def test_xlsx_says_only_what_it_is_given_about_itself() -> None:
    book = openpyxl.load_workbook(io.BytesIO(written(["x", 1, DAY], on=dt.date(2024, 6, 30))))
    known = {name: value for name, value in vars(book.properties).items() if value}
    moment = dt.datetime(2024, 6, 30)  # noqa: DTZ001
    assert known == {"title": "home · items", "created": moment, "modified": moment}


def test_xlsx_refuses_more_rows_than_a_sheet_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx, "ROWS_MOST", 2)
    assert sheet_of(written(*[["x", 1, None]] * 2)).max_row == 3
    with pytest.raises(Refusal, match="An Excel sheet holds 2 rows"):
        written(*[["x", 1, None]] * 3)


def test_xlsx_refuses_a_row_of_another_length() -> None:
    with pytest.raises(ValueError, match="row 1 has 1 values for 3 columns"):
        written(["x"])
