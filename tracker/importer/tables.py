"""The two tables of a country report: treaties with their years, and the squares of the progress card."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from tracker.importer.reading import CardCell, TreatyRow
from tracker.importer.scan import tidy

_TREATIES = re.compile(r"\b(?:conventions?|instruments?|treat(?:y|ies))\b", re.I)
_RATIFICATION = re.compile(r"\bratification\b", re.I)
_NEGATED = re.compile(r"\b(?:neither|never|no|nor|not)\b", re.I)
_YEAR = re.compile(r"\b(?:19|20)\d{2}\b")
_REPORT = re.compile(r"(?=\b(?:19|20)\d{2}\s*[-–:])")
_GOAL = re.compile(r"\W*(Goal\s+\d+\s*:.*)", re.I | re.S)
_MOST_COLUMNS = 60
_STAR = re.compile(r"[*★☆✶⭐]")


@dataclass(frozen=True)
class _Row:
    line: int
    cells: tuple[str, ...]

    @property
    def filled(self) -> tuple[str, ...]:
        return tuple(cell for cell in self.cells if cell)


def _rows(lines: Sequence[str], start: int = 0) -> list[_Row]:
    """Return the lines that are not empty, each with its cells; of lines that stand twice in a row, one."""
    found: list[_Row] = []
    before = ""
    for number, line in enumerate(lines[start:], start + 1):
        if line.strip() and line != before:
            found.append(_Row(number, tuple(tidy(cell) for cell in line.split("\t"))))
        before = line or before
    return found


# --- Treaties


def read_treaties(lines: Sequence[str]) -> tuple[TreatyRow, ...]:
    """Return the rows of the table of treaties, in the order of the file; none where there is no such table."""
    head = next((index for index, line in enumerate(lines) if _is_head(line)), None)
    return tuple(_treaty(row) for row in _whole(_rows(lines, head + 1))) if head is not None else ()


def _is_head(line: str) -> bool:
    return "\t" in line and _TREATIES.search(line) is not None and _RATIFICATION.search(line) is not None


def _whole(rows: Sequence[_Row]) -> list[_Row]:
    """Return the rows of the table that `rows` begin with: what a page break cut off is put back to its row."""
    found: list[_Row] = []
    title: _Row | None = None
    for at, row in enumerate(rows):
        following = rows[at + 1] if at + 1 < len(rows) else None
        if len(row.cells) > 1:
            cells = (f"{title.cells[0]} {row.cells[0]}".strip(), *row.cells[1:]) if title else row.cells
            found.append(_Row(title.line if title else row.line, cells))
            title = None
        elif found and (_YEAR.match(row.cells[0]) or len(found[-1].cells) < 3):
            before = found[-1].cells
            found[-1] = replace(found[-1], cells=(*before[:-1], f"{before[-1]} {row.cells[0]}"))
        elif title is None and following is not None and len(following.cells) > 1:
            title = row
        else:
            break
    return [row for row in found if row.cells[0]]


def _treaty(row: _Row) -> TreatyRow:
    title, ratified, *rest = (*row.cells, "")
    year = None if _NEGATED.search(ratified) else _YEAR.search(ratified)
    reports = tuple(part.strip() for part in _REPORT.split(" ".join(rest)) if _YEAR.match(part.strip()))
    return TreatyRow(title, year[0] if year else "", reports, row.line)


# --- The card


def read_card(lines: Sequence[str]) -> tuple[CardCell, ...]:
    """Return the squares of the progress card, goal by goal; none where there is no card.

    Below each goal a row names the indicators, and in the row after it stars mark some of its columns.
    """
    found: list[CardCell] = []
    goal, titled, columns = "", False, list[CardCell | None]()
    for row, following in pairwise([*_rows(lines), _Row(0, ())]):
        broken = len(row.cells) == 1 and len(following.cells) > 1 and not row.cells[0].endswith(".")
        if (title := _GOAL.match(row.cells[0])) and (broken or len(row.cells) > 1):
            found += filter(None, columns)
            goal, titled, columns = title[1], not broken, []
        elif goal and not titled and len(row.filled) == 1:
            goal, titled = f"{goal} {row.filled[0]}", not broken
        elif goal and all(_STAR.fullmatch(cell) for cell in row.filled):
            columns = [_starred(cell, row.cells, at) for at, cell in enumerate(columns)]
        elif goal and (broken or len(row.cells) > 1) and len(columns) + len(row.cells) <= _MOST_COLUMNS:
            columns += [_cell(goal, cell, row.line) for cell in row.cells[: _width(row)]]
        else:
            found += filter(None, columns)
            goal, columns = "", []
    return (*found, *filter(None, columns))


def _width(row: _Row) -> int:
    """Return the number of columns up to the last that is not empty."""
    return max((at for at, cell in enumerate(row.cells, 1) if cell), default=0)


def _cell(goal: str, text: str, line: int) -> CardCell | None:
    indicator = _STAR.sub("", text).strip()
    return CardCell(goal, indicator, _STAR.search(text) is not None, line) if indicator else None


def _starred(cell: CardCell | None, marks: Sequence[str], at: int) -> CardCell | None:
    return replace(cell, star=True) if cell and at < len(marks) and marks[at] else cell
