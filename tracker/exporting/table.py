"""A table of plain values, on its way into a file."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from tracker.lib.checkpoints import Kept

Kind = Literal["text", "date", "integer"]
Value = str | int | dt.date | None


@dataclass(frozen=True)
class Column:
    """One column: its name in the file, what its values are, its width in characters where a format has widths."""

    name: str
    kind: Kind = "text"
    width: int = 16


@dataclass(frozen=True)
class Table:
    """Columns and rows, with what a file says about itself.

    `rows` is read once, from first to last, and each row has one value for every column; None is an empty cell. `name`
    is what the rows are (`items`). `on` is the day that the table is of: the only date that gets into a file, so that
    the same table gives the same bytes. `about` is whatever else a format with room for it says first. `checkpoints`
    are where the logs of the history ended when it was read: who keeps the file can check everything up to there.
    """

    columns: Sequence[Column]
    rows: Iterable[Sequence[Value]]
    name: str
    on: dt.date
    about: Mapping[str, str] = field(default_factory=dict)
    checkpoints: Sequence[Kept] = ()
