import datetime as dt
import json
from collections.abc import Iterable, Sequence
from typing import Any

import pytest

from tests.exporting import hostile
from tracker.exporting.json import chunks
from tracker.exporting.table import Column, Table, Value
from tracker.lib.checkpoints import Kept

DAY = dt.date(2026, 3, 2)
COLUMNS = [Column("text"), Column("number", "integer"), Column("day", "date")]


def table(rows: Iterable[Sequence[Value]]) -> Table:
    return Table(COLUMNS, rows, "items", DAY, {"alliance": "home"})


def written(*rows: Sequence[Value]) -> bytes:
    return b"".join(chunks(table(rows)))


def test_json_wraps_the_rows_in_what_the_table_says_about_itself() -> None:
    assert json.loads(written(["Дети", -5, DAY], ["", None, None])) == {
        "alliance": "home",
        "generated_on": "2026-03-02",
        "items": [
            {"text": "Дети", "number": -5, "day": "2026-03-02"},
            {"text": "", "number": None, "day": None},
        ],
    }


def test_json_tells_the_checkpoints() -> None:
    kept = Kept("installation", 1, 7, "ab" * 32, "2026-03-02T09:00:00.000000Z")
    told = b"".join(chunks(Table(COLUMNS, [], "items", DAY, {}, [kept])))
    assert json.loads(told)["checkpoints"] == [
        {"log": "installation", "epoch": 1, "size": 7, "head": "ab" * 32, "time": "2026-03-02T09:00:00.000000Z"}
    ]


def test_json_without_rows_is_an_empty_list() -> None:
    assert json.loads(written())["items"] == []


def test_json_is_readable_text_one_row_per_line() -> None:
    lines = written(["Дети", 1, None], ["два", 2, None]).decode().splitlines()
    assert lines[1:-1] == [
        '{"text": "Дети", "number": 1, "day": null},',
        '{"text": "два", "number": 2, "day": null}',
    ]


@pytest.mark.parametrize("text", hostile.ALL)
def test_json_keeps_every_text_as_it_is(text: str) -> None:
    assert json.loads(written([text, 1, None]))["items"][0]["text"] == text


def test_json_of_the_same_table_is_the_same() -> None:
    rows: list[list[Value]] = [[text, 1, DAY] for text in hostile.ALL]
    assert written(*rows) == written(*rows)


@pytest.mark.parametrize("count", [99, 100, 101, 250])
def test_json_streams_whole_pieces(count: int) -> None:
    rows: list[list[Value]] = [[str(number), number, None] for number in range(count)]
    pieces = list(chunks(table(rows)))
    assert len(pieces) == count // 100 + 1
    assert [row["number"] for row in json.loads(b"".join(pieces))["items"]] == list(range(count))


def test_json_refuses_a_row_of_another_length() -> None:
    with pytest.raises(ValueError, match="shorter"):
        written(["x"])


def test_json_refuses_what_is_no_value() -> None:
    value: Any = object()
    with pytest.raises(TypeError, match="object is no value of a table"):
        written([value, 1, None])
