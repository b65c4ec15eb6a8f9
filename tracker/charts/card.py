"""The progress card as SVG: a row of squares for each goal, each with colour, pattern, shape and words. Pure functions.

Colours stand as attributes, for cards that stand alone; the site's stylesheet overrides them by class.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from tracker.charts.marks import COLOURS, LOOKS, pattern
from tracker.charts.words import text, wrapped

# In pixels: a square and what lies between two, its coloured field, a line of words, and the air around a row.
_WIDTH, _GAP, _FIELD, _LINE, _AIR = 170, 16, 72, 19, 12
_STAR = "M10 1.6l2.6 5.3 5.8.8-4.2 4.1 1 5.8-5.2-2.7-5.2 2.7 1-5.8L1.6 7.7l5.8-.8z"


@dataclass(frozen=True)
class Square:
    """One indicator: what it is called, its level and the words for it, and where its reasons are ("" for nowhere).

    `star` says that members published work on it, `kept` that the source's card has a star there; "" for neither.
    """

    label: str
    level: str
    words: str
    link: str = ""
    star: str = ""
    kept: str = ""

    @property
    def described(self) -> str:
        """All that the square shows, in words."""
        return f"{self.label}: " + "; ".join(filter(None, (self.words, self.star, self.kept)))


@dataclass(frozen=True)
class Row:
    """A goal and its indicators."""

    heading: str
    squares: Sequence[Square]


@dataclass(frozen=True)
class Drawn:
    """A picture without its frame: what is drawn, and how wide and high that is, in pixels."""

    content: str
    width: int
    height: int


def card(rows: Sequence[Row], *, title: str, identifier: str, columns: int = 4) -> str:
    """Return the card, as wide as its place, with `columns` squares side by side; "" where there is nothing to show.

    `identifier` is unique on the page. The description tells every square in words, so that nobody needs the colours.
    """
    if not rows:
        return ""
    drawn, name = draw(rows, identifier=identifier, columns=columns), escape(identifier)
    # Links inside something that counts as one image are not there for screen readers.
    role = "group" if any(square.link for row in rows for square in row.squares) else "img"
    return (
        f'<svg class="card-chart" viewBox="0 0 {drawn.width} {drawn.height}" width="100%" role="{role}" '
        f'color="#1c2326" aria-labelledby="{name}-t" aria-describedby="{name}-d"><title id="{name}-t">{escape(title)}'
        f'</title><desc id="{name}-d">{escape(described(rows))}</desc>{drawn.content}</svg>'
    )


def described(rows: Sequence[Row]) -> str:
    """Return the whole card in words."""
    return " ".join(f"{row.heading}: {'. '.join(square.described for square in row.squares)}." for row in rows)


def draw(rows: Sequence[Row], *, identifier: str, columns: int = 4) -> Drawn:
    """Return the squares of `rows` under their headings, to be put into a frame."""
    levels = dict.fromkeys(square.level for row in rows for square in row.squares)
    fillings = "".join(pattern(level, f"{identifier}-{level}") for level in levels)
    width, content, top = columns * (_WIDTH + _GAP) - _GAP, f"<defs>{fillings}</defs>", 0
    for row in rows:
        for line in wrapped(row.heading, width, size=17, bold=True):
            top += 23
            content += text(line, x=0, y=top, size=17, bold=True)
        top += _AIR
        for start in range(0, len(row.squares), columns):
            beside = row.squares[start : start + columns]
            height = max(_height(square) for square in beside)
            content += "".join(
                _square(square, number * (_WIDTH + _GAP), top, height, identifier)
                for number, square in enumerate(beside)
            )
            top += height + _AIR
        top += _AIR
    return Drawn(content, width, top - 2 * _AIR)


def _lines(square: Square) -> list[tuple[str, bool]]:
    """Return the words beneath a field, line by line, and whether each is bold."""
    called = [(line, True) for line in wrapped(square.label, _WIDTH, size=15, bold=True)]
    return called + [(line, False) for line in wrapped(square.words, _WIDTH, size=15)]


def _height(square: Square) -> int:
    return _FIELD + 6 + _LINE * len(_lines(square))


def _square(square: Square, left: int, top: int, height: int, identifier: str) -> str:
    colour = LOOKS[square.level].colour
    beneath = "".join(
        text(line, x=left, y=top + _FIELD + 2 + _LINE * number, size=15, bold=bold)
        for number, (line, bold) in enumerate(_lines(square), start=1)
    )
    drawn = (
        f'<g class="tone-{colour}" color="{COLOURS[colour]}"><rect class="part" x="{left + 1}" y="{top + 1}" '
        f'width="{_WIDTH - 2}" height="{_FIELD - 2}" rx="6" fill="url(#{escape(identifier)}-{square.level})" '
        f'stroke="currentColor" stroke-width="2"/></g>'
        + _shape(LOOKS[square.level].shape, left + 14, top + 14, _FIELD - 28, f"tone-{colour}", COLOURS[colour])
        + _stars(square, left + _WIDTH, top)
        + beneath
    )
    if not square.link:
        return f"<g>{drawn}</g>"
    # The whole square can be pressed, not its strokes alone.
    return (
        f'<a class="square" href="{escape(square.link)}" aria-label="{escape(square.described)}">'
        f'<rect x="{left}" y="{top}" width="{_WIDTH}" height="{height + 4}" fill="none" pointer-events="all"/>'
        f"{drawn}</a>"
    )


def _stars(square: Square, right: int, top: int) -> str:
    """Return the stars of a square from the right: members' work is filled, the source's own star an outline."""
    filled = f'<path d="{_STAR}" fill="currentColor"/>'
    outline = f'<path d="{_STAR}" fill="none" stroke="currentColor" stroke-width="1.6" stroke-linejoin="round"/>'
    shown = [shape for there, shape in ((square.star, filled), (square.kept, outline)) if there]
    return "".join(
        _shape(shape, right - 44 * number, top + 20, 32, "star", "#1c2326")
        for number, shape in enumerate(shown, start=1)
    )


def _shape(shape: str, left: int, top: int, size: int, name: str, colour: str) -> str:
    """Return a shape of a square of 20 in its place, on a ground that hides the pattern behind it."""
    half = size / 2
    return (
        f'<circle class="ground" cx="{left + half:g}" cy="{top + half:g}" r="{half + 3:g}" fill="#fff"/>'
        f'<svg class="{name}" x="{left}" y="{top}" width="{size}" height="{size}" viewBox="0 0 20 20" '
        f'color="{colour}">{shape}</svg>'
    )


def star_mark(*, kept: bool = False) -> str:
    """Return a star as it stands in the card, for the words that explain it."""
    look = 'fill="none" stroke="currentColor" stroke-width="1.6"' if kept else 'fill="currentColor"'
    return (
        f'<svg class="mark" viewBox="0 0 20 20" width="20" height="20" aria-hidden="true" focusable="false">'
        f'<path d="{_STAR}" {look}/></svg>'
    )
