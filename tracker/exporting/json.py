"""A table as JSON: one object of what the table says about itself, with an array of one object per row."""

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from tracker.exporting.table import Table, Value

_ROWS_AT_ONCE = 100


def chunks(table: Table) -> Iterator[bytes]:
    """Yield the file piece by piece: what `about` says, the day, the checkpoints, then the rows under the table's name,
    one per line.

    Dates are ISO text, integers numbers, empty cells null or, for a text, "".
    """
    about: dict[str, Any] = {**table.about, "generated_on": table.on.isoformat()}
    if table.checkpoints:
        about["checkpoints"] = [asdict(kept) for kept in table.checkpoints]
    text = json.dumps(about, ensure_ascii=False)[:-1] + f", {json.dumps(table.name)}: ["
    names = [column.name for column in table.columns]
    encoder = json.JSONEncoder(ensure_ascii=False, default=_plain)
    pieces = [text]
    between = "\n"
    for number, row in enumerate(table.rows, start=1):
        pieces += between, encoder.encode(dict(zip(names, row, strict=True)))
        between = ",\n"
        if number % _ROWS_AT_ONCE == 0:
            yield "".join(pieces).encode(errors="replace")
            pieces = []
    yield ("".join(pieces) + "\n]}\n").encode(errors="replace")


def _plain(value: Value) -> str:
    if isinstance(value, dt.date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} is no value of a table")
