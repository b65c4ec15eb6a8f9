import csv
import datetime as dt
import io

import pytest

from tests.exporting import hostile
from tracker.exporting.csv import chunks
from tracker.exporting.table import Column, Table, Value

DAY = dt.date(2026, 3, 2)


def written(*rows: list[Value], columns: list[Column] | None = None) -> bytes:
    return b"".join(chunks(Table(columns or [Column("a"), Column("b")], rows, "items", DAY)))


def read(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_csv_has_byte_order_mark_header_and_crlf() -> None:
    assert written(["1", "2"], ["3", None]) == b"\xef\xbb\xbfa,b\r\n1,2\r\n3,\r\n"


def test_csv_without_rows_has_its_header() -> None:
    assert written() == b"\xef\xbb\xbfa,b\r\n"


def test_csv_quotes_as_rfc_4180_says() -> None:
    assert written(['say "no"', "a,b"], ["one\ntwo", "x\ry"]).splitlines(keepends=True)[1:] == [
        b'"say ""no""","a,b"\r\n',
        b'"one\n',
        b'two","x\r',
        b'y"\r\n',
    ]


def test_csv_keeps_cyrillic() -> None:
    assert read(written(["Дети: «Стелла», ё", "№ 38"]))[1] == ["Дети: «Стелла», ё", "№ 38"]


def test_csv_writes_numbers_and_dates_as_they_are() -> None:
    columns = [Column("n", "integer"), Column("d", "date")]
    assert read(written([-5, DAY], [0, None], columns=columns))[1:] == [["-5", "2026-03-02"], ["0", ""]]


def test_csv_guards_a_text_in_a_column_of_numbers() -> None:
    assert read(written(["=1", "-1"], columns=[Column("n", "integer"), Column("d", "date")]))[1] == ["'=1", "'-1"]


@pytest.mark.parametrize("text", hostile.FORMULAS)
def test_csv_cell_never_begins_a_formula(text: str) -> None:
    cell = read(written([text, "x"]))[1][0]
    assert cell[0] == "'"
    assert cell.replace("'", "") == text.replace("'", "")


@pytest.mark.parametrize("text", hostile.ALL)
@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_csv_read_with_another_delimiter_begins_no_formula(text: str, delimiter: str) -> None:
    """What Excel in a country with a decimal comma does to the file."""
    lines = written(["x", text]).decode("utf-8-sig").replace("\r", "\n").split("\n")
    cells = [cell for line in lines for cell in line.split(delimiter)]
    assert [cell for cell in cells if cell.lstrip(' "\u200b').startswith(tuple("=+-@＝"))] == []


@pytest.mark.parametrize("text", hostile.MISREAD)
def test_csv_keeps_every_other_text(text: str) -> None:
    assert read(written([text, "x"]))[1][0] == text


def test_csv_of_the_same_table_is_the_same() -> None:
    rows: list[list[Value]] = [[text, "x"] for text in hostile.ALL]
    assert written(*rows) == written(*rows)


def test_csv_streams() -> None:
    read_so_far = []

    def rows():  # type: ignore[no-untyped-def]
        for number in range(1000):
            read_so_far.append(number)
            yield [number, "x"]

    next(chunks(Table([Column("a", "integer"), Column("b")], rows(), "items", DAY)))
    assert len(read_so_far) <= 100


def test_csv_refuses_a_row_of_another_length() -> None:
    with pytest.raises(ValueError, match="row 1 has 1 values for 2 columns"):
        written(["x"])
