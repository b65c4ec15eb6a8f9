"""The lines of a questionnaire → its questions in order, also those whose number or heading is lost."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest

from tracker.choices import Area
from tracker.importer.reading import Doubt
from tracker.importer.replies import AREA, HEADING, LETTER, QUESTION, REPLY, TEXT, Line, Number, Words, ends, goes_on

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
class Asked:
    """One question with all lines up to the next, `lines[0]` being its first.

    `title` are the lines of the heading above; `loose` stand between that and the question and belong to neither.
    """

    number: Number
    area_title: str
    title: list[Line]
    doubts: list[Doubt] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    loose: list[Line] = field(default_factory=list)

    @property
    def reference(self) -> str:
        """Return the number as it is written."""
        return reference(self.number)

    @property
    def section(self) -> tuple[str, ...]:
        """Return the headings above the question; one whose number is lost gets that again."""
        words = Words()
        for line in self.title:
            words.add(line, line.text)
        title = str(words).replace("\n", " ")
        if title and not self.title[0].number[0]:
            title = f"Question {self.number[0]}. {title.removeprefix('Question').lstrip(' .:')}"
        return tuple(filter(None, (self.area_title, title)))

    @property
    def area(self) -> Area:
        """Return the area of the part, save for questions on co-operation."""
        if _COOPERATION.search(" ".join(line.text for line in self.title)):
            return Area.COORDINATION
        return AREAS.get(self.area_title, Area.LAW_PROTECTION)

    def named(self, number: Number) -> "Asked":
        """Give the question a number that it lost."""
        self.number = number
        self.doubts.append(Doubt("number_missing", self.lines[0].line, self.reference))
        return self


def reference(number: Number) -> str:
    """Return a number as it is written: 3, 9.4."""
    return f"{number[0]}.{number[1]}" if number[1] else str(number[0])


def questions(lines: Sequence[Line]) -> list[Asked]:
    """Return the questions in the order of the text."""
    walk = _Walk()
    for line, after in zip_longest(lines, lines[1:]):
        walk.take(line, after)
    asked = [one for one in walk.asked if one.lines]
    return [part for one, after in zip_longest(asked, asked[1:]) for part in _split(one, after)]


def gaps(asked: Sequence[Asked]) -> Iterator[Doubt]:
    """Yield a doubt for each number that is missing between two others."""
    before: Number = (0, 0)
    for one in asked:
        main, sub = one.number
        for lost in range(before[0] + 1, main):
            yield Doubt("gap", one.lines[0].line, reference((lost, 0)))
        for lost in range(before[1] + 1 if main == before[0] else 1, sub):
            yield Doubt("gap", one.lines[0].line, reference((main, lost)))
        before = one.number


class _Walk:
    """Goes through the lines and knows which number is due: a number or heading that is not due is text."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.current: Asked | None = None
        self.main = 0
        self.area_title = ""
        self.title: list[Line] = []
        self.in_title = False
        self.loose: list[Line] = []
        # Doubts about headings: for the next question, for all questions of the part, for all of the section.
        self.doubts: list[Doubt] = []
        self.of_part: list[Doubt] = []
        self.of_section: list[Doubt] = []

    def take(self, line: Line, after: Line | None) -> None:
        """Take the next line, knowing the one after it."""
        if line.kind == AREA and (line.text in AREAS or (after is not None and after.kind == HEADING)):
            self._start_part(line)
        elif line.kind == HEADING and 0 < (line.number[0] or self.main + 1) - self.main <= _FURTHEST:
            self._start_section(line)
        elif line.kind == QUESTION and self._is_due(*line.number):
            self._start_question(line)
        elif self.in_title and self.current and self._continues_title(line):
            self.title.append(line)
            self.current.doubts += line.doubts
        elif self.current is None:
            self.loose.append(line)
        else:
            self.in_title = False
            self.current.lines.append(line)

    def _is_due(self, main: int, sub: int) -> bool:
        if main != self.main:
            return 0 < main - self.main <= _FURTHEST and 0 < sub <= _FURTHEST
        return self.current is not None and 0 < sub - self.current.number[1] <= _FURTHEST

    def _continues_title(self, line: Line) -> bool:
        if line.kind != TEXT:
            return False
        first = self.title[-1]
        return (first.kind == HEADING and not first.rest) or goes_on(first, line)

    def _start_part(self, line: Line) -> None:
        self.area_title, self.current, self.in_title = line.text, None, False
        self.doubts += line.doubts
        self.of_part = [] if line.text in AREAS else [Doubt("heading_unknown", line.line, line.text)]

    def _start_section(self, line: Line) -> None:
        self.main = line.number[0] or self.main + 1
        self.of_section = [] if line.number[0] else [Doubt("number_missing", line.line, str(self.main))]
        self.title, self.in_title = [line], True
        self.doubts += line.doubts
        if not self.asked:
            self.loose = []
        self._open((self.main, 0))

    def _start_question(self, line: Line) -> None:
        main, sub = line.number
        if main != self.main:
            self._start_without_heading(line)
        elif self.current and not self.current.number[1]:
            self._settle_section(self.current, sub)
        asked = self._open(line.number)
        asked.lines.append(line)
        self.in_title = False

    def _start_without_heading(self, line: Line) -> None:
        """Start the section of a question above which is none: its heading may be the text before, without number."""
        self.main = line.number[0]
        before = self.current.lines if self.current else self.loose
        self.title = _take_title(before, keep=1 if self.current else 0)
        self.doubts += [doubt for one in self.title for doubt in one.doubts]
        if self.title:
            self.of_section = [Doubt("number_missing", self.title[0].line, str(self.main))]
        else:
            self.of_section = [Doubt("no_heading", line.line)]
        if not self.asked:
            self.loose = []

    def _settle_section(self, first: Asked, sub: int) -> None:
        """Settle what stands between a heading and its first number: a question without one, or loose text."""
        if first.lines and sub > 1:
            first.named((self.main, 1))
        elif not any(line.kind == REPLY for line in first.lines):
            self.asked.pop()
            self.loose += first.lines
            self.doubts += [doubt for doubt in first.doubts if doubt not in (*self.of_part, *self.of_section)]

    def _open(self, number: Number) -> Asked:
        doubts = [*self.doubts, *self.of_part, *self.of_section]
        doubts += [Doubt("loose_text", one.line, one.text) for one in self.loose if one.text]
        self.current = Asked(number, self.area_title, self.title, doubts, loose=self.loose)
        self.loose, self.doubts = [], []
        self.asked.append(self.current)
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


def _split(asked: Asked, after: Asked | None) -> Iterable[Asked]:
    """Return the question, and from its lines those after it that have lost their number."""
    limit = after.number if after else (asked.number[0] + _FURTHEST, 1)
    replies = _next_replies(asked.lines)
    first = replies[0].answers[0] if replies[0] and replies[0].answers else (0, 0)
    if first == (asked.number[0], 1) and not asked.number[1] and limit[0] > asked.number[0]:
        asked.named(first)
    parts = [Asked(asked.number, asked.area_title, asked.title, asked.doubts, loose=asked.loose)]
    has_ended = False
    for index, line in enumerate(asked.lines):
        part = parts[-1]
        before = part.lines[-1] if part.lines else None
        if has_ended and _may_ask(line) and not goes_on(before, line):
            letters = index + 1 < len(asked.lines) and asked.lines[index + 1].kind == LETTER
            lost = _lost(part, limit, line, replies[index], letters)
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


def _may_ask(line: Line) -> bool:
    return line.kind == TEXT and _ASKS.match(line.rest) is not None


def _lost(part: Asked, limit: Number, line: Line, reply: Line | None, letters: bool) -> Number | None:
    """Return the number that a line had which seems to ask, or None where none is free."""
    main, sub = part.number
    named = max(reply.answers) if reply else (0, 0)
    if part.number < named < limit and named[0] - main <= 1:
        return named
    questionable = line.marked or letters or "?" in line.text or line.text.endswith(":")
    titled = len(part.lines) > 1 and _is_heading(part.lines[-1])
    if titled and main + 1 < limit[0]:
        return (main + 1, 0)
    if not sub or not questionable:
        return None
    in_gap = limit[0] == main and sub + 1 < limit[1]
    return (main, sub + 1) if in_gap or (line.heading and limit[0] > main) else None


def _found(part: Asked, number: Number) -> Asked:
    """Return a question with this number that follows `part`, in a section of its own if it has no sub-number."""
    if number[0] == part.number[0]:
        doubts = [doubt for doubt in part.doubts if doubt.code in ("heading_unknown", "no_heading")]
        return Asked(number, part.area_title, part.title, doubts)
    title = _take_title(part.lines)
    doubts = [doubt for one in title for doubt in one.doubts]
    if not title:
        doubts.append(Doubt("no_heading", part.lines[-1].line))
    return Asked(number, part.area_title, title, doubts)
