"""Levels over time as SVG: a line of steps for each voice, and columns of how many stood at each level. Pure functions.

Colours stand as attributes, for charts that are printed alone; the site's stylesheet overrides them by class.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from tracker.charts.bars import Segment
from tracker.charts.marks import COLOURS, LOOKS, pattern
from tracker.choices import Level

# From the top of the chart to its bottom; contrary measures are a step back from no action.
SCALE = (
    Level.IMPLEMENTED,
    Level.PARTLY_IMPLEMENTED,
    Level.UNDER_WAY,
    Level.ANNOUNCED,
    Level.NO_ACTION,
    Level.CONTRARY,
)
# Marked beneath the scale, and gaps in the line: nobody judged, or nothing was known.
GAPS = (Level.NO_INFORMATION, Level.NOT_ASSESSED)
# Rows that stand there only where something is in them.
_WHERE_USED = (Level.CONTRARY, *GAPS)
# In pixels: the words of a row, what each line takes of it, the marks, and the dates beneath.
_WORDS, _LANE, _MARK, _DATES = 20, 16, 16, 24
# Names: the most letters, and how far from the left one may begin, in per cent.
_LONGEST, _ROOM = 24, 40
_DASHES = ("", "8 4", "2 4", "12 3 2 3", "5 2", "1 3 6 3")


@dataclass(frozen=True)
class Point:
    """What one voice said of one day; `label` is that day, as exact as it is known, in words."""

    day: dt.date
    label: str
    level: str


@dataclass(frozen=True)
class Line:
    """One voice and what it said, in the order of the days."""

    label: str
    points: Sequence[Point]


def steps(lines: Sequence[Line], *, words: Mapping[str, str], title: str, identifier: str) -> str:
    """Return the chart of `lines`, as wide as its place; "" where fewer than two points are dated.

    `words` are the levels in the reader's language, `identifier` is unique on the page. A line goes from point to point
    and no further: nobody said that a level lasts. Every point is described in words too.
    """
    points = [point for line in lines for point in line.points]
    if len(points) < 2:
        return ""
    frame = _Frame(lines, points)
    name = escape(identifier)
    described = " ".join(_described(line, words) for line in lines)
    drawn = "".join(_line(frame, number, line) for number, line in enumerate(lines))
    return (
        f'<svg class="steps" width="100%" height="{frame.height}" role="img" color="#1c2326" '
        f'aria-labelledby="{name}-t {name}-d"><title id="{name}-t">{escape(title)}</title>'
        f'<desc id="{name}-d">{escape(described)}</desc>{_rows(frame, words)}{drawn}{_ends(frame)}</svg>'
    )


def _described(line: Line, words: Mapping[str, str]) -> str:
    return f"{line.label}: " + "; ".join(f"{point.label}: {words[point.level]}" for point in line.points) + "."


class _Frame:
    """Where days and levels are: days in per cent of the width, levels in pixels."""

    def __init__(self, lines: Sequence[Line], points: Sequence[Point]) -> None:
        used = {point.level for point in points}
        self.lines = lines
        self.rows = [level for level in (*SCALE, *GAPS) if level not in _WHERE_USED or level in used]
        self.row_height = _WORDS + _LANE * len(lines) + 6
        self.height = self.row_height * len(self.rows) + _DATES
        self.first = min(points, key=lambda point: point.day)
        self.last = max(points, key=lambda point: point.day)

    def left(self, day: dt.date) -> str:
        days = (self.last.day - self.first.day).days
        return f"{3 + 94 * ((day - self.first.day).days / days if days else 0.5):.2f}%"

    def ends_right(self, line: Line, level: str) -> bool:
        """Tell whether a line ends at `level` too far to the right for its name to stand beside its last mark."""
        return line.points[-1].level == level and not self.has_room(line)

    def has_room(self, line: Line) -> bool:
        """Tell whether the name of a line fits beside its last mark, on a phone too."""
        return float(self.left(line.points[-1].day).rstrip("%")) < _ROOM

    def top(self, level: str) -> int:
        return self.rows.index(Level(level)) * self.row_height

    def middle(self, level: str, number: int) -> int:
        return self.top(level) + _WORDS + _LANE * number + _LANE // 2


def _rows(frame: _Frame, words: Mapping[str, str]) -> str:
    drawn = []
    for level in frame.rows:
        top = frame.top(level)
        below = top + frame.row_height
        drawn.append(f'<line class="grid" x1="0" y1="{below}" x2="100%" y2="{below}" stroke="#d5dbd9"/>')
        ending = [_cut(line.label) for line in frame.lines if line.points and frame.ends_right(line, level)]
        drawn.append(_text(words[level], x="0", y=top + 15))
        if ending:
            drawn.append(_text(", ".join(ending), x="100%", y=top + 15, anchor="end", bold=True))
    return "".join(drawn)


def _cut(label: str) -> str:
    """Return a name as the chart has room for it on a phone; the description and the table give it whole."""
    return label if len(label) <= _LONGEST else f"{label[: _LONGEST - 1].rstrip()}…"


def _text(text: str, *, x: str, y: int, anchor: str = "start", bold: bool = False) -> str:
    weight = ' font-weight="600"' if bold else ""
    return (
        f'<text x="{x}" y="{y}" text-anchor="{anchor}" font-size="14"{weight} fill="currentColor" '
        f'aria-hidden="true">{escape(text)}</text>'
    )


def _line(frame: _Frame, number: int, line: Line) -> str:
    dash = _DASHES[number % len(_DASHES)]
    style = f'stroke="currentColor" stroke-width="{3 if number == 0 else 2}"' + (
        f' stroke-dasharray="{dash}"' if dash else ""
    )
    drawn = []
    for here, there in zip(line.points, line.points[1:], strict=False):
        if here.level in GAPS:
            continue
        y, left, right = frame.middle(here.level, number), frame.left(here.day), frame.left(there.day)
        drawn.append(f'<line x1="{left}" y1="{y}" x2="{right}" y2="{y}" {style}/>')
        if there.level not in GAPS and there.level != here.level:
            below = frame.middle(there.level, number)
            drawn.append(f'<line x1="{right}" y1="{y}" x2="{right}" y2="{below}" {style}/>')
    drawn += [_mark(frame, number, point) for point in line.points]
    if line.points and frame.has_room(line):
        last = line.points[-1]
        drawn.append(_beside(_cut(line.label), frame.left(last.day), frame.middle(last.level, number)))
    return "".join(drawn)


def _beside(label: str, left: str, middle: int) -> str:
    return f'<g transform="translate({_MARK // 2 + 5} 5)">{_text(label, x=left, y=middle, bold=True)}</g>'


def _mark(frame: _Frame, number: int, point: Point) -> str:
    """Return the shape of a level in its place, on a ground that hides the line behind it."""
    look, left, middle = LOOKS[point.level], frame.left(point.day), frame.middle(point.level, number)
    half = _MARK // 2
    return (
        f'<circle class="ground" cx="{left}" cy="{middle}" r="{half + 1}" fill="#fff"/>'
        f'<g transform="translate(-{half} -{half})"><svg class="tone-{look.colour}" x="{left}" y="{middle}" '
        f'width="{_MARK}" height="{_MARK}" viewBox="0 0 20 20" color="{COLOURS[look.colour]}">{look.shape}</svg></g>'
    )


def _ends(frame: _Frame) -> str:
    y = frame.height - 6
    if frame.first.day == frame.last.day:
        return _text(frame.first.label, x="50%", y=y, anchor="middle")
    return _text(frame.first.label, x="0", y=y) + _text(frame.last.label, x="100%", y=y, anchor="end")


# --- Columns


@dataclass(frozen=True)
class Column:
    """A day in words, and how many stood at each level then, from the bottom to the top."""

    label: str
    segments: Sequence[Segment]

    @property
    def total(self) -> int:
        return sum(segment.count for segment in self.segments)


def stacked_columns(columns: Sequence[Column], *, title: str, identifier: str, height: int = 200) -> str:
    """Return a column for each day, as high as its total, a part for each level; "" where nothing is counted.

    The first and the last day are described in words; a table beneath gives all.
    """
    most = max((column.total for column in columns), default=0)
    if not most:
        return ""
    name = escape(identifier)
    levels = dict.fromkeys(segment.level for column in columns for segment in column.segments if segment.count)
    fillings = "".join(pattern(level, f"{identifier}-{level}") for level in levels)
    ends = columns if len(columns) < 3 else (columns[0], columns[-1])
    room = height - _DATES
    drawn = "".join(
        _column(column, 100 * number / len(columns), 100 / len(columns), room / most, room, identifier)
        for number, column in enumerate(columns)
    )
    return (
        f'<svg class="bar" width="100%" height="{height}" role="img" aria-labelledby="{name}-t {name}-d">'
        f'<title id="{name}-t">{escape(title)}</title><desc id="{name}-d">{escape(_in_words(ends))}</desc>'
        f"<defs>{fillings}</defs>{drawn}{_first_and_last(columns, height - 6)}</svg>"
    )


def _in_words(columns: Iterable[Column]) -> str:
    return " ".join(
        f"{column.label}: "
        + ", ".join(f"{segment.label} {segment.count}" for segment in column.segments if segment.count)
        + "."
        for column in columns
    )


def _column(column: Column, left: float, width: float, scale: float, room: int, identifier: str) -> str:
    drawn, below = [], 0
    for segment in column.segments:
        if segment.count:
            colour = LOOKS[segment.level].colour
            top = room - (below + segment.count) * scale
            drawn.append(
                f'<g class="tone-{colour}" color="{COLOURS[colour]}"><rect class="part" x="{left + width * 0.12:.3f}%" '
                f'y="{top:.2f}" width="{width * 0.76:.3f}%" height="{segment.count * scale:.2f}" '
                f'fill="url(#{escape(identifier)}-{segment.level})" stroke="currentColor" stroke-width="1"/></g>'
            )
        below += segment.count
    return "".join(drawn)


def _first_and_last(columns: Sequence[Column], y: int) -> str:
    if len(columns) == 1:
        return _text(columns[0].label, x="50%", y=y, anchor="middle")
    return _text(columns[0].label, x="0", y=y) + _text(columns[-1].label, x="100%", y=y, anchor="end")
