"""Questionnaire with replies: numbered questions with sub-questions, and below them what a State answered."""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise, takewhile

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tracker.errors import SourceRefused
from tracker.importer.questions import Asked, gaps, questions, reference
from tracker.importer.reading import Doubt, Part, Point, Reading, Source
from tracker.importer.replies import (
    LETTER,
    PROMPT,
    REPLY,
    TEXT,
    Line,
    Number,
    Words,
    ends,
    read_lines,
)
from tracker.importer.scan import tidy
from tracker.importer.source import MOST_BYTES
from tracker.lib.text import reference_slug

NAME = "questionnaire"
LABEL = gettext_lazy("Questionnaire with replies")

_EMBEDDED_LETTER = re.compile(r"(?<=[?;])\s+([b-z])[.)]\s*(?=\w)")
_ANSWER_AFTER = re.compile(r"\?(\s+)(?=[^\W\d_a-z])[^?]*$")
_CONDITION = re.compile(r"For (?:the )?(?:Parties|States)\b([^\n]*)")
_MARK = re.compile(r"[\s#*]*(?:Question\s+\d+\b|Repl(?:y|ies)\s+to\s+[par.\s]*\d)")
_AUXILIARIES = set("have has having had that which who not".split())
_DAY = re.compile(r"registered by (?:the )?(.{1,80}?) on (\d{1,2}) ([A-Z][a-z]+) (\d{4})")
_MONTHS = "January February March April May June July August September October November December".split()
_HEAD_LINES, _LONGEST_HEAD = 60, 300
_LONGEST_HEADING = 60
_MOST_PROMPTS = 99
# Of the name of a State.
_MOST_WORDS = 10
# Of all replies together, where a reply is counted for each question that it names.
_MOST_IN_REPLIES = 4 * MOST_BYTES


def fits(source: Source) -> bool:
    """Tell whether the file speaks of replies to a questionnaire and has headings of questions and replies."""
    head = " ".join(_head(source)).casefold()
    marks = sum(_MARK.match(line[:80]) is not None for line in source.lines)
    return "questionnaire" in head and "repl" in head and marks > 2


def read(source: Source) -> Reading:
    """Return the questions of the file, each with its reply. Raises SourceRefused where replies are too large."""
    part = _part(source)
    head = _head(source)
    furniture = (part.title, *head[:1], part.title.split(":")[0])
    asked = questions(read_lines(enumerate(source.lines, start=1), furniture))
    points = [None, *_with_replies([_read(one, part) for one in asked], source.name)]
    checked = tuple(_checked(point, before) for before, point in pairwise(points) if point)
    return Reading(NAME, (part,), checked, replied_on=part.published_on, doubts=tuple(gaps(asked)))


# --- the head -------------------------------------------------------------------------------------------------------


def _head(source: Source) -> list[str]:
    """Return the first lines up to the first question, without marks and each once."""
    lines = (tidy(line[:_LONGEST_HEAD].lstrip("# ")) for line in source.lines[: _HEAD_LINES * 5])
    before = takewhile(lambda line: not re.match(r"Question\b|\d+\.\d", line), filter(None, lines))
    return list(dict.fromkeys(before))[:_HEAD_LINES]


def _part(source: Source) -> Part:
    head = " ".join(_head(source))
    title = re.search(r"Repl(?:y|ies) (?:.{0,60}? )?to .{0,80}?questionnaire\b", head, re.I)
    country = _country(head[title.end() :]) if title else ""
    day = _DAY.search(head)
    published = _date(day[4], day[3], day[2]) if day else ""
    publisher = _first_capital(day[1]) if day else ""
    if "lanzarote" in head.casefold():
        publisher = "Council of Europe, Secretariat of the Lanzarote Committee"
    slug = reference_slug(f"{NAME} {country} {published[:4]}")
    name = title[0] if title else str(LABEL)
    return Part(slug, NAME, f"{name}: {country}" if country else name, published, publisher, country)


def _date(year: str, month: str, day: str) -> str:
    try:
        return dt.date(int(year), _MONTHS.index(month) + 1, int(day)).isoformat()
    except ValueError:
        return ""


def _country(text: str) -> str:
    """Return the name in capitals that `text` begins with, written as a name."""
    capitals = " ".join(takewhile(str.isupper, text.split()[:_MOST_WORDS]))
    words = [word if word in ("of", "and", "the") else _first_capital(word) for word in capitals.lower().split()]
    return " ".join(words)


def _first_capital(text: str) -> str:
    return text[:1].upper() + text[1:]


# --- a question and its reply ---------------------------------------------------------------------------------------


class _Asking:
    """The words of a question, of its sub-questions and of what is asked further, while they are put together."""

    def __init__(self) -> None:
        self.text = self.last = Words()
        self.components: dict[str, Words] = {}
        self.doubts: list[Doubt] = []
        self.expected = "a"
        self.prompts = 0

    def start_prompt(self) -> None:
        """Begin what is asked further: n1, n2 and so on, so that letters stay those of the document."""
        self.prompts = min(self.prompts + 1, _MOST_PROMPTS)
        self._begin(f"n{self.prompts}", "a")

    def takes(self, line: Line) -> bool:
        """Tell whether a line is asked still, where no heading tells where the reply begins."""
        return not self.last.ended or self._follows(line) or line.text.endswith("?")

    def add(self, line: Line) -> None:
        """Add a line: a sub-question, the rest of the one before, or text that belongs to none."""
        self.doubts += line.doubts
        if self._follows(line):
            if line.letter != self.expected:
                self.doubts.append(Doubt("gap", line.line, f"{self.expected})"))
            self._start(line.letter, line, line.rest)
        elif self._lacks_letter(line):
            self.doubts.append(Doubt("no_mark", line.line))
            self._start(self.expected, line, line.text)
        elif not self.last.ended:
            self._add(line, line.text)
        elif line.heading and len(line.text) <= _LONGEST_HEADING and not ends(line.text):
            self.doubts.append(Doubt("heading_unknown", line.line, line.text))
        else:
            self.doubts.append(Doubt("loose_text", line.line, line.text))
            self.last.add(line, line.text)

    def _follows(self, line: Line) -> bool:
        return line.kind == LETTER and 0 <= ord(line.letter) - ord(self.expected) <= 2

    def _lacks_letter(self, line: Line) -> bool:
        if self.expected > "z" or not (line.bullet or line.text.endswith(("?", ";"))):
            return False
        return self.last.ended if self.expected != "a" else self.last.tail.endswith(":")

    def _start(self, letter: str, line: Line, text: str) -> None:
        self._begin(letter if letter not in self.components else f"n{self.prompts}{letter}", chr(ord(letter) + 1))
        self._add(line, text)

    def _begin(self, name: str, expected: str) -> None:
        self.last = self.components.setdefault(name, Words())
        self.expected = expected

    def _add(self, line: Line, text: str) -> None:
        """Add the text of a line; a letter inside it that is due begins the next sub-question."""
        found = _EMBEDDED_LETTER.search(text)
        if found and found[1] == self.expected:
            self.last.add(line, text[: found.start()])
            self._start(found[1], line, text[found.end() :])
        else:
            self.last.add(line, text)


@dataclass
class _Reply:
    """What stands below a question. `names` are the numbers that its heading names, which may be `unclear`."""

    line: int = 0
    words: Words = field(default_factory=Words)
    names: list[Number] = field(default_factory=list)
    unclear: bool = False
    doubts: list[Doubt] = field(default_factory=list)

    def add(self, line: Line) -> None:
        self.line = self.line or line.line
        self.names += line.answers
        self.unclear = self.unclear or line.unclear
        self.doubts += line.doubts
        self.words.add(line, line.rest if line.kind == REPLY else line.text)


def _read(asked: Asked, part: Part) -> tuple[Point, _Reply]:
    """Return the question with its sub-questions as a point, and the reply below it."""
    asking, reply = _Asking(), _Reply()
    for segment in _segments(asked.lines):
        if segment[0].kind == PROMPT:
            asking.start_prompt()
        _read_segment(segment, asking, reply)
    line = asked.lines[0].line
    doubts = [*asked.section.doubts, *asked.doubts, *asking.doubts]
    for one in asked.loose:
        doubts += [Doubt("loose_text", one.line, one.text), *one.doubts]
    text = "\n".join([*(one.text for one in asked.loose), str(asking.text)])
    point = Point(
        document_code=part.code,
        reference=reference(asked.number),
        section=asked.section.headings,
        text=text,
        line=line,
        kind="question",
        area=asked.section.area.value,
        components=tuple((letter, str(words)) for letter, words in asking.components.items()),
        doubts=tuple(doubts if text else [*doubts, Doubt("unfinished", line)]),
    )
    return point, reply


def _segments(lines: Sequence[Line]) -> list[list[Line]]:
    """Return the lines of the question, then those from each further prompt on; the first without number or arrow."""
    segments: list[list[Line]] = []
    for line in lines:
        if line.kind == PROMPT or not segments:
            segments.append([replace(line, text=line.rest)])
        else:
            segments[-1].append(line)
    return segments


def _read_segment(segment: Sequence[Line], asking: _Asking, reply: _Reply) -> None:
    """Add each line to what is asked or to the reply, which begins with its heading or after the last question."""
    headed = any(line.kind == REPLY for line in segment)
    replied = False
    for line in segment:
        replied = replied or line.kind == REPLY or not (headed or asking.takes(line))
        answer = None if headed or replied else _ANSWER_AFTER.search(line.text)
        if replied:
            reply.add(line)
        elif answer:
            asking.add(replace(line, text=line.text[: answer.start() + 1]))
            reply.add(replace(line, kind=TEXT, text=line.text[answer.end(1) :], doubts=[]))
            replied = True
        else:
            asking.add(line)


# --- replies to several questions -----------------------------------------------------------------------------------


def _with_replies(read: Sequence[tuple[Point, _Reply]], name: str) -> list[Point]:
    """Return the points, each reply given to every question that it names and that has none of its own."""
    points = [point for point, _ in read]
    # A reply may name a question after it that has none of its own.
    known = {point.reference: index for index, (point, reply) in enumerate(read) if not reply.words.pieces}
    size = 0
    for index, (point, reply) in enumerate(read):
        known[point.reference] = index
        if not reply.words.pieces:
            continue
        owners, doubtful = _owners(reply, index, points, known)
        names = [points[owner].reference for owner in owners]
        if doubtful:
            reply.doubts.append(Doubt("reply_unplaced", reply.line, ", ".join(names)))
        text = str(reply.words)
        size += len(text) * len(owners)
        if size > _MOST_IN_REPLIES:
            raise SourceRefused(
                _("The replies of “%(name)s” are too large: more than %(most)s MB, each counted for all it answers.")
                % {"name": name, "most": _MOST_IN_REPLIES // 1024 // 1024}
            )
        for owner in owners:
            points[owner] = replace(
                points[owner],
                reply=text,
                reply_line=reply.line,
                attributes={"joint_with": names[0]} if owner != owners[0] else {},
                doubts=(*points[owner].doubts, *reply.doubts),
            )
    return points


def _owners(reply: _Reply, index: int, points: Sequence[Point], known: dict[str, int]) -> tuple[list[int], bool]:
    """Return the indexes of the questions that a reply belongs to, and whether that is doubtful."""
    if reply.unclear:
        first = index
        while first and points[first - 1].reply is None and points[first - 1].section == points[index].section:
            first -= 1
        return list(range(first, index + 1)), first < index or bool(reply.names)
    named = [known.get(reference(number)) for number in reply.names]
    if index not in named:
        named = [owner if owner is not None and owner < index else None for owner in named]
    waiting = {owner for owner in named if owner is not None and points[owner].reply is None}
    doubtful = bool(named) and (not waiting or None in named)
    return sorted(waiting | {index} if doubtful or not named else waiting), doubtful


def _checked(point: Point, before: Point | None) -> Point:
    """Return the point with each doubt once, and with one where a reply is missing."""
    doubts = list(point.doubts)
    if point.reply is None and not (before and _is_put_to_others(before, point)):
        doubts.append(Doubt("no_reply", point.line))
    return replace(point, doubts=tuple(dict.fromkeys(doubts)))


def _is_put_to_others(before: Point, point: Point) -> bool:
    """Tell whether a question is for States that have not done what the one before asked of those that have.

    Where that one has a reply, none is expected here.
    """
    first, second = _CONDITION.match(before.text), _CONDITION.match(point.text)
    if not (before.reply and first and second and before.section == point.section):
        return False
    sides = [set(found[1].split()) for found in (first, second)]
    same = sides[0] - _AUXILIARIES == sides[1] - _AUXILIARIES
    return same and ("not" in sides[0]) != ("not" in sides[1])
