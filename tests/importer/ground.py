"""Where a text can be damaged: its lines from the first point to the last, found by its undamaged reading."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from tracker.importer.reading import Point, Reading, Source
from tracker.importer.scan import is_footnote, tidy
from tracker.importer.verdicts import key

POINT, HEADING, FOOTNOTE, OTHER = "point", "heading", "footnote", "other"

MARKS = re.compile(r"(?:\s|[-–•*·#]+(?=[\s*\d(]))*")
NUMBER = re.compile(rf"(?P<marks>{MARKS.pattern})(?P<drop>(?:\(\d+\)|\d+(?:\.\d+)*\.?(?=[\s*]))\s*)")
LETTER = re.compile(rf"(?P<marks>{MARKS.pattern})(?P<drop>[a-h][.)]\s*)(?=\S)")
BULLET = re.compile(r"(?P<marks>\s*)(?P<drop>[-–•]\s+)(?=\S)")
ROMAN = re.compile(r"(?P<marks>[\s#*]*)(?P<drop>[IVX]+\s*[-–—.]\s*)(?=\S)")
QUESTION = re.compile(r"(?P<marks>[\s#*]*Question\s+)(?P<drop>\d+\.?)", re.I)
REPLY = re.compile(r"[\s#*]*Repl(?:y|ies)\s+to\s+[\d\s.,par–-]*\**\s*", re.I)
_INLINE_REPLY = re.compile(r"^[\s*#]*Reply\W*", re.I)
_REQUEST = re.compile(r"[\s#*-]*(?:→|\$\\rightarrow\$)")
_LONGEST_HEADING = 20


@dataclass(frozen=True)
class Place:
    """A line that is not empty. `points` are the keys of those that it holds or, being a heading, names one by one;
    `below` those that stand under a heading. `in_reply` tells that it is part of a reply.
    """

    line: int
    role: str
    points: frozenset[str] = frozenset()
    below: frozenset[str] = frozenset()
    in_reply: bool = False


@dataclass(frozen=True)
class Ground:
    """A text, what is read from it undamaged, and the places where it can be damaged."""

    source: Source
    reading: Reading
    places: tuple[Place, ...]

    def line(self, place: Place) -> str:
        """Return the words that stand at `place`."""
        return self.source.lines[place.line - 1]

    def of(self, *roles: str) -> list[Place]:
        """Return the places of these roles, in the order of the text."""
        return [place for place in self.places if place.role in roles]


def survey(source: Source, reading: Reading) -> Ground:
    """Return where `source` can be damaged: each part of `reading` from the heading of its first point to its last."""
    owners = _Owners(reading)
    places: list[Place] = []
    reached = 0
    for part in reading.parts:
        points = [point for point in reading.points if point.document_code == part.code]
        if points:
            first, last = _first(source, points, reached), _last(source, points, owners)
            places += [_place(source, number, points, owners) for number in _filled(source, first, last)]
            reached = last
    return Ground(source, reading, tuple(_about(source, places, index) for index in range(len(places))))


def _filled(source: Source, first: int, last: int) -> list[int]:
    return [number for number in range(first, last + 1) if source.lines[number - 1].strip()]


def _first(source: Source, points: list[Point], reached: int) -> int:
    """Return the line after the part before; in the first part, that of the first point's heading."""
    start = min(point.line for point in points)
    if reached:
        return reached + 1
    headings = {tuple(words(heading)) for heading in points[0].section}
    above = [number for number in _filled(source, 1, start) if tuple(words(source.lines[number - 1])) in headings]
    return min([start, *above[-2:]])


def _last(source: Source, points: list[Point], owners: "_Owners") -> int:
    """Return the last line of the last point: the end of the run of lines that hold its words."""
    last = max(max(point.line, point.reply_line) for point in points)
    for number in range(last + 1, len(source.lines) + 1):
        line = source.lines[number - 1]
        if line.strip() and owners.of(number, line)[0]:
            last = number
        elif line.strip() and not is_footnote(line):
            break
    return last


def words(text: str) -> list[str]:
    """Return the words of `text` without case, marks of bold and lists, formulas, and the signs between words."""
    return re.findall(r"\w+", re.sub(r"\$[^$]*\$", "", tidy(text)).casefold())


class _Owners:
    """Which points a line belongs to: the last that start before it, if its words stand among theirs."""

    def __init__(self, reading: Reading) -> None:
        self.points = sorted(reading.points, key=lambda point: point.line)
        self.texts = {key(point): _run(f"{point.wording} {_strings(point)}") for point in self.points}
        self.replies = {key(point): _run(point.reply or "") for point in self.points}

    def of(self, number: int, line: str) -> tuple[frozenset[str], bool]:
        """Return the keys of the owners of a line, and whether it is part of a reply, joint ones having several."""
        own = frozenset(key(point) for point in self.points if point.line == number)
        if own:
            return own, False
        started = max((point.line for point in self.points if point.line <= number), default=0)
        replied = max((point.reply_line for point in self.points if 0 < point.reply_line <= number), default=-1)
        asked = {key(point) for point in self.points if point.line == started}
        answered = {key(point) for point in self.points if point.reply_line == replied}
        held = frozenset(name for name in asked if _holds(self.texts[name], line))
        answers = frozenset(name for name in answered if _holds(self.replies[name], line))
        in_reply = bool(answers) and (replied > started or not held)
        return (answers, True) if in_reply else (held, False)


def _run(text: str) -> str:
    return f" {' '.join(words(text))} "


def _strings(point: Point) -> str:
    return " ".join(str(value) for value in point.attributes.values())


def _holds(run: str, line: str) -> bool:
    """Tell whether the words of `line`, with or without a number before them, stand together in `run`."""
    line = _INLINE_REPLY.sub("", line)
    marks = [found for found in (NUMBER.match(line), LETTER.match(line)) if found]
    tried = [words(line), *(words(line[mark.end() :]) for mark in marks)]
    return any(found and f" {' '.join(found)} " in run for found in tried)


def _place(source: Source, number: int, points: list[Point], owners: _Owners) -> Place:
    line = source.lines[number - 1]
    starts = any(point.line == number for point in points) and not QUESTION.match(line)
    if is_footnote(line) and not starts:
        return Place(number, FOOTNOTE)
    section = _section(line, points)
    held, in_reply = owners.of(number, line)
    if starts or (held and section is None and not _is_title(line)):
        return Place(number, POINT, held, in_reply=in_reply)
    if section is not None or _is_title(line) or _like_heading(line):
        return Place(number, HEADING, below=_below(number, line, points, section))
    return Place(number, OTHER)


def _section(line: str, points: list[Point]) -> str | None:
    """Return the heading that a line is, alone or with a short one after it."""
    found = words(line)
    headings = dict.fromkeys(heading for point in points for heading in point.section)
    same = [heading for heading in headings if words(heading) == found]
    longer = [heading for heading in headings if len(words(heading)) > 2 and words(heading) == found[:-1]]
    return next(iter([*same, *longer]), None)


def _is_title(line: str) -> bool:
    """Tell whether a line is a heading whatever else holds its words: of a question, a reply, or a word in capitals."""
    text = tidy(line)
    return bool(REPLY.fullmatch(line) or QUESTION.match(line)) or (text.isupper() and len(words(text)) < 3)


def _like_heading(line: str) -> bool:
    """Tell whether a line that is no point's is short or ends with a colon; entries of lists and requests are none."""
    if _REQUEST.match(line) or LETTER.match(line):
        return False
    return line.rstrip(" *").endswith(":") or (len(words(line)) <= _LONGEST_HEADING and not BULLET.match(line))


def _below(number: int, line: str, points: list[Point], section: str | None) -> frozenset[str]:
    """Return the points under a heading: of its question, or those after it as long as their section has it."""
    if question := QUESTION.match(line):
        asked = question["drop"].rstrip(".")
        return frozenset(key(point) for point in points if point.reference.split(".")[0] == asked)
    found: list[str] = []
    for point in sorted(points, key=lambda point: point.line):
        if point.line > number and section is not None:
            if section not in point.section:
                break
            found.append(key(point))
    return frozenset(found)


def _about(source: Source, places: list[Place], index: int) -> Place:
    """Return a place; a heading with what it names: a reply's and a single question's point, an introduction's points.

    One that no section has stands over the points up to the next heading.
    """
    place = places[index]
    if place.role != HEADING:
        return place
    line, rest = source.lines[place.line - 1], places[index + 1 :]
    stop = next((n for n, other in enumerate(rest) if other.role == HEADING), len(rest))
    near = frozenset[str]().union(*(other.points for other in rest[:stop]))
    return replace(place, points=_names(line, near, rest), below=place.below or near)


def _names(line: str, near: Iterable[str], rest: list[Place]) -> frozenset[str]:
    if REPLY.fullmatch(line):
        return next((other.points for other in rest if other.in_reply), frozenset(near))
    if question := QUESTION.match(line):
        return frozenset(name for name in near if name.split()[-1] == question["drop"].rstrip("."))
    if number := NUMBER.match(line):
        return frozenset(name for name in near if f"{number['drop'].strip()}(" in name)
    return frozenset()
