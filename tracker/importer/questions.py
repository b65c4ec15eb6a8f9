"""The lines of a questionnaire → its questions in order, also those whose number or heading is lost."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import dropwhile, zip_longest

from tracker.choices import Area
from tracker.importer.reading import Doubt
from tracker.importer.replies import (
    AREA,
    HEADING,
    LETTER,
    QUESTION,
    REPLY,
    TEXT,
    Line,
    Number,
    Words,
    ends,
    goes_on,
    short,
)

# The parts of the Lanzarote Committee's questionnaires, and the area of a point in each.
AREAS = {
    "PREVENTION": Area.PREVENTION,
    "PROTECTION": Area.RECOVERY,
    "PROSECUTION": Area.LAW_PROTECTION,
    "COOPERATION": Area.COORDINATION,
    "CO-OPERATION": Area.COORDINATION,
}
_COOPERATION = re.compile(r"\bco-?operation\b", re.I)
# How a question begins that has lost its number.
_ASKS = re.compile(
    r"(?:Are|Is|Do|Does|Did|Has|Have|Was|Were|What|Which|Who|Whose|How|When|Where|Why|Can|Could|Will|Would|Should|"
    r"Please|(?:To|In|For|Under) (?:what|which|whom)|For (?:the )?(?:Part(?:y|ies)|States?))\b"
)
# A number may skip so many: more, and it is no number of a question.
_FURTHEST = 5
_LONGEST_HEADING = 240


@dataclass
class Section:
    """What stands above a question: the heading of its part, and the lines of its own. Doubts are of all below."""

    number: int = 0
    area_title: str = ""
    title: list[Line] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)

    def following(self, number: int, title: list[Line], doubts: list[Doubt]) -> "Section":
        """Return the section below this one, in the same part."""
        of_part = [doubt for doubt in self.doubts if doubt.code == "heading_unknown"]
        return Section(number, self.area_title, title, [*of_part, *doubts])

    @property
    def headings(self) -> tuple[str, ...]:
        """Return the headings; one whose number is lost gets that again."""
        words = Words()
        for line in self.title:
            words.add(line, line.text)
        title = str(words).replace("\n", " ")
        if title and not self.title[0].number[0]:
            title = f"Question {self.number}. {title.removeprefix('Question').lstrip(' .:')}".rstrip()
        return tuple(filter(None, (self.area_title, title)))

    @property
    def area(self) -> Area:
        """Return the area of the part, save for questions on co-operation."""
        if _COOPERATION.search(" ".join(line.text for line in self.title)):
            return Area.COORDINATION
        return AREAS.get(self.area_title, Area.LAW_PROTECTION)


@dataclass
class Asked:
    """One question with all lines up to the next, `lines[0]` being its first.

    `loose` are the lines between the heading above and the question.
    """

    number: Number
    section: Section
    doubts: list[Doubt] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    loose: list[Line] = field(default_factory=list)

    def named(self, number: Number) -> None:
        """Give the question a number that it lost."""
        self.number = number
        self.doubts.append(Doubt("number_missing", self.lines[0].line, reference(number)))


def reference(number: Number) -> str:
    """Return a number as it is written: 3, 9.4."""
    return f"{number[0]}.{number[1]}" if number[1] else str(number[0])


def questions(lines: Sequence[Line]) -> list[Asked]:
    """Return the questions in the order of the text."""
    walk = _Walk()
    for line, after in zip_longest(lines, lines[1:]):
        walk.take(line, after)
    asked = [one for one in map(_with_its_heading, walk.asked) if one.lines]
    if asked:
        asked[-1].doubts += [Doubt("left_out", line.line, short(line.text)) for line in walk.loose] + walk.doubts
    return [part for one, after in zip_longest(asked, asked[1:]) for part in _split(one, after)]


def gaps(asked: Sequence[Asked]) -> Iterator[Doubt]:
    """Yield a doubt for each number that is missing between two others."""
    before: Number = (0, 0)
    for one in asked:
        main, sub = one.number
        lost = [(number, 0) for number in range(before[0] + 1, main)]
        lost += [(main, number) for number in range(before[1] + 1 if main == before[0] else 1, sub)]
        yield from (Doubt("gap", one.lines[0].line, reference(number)) for number in lost)
        before = one.number


def _with_its_heading(asked: Asked) -> Asked:
    """Return the question; where its heading asks, with those words as its text and the number alone as heading."""
    title = asked.section.title
    first = asked.lines[0].kind if asked.lines else REPLY
    if asked.number[1] or not title or title[0].kind != HEADING:
        return asked
    rest = title[0].rest
    if not title[-1].text.endswith("?") and not (first in (REPLY, LETTER) and _ASKS.match(rest)):
        return asked
    words = [replace(title[0], kind=TEXT, text=rest), *title[1:]] if rest else title[1:]
    words = [replace(line, doubts=[]) for line in words]
    heading = replace(title[0], text=title[0].text.removesuffix(rest).rstrip(), rest="")
    return replace(asked, section=replace(asked.section, title=[heading]), lines=[*words, *asked.lines])


class _Walk:
    """Goes through the lines and knows which number is due: a number or heading that is not due is text."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.current: Asked | None = None
        self.section = Section()
        # What stands between the heading of a part and the next: text, and doubts about that heading.
        self.loose: list[Line] = []
        self.doubts: list[Doubt] = []

    @property
    def _next_number(self) -> int:
        return self.section.number + 1

    def take(self, line: Line, after: Line | None) -> None:
        """Take the next line, knowing the one after it."""
        above = after is not None and after.kind == HEADING
        if (line.kind == AREA and (above or (line.heading and line.text in AREAS))) or (
            above and self._is_of_part(line)
        ):
            self._start_part(line)
        elif line.kind == HEADING and 0 <= (line.number[0] or self._next_number) - self._next_number < _FURTHEST:
            self._start_section(line)
        elif line.kind == QUESTION and self._is_due(*line.number):
            self._start_question(line)
        elif self.current is None:
            self.loose.append(line)
        elif not self.current.lines and self._continues_title(line):
            self.section.title.append(line)
            self.current.doubts += line.doubts
        else:
            before = self.current.lines[-1] if self.current.lines else None
            if line.text in AREAS or (line.kind in (HEADING, QUESTION) and not goes_on(before, line)):
                line.doubts.append(Doubt("loose_text", line.line, short(line.text)))
            self.current.lines.append(line)

    def _is_of_part(self, line: Line) -> bool:
        """Tell whether a line above the heading of a question is set off like one of a part, not the rest of a text."""
        lines = self.current.lines if self.current else self.loose
        return _is_heading(line) and not (lines and goes_on(lines[-1], line))

    def _is_due(self, main: int, sub: int) -> bool:
        if main != self.section.number:
            return 0 <= main - self._next_number < _FURTHEST and 0 < sub <= _FURTHEST
        return self.current is not None and 0 < sub - self.current.number[1] <= _FURTHEST

    def _continues_title(self, line: Line) -> bool:
        last = self.section.title[-1]
        return line.kind == TEXT and ((last.kind == HEADING and not last.rest) or goes_on(last, line))

    def _start_part(self, line: Line) -> None:
        unknown = [] if line.text in AREAS else [Doubt("heading_unknown", line.line, line.text)]
        self.section = Section(self.section.number, line.text, doubts=unknown)
        self.current = None
        self.doubts += line.doubts

    def _start_section(self, line: Line) -> None:
        number = line.number[0] or self._next_number
        lost = [] if line.number[0] else [Doubt("number_missing", line.line, str(number))]
        self._open_section(number, [line], lost)
        self._open((number, 0))

    def _start_question(self, line: Line) -> None:
        main, sub = line.number
        if main != self.section.number:
            self._start_without_heading(line)
            current = self._open(line.number)
        elif self.current and not self.current.number[1] and self._stands_before(self.current, sub):
            current = self.current
            current.number, current.loose, current.lines = line.number, current.loose + current.lines, []
        else:
            current = self._open(line.number)
        current.lines.append(line)

    def _stands_before(self, first: Asked, sub: int) -> bool:
        """Tell whether what stands between a heading and its first number is no question but belongs to that one."""
        if first.lines and sub > 1:
            first.named((first.number[0], 1))
            return False
        return not any(line.kind == REPLY for line in first.lines)

    def _start_without_heading(self, line: Line) -> None:
        """Start the section of a question above which is none: its heading may be the text before, without number."""
        main = line.number[0]
        title = _take_title(self.current.lines) if self.current else _take_title(self.loose, keep=0)
        lost = Doubt("number_missing", title[0].line, str(main)) if title else Doubt("no_heading", line.line)
        self._open_section(main, title, [lost])

    def _open_section(self, number: int, title: list[Line], doubts: list[Doubt]) -> None:
        self.section = self.section.following(number, title, doubts)
        self.doubts += [doubt for line in title for doubt in line.doubts]

    def _open(self, number: Number) -> Asked:
        # What stands above the first heading of a question is the head of the document.
        loose = self.loose if self.asked else list(dropwhile(lambda line: line.kind != HEADING, self.loose))
        self.current = Asked(number, self.section, self.doubts, loose=loose)
        self.asked.append(self.current)
        self.loose, self.doubts = [], []
        return self.current


def _take_title(lines: list[Line], keep: int = 1) -> list[Line]:
    """Take the heading that `lines` end with away from them, and return it; the first lines are no heading."""
    taken: list[Line] = []
    while len(lines) > keep and _is_heading(lines[-1]) and (not taken or goes_on(lines[-1], taken[0])):
        taken.insert(0, lines.pop())
    return taken


def _is_heading(line: Line) -> bool:
    marked = line.heading and line.kind == TEXT and 0 < len(line.text) <= _LONGEST_HEADING
    return marked and not ends(line.text) and not _ASKS.match(line.rest)


# --- questions without a number -------------------------------------------------------------------------------------


def _split(asked: Asked, after: Asked | None) -> list[Asked]:
    """Return the question, and from its lines those after it that have lost their number."""
    limit = after.number if after else (asked.number[0] + _FURTHEST, 1)
    replies = _next_replies(asked.lines)
    first = replies[0].answers[0] if replies[0] else (0, 0)
    if first == (asked.number[0], 1) and not asked.number[1] and limit[0] > asked.number[0]:
        asked.named(first)
    parts = [replace(asked, lines=[])]
    has_ended = False
    for line, reply, following in zip_longest(asked.lines, replies, asked.lines[1:]):
        part = parts[-1]
        may_ask = line.kind == TEXT and _ASKS.match(line.rest) is not None
        if has_ended and may_ask and not goes_on(part.lines[-1], line):
            lost = _lost(part, limit, line, reply, before_letter=following is not None and following.kind == LETTER)
            if lost:
                parts.append(_found(part, lost))
                has_ended = False
        parts[-1].lines.append(line)
        has_ended = has_ended or line.kind == REPLY or ends(line.rest) or "?" in line.rest
    for part in parts[1:]:
        part.named(part.number)
    return parts


def _next_replies(lines: Sequence[Line]) -> list[Line | None]:
    """Return for each line the heading of a reply that comes next, if it names what it answers."""
    found: list[Line | None] = []
    reply: Line | None = None
    for line in reversed(lines):
        reply = line if line.kind == REPLY and line.answers else reply
        found.append(reply)
    return found[::-1]


def _lost(part: Asked, limit: Number, line: Line, reply: Line | None, *, before_letter: bool) -> Number | None:
    """Return the number that a line had which seems to ask, or None where none is free."""
    main, sub = part.number
    named = max(reply.answers) if reply else (0, 0)
    if part.number < named < limit and named[0] - main <= 1:
        return named
    if len(part.lines) > 1 and _is_heading(part.lines[-1]) and main + 1 < limit[0]:
        return (main + 1, 0)
    if not sub or not (line.marked or before_letter or "?" in line.text or line.text.endswith(":")):
        return None
    in_gap = limit[0] == main and sub + 1 < limit[1]
    return (main, sub + 1) if in_gap or (line.heading and limit[0] > main) else None


def _found(part: Asked, number: Number) -> Asked:
    """Return a question with this number that follows `part`, in a section of its own if it has no sub-number."""
    if number[0] == part.number[0]:
        return Asked(number, part.section)
    title = _take_title(part.lines)
    lost = [] if title else [Doubt("no_heading", part.lines[-1].line)]
    return Asked(
        number, part.section.following(number[0], title, lost), [doubt for one in title for doubt in one.doubts]
    )
