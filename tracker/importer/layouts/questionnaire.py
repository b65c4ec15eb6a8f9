"""Questionnaire with replies: numbered questions with sub-questions, and below them what a State answered."""

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise, takewhile

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tracker.errors import SourceRefused
from tracker.importer.questions import Asked, gaps, questions
from tracker.importer.reading import Doubt, Part, Point, Reading, Source
from tracker.importer.replies import (
    LETTER,
    PROMPT,
    QUESTION,
    REPLY,
    TEXT,
    Line,
    Number,
    Words,
    ends,
    goes_on,
    read_lines,
)
from tracker.importer.scan import tidy
from tracker.lib.text import reference_slug

NAME = "questionnaire"
LABEL = gettext_lazy("Questionnaire with replies")

_EMBEDDED_LETTER = re.compile(r"(?<=[?;])\s+([b-z])[.)]\s*(?=\w)")
_ANSWER_AFTER = re.compile(r"\?\s+(?=[^\W\d_a-z])[^?]*$")
_CONDITION = re.compile(r"For (?:the )?(?:Parties|States)\b([^\n]*)")
_MARK = re.compile(r"[\s#*]*(?:Question\s+\d+\b|Repl(?:y|ies)\s+to\s+[par.\s]*\d)")
_AUXILIARIES = set("have has having had that which who not".split())
_DAY = re.compile(r"registered by (?:the )?(.{1,80}?) on (\d{1,2}) ([A-Z][a-z]+) (\d{4})")
_MONTHS = "January February March April May June July August September October November December".split()
_HEAD_LINES, _LONGEST_HEAD = 60, 300
_MOST_LINES = 30_000
_LONGEST_HEADING = 60
_MOST_PROMPTS = 99
# Of the name of a State.
_MOST_WORDS = 10


@dataclass
class _Answered:
    """One question as read, and the reply below it; `answers` are the numbers that the reply names."""

    asked: Asked
    text: str = ""
    components: tuple[tuple[str, str], ...] = ()
    own: str = ""
    answers: list[Number] = field(default_factory=list)
    open: bool = False
    doubts: list[Doubt] = field(default_factory=list)
    reply_doubts: list[Doubt] = field(default_factory=list)
    own_line: int = 0
    reply: str | None = None
    reply_line: int = 0
    joint_with: str = ""


def fits(source: Source) -> bool:
    """Tell whether the file speaks of replies to a questionnaire and has headings of questions and replies."""
    head = " ".join(_head(source)).casefold()
    if len(source.lines) > _MOST_LINES or "questionnaire" not in head or "repl" not in head:
        return False
    return sum(_MARK.match(line[:80]) is not None for line in source.lines) > 2


def read(source: Source) -> Reading:
    """Return the questions of the file, each with its reply. Raises SourceRefused where it has far too many lines."""
    if len(source.lines) > _MOST_LINES:
        raise SourceRefused(
            _("“%(name)s” has more than %(most)s lines: it is no questionnaire.")
            % {"name": source.name, "most": _MOST_LINES}
        )
    part = _part(source)
    head = _head(source)
    furniture = (part.title, *head[:1], part.title.split(":")[0])
    asked = questions(read_lines(enumerate(source.lines, start=1), furniture))
    answered = [_read(one) for one in asked]
    _distribute(answered)
    points = tuple(_point(one, before, part) for before, one in pairwise([None, *answered]) if one)
    return Reading(NAME, (part,), points, replied_on=part.published_on, doubts=tuple(gaps(asked)))


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
        self.text = Words()
        self.components: dict[str, Words] = {}
        self.doubts: list[Doubt] = []
        self.last = self.text
        self.expected = "a"
        self.prompts = 0

    def start_prompt(self) -> None:
        """Begin what is asked further: n1, n2 and so on, so that letters stay those of the document."""
        self.prompts += 1
        if self.prompts <= _MOST_PROMPTS:
            self.last = self.components[f"n{self.prompts}"] = Words()
            self.expected = "a"

    def takes(self, line: Line) -> bool:
        """Tell whether a line is asked still, where no heading tells where the reply begins."""
        goes = not self.last.ended or self._follows(line) or goes_on(self.last.last, line)
        return goes or line.text.endswith("?")

    def add(self, line: Line) -> None:
        """Add a line: a sub-question, the rest of the one before, or text that belongs to none."""
        if self._follows(line):
            if line.letter != self.expected:
                self.doubts.append(Doubt("gap", line.line, f"{self.expected})"))
            self._start(line.letter, line, line.rest)
        elif self._lacks_letter(line):
            self.doubts.append(Doubt("no_mark", line.line))
            self._start(self.expected, line, line.text)
        elif self.last.ended and not goes_on(self.last.last, line):
            self._add_loose(line)
        else:
            self._add(line, line.text)

    def _follows(self, line: Line) -> bool:
        return line.kind == LETTER and 0 <= ord(line.letter) - ord(self.expected) <= 2

    def _lacks_letter(self, line: Line) -> bool:
        last = self.last.pieces[-1] if self.last.pieces else ""
        if self.expected > "z":
            return False
        if self.expected == "a":
            return last.endswith(":") and (line.bullet or line.text.endswith(("?", ";")))
        listed = line.bullet or line.text.endswith(("?", ";"))
        return self.last.ended and listed and (last.endswith(("?", ";")) or not goes_on(self.last.last, line))

    def _start(self, letter: str, line: Line, text: str) -> None:
        self.expected = chr(ord(letter) + 1)
        name = letter if letter not in self.components else f"n{self.prompts}{letter}"
        if name not in self.components:
            self.last = self.components[name] = Words()
        self._add(line, text)

    def _add(self, line: Line, text: str) -> None:
        """Add the text of a line; a letter inside it that is due begins the next sub-question."""
        found = _EMBEDDED_LETTER.search(text) if self.expected != "a" else None
        if found and found[1] == self.expected:
            self.last.add(line, text[: found.start()])
            self._start(found[1], line, text[found.end() :])
        else:
            self.last.add(line, text)

    def _add_loose(self, line: Line) -> None:
        if line.heading and len(line.text) <= _LONGEST_HEADING and not ends(line.text):
            self.doubts.append(Doubt("heading_unknown", line.line, line.text))
        else:
            self.doubts.append(Doubt("loose_text", line.line, line.text))
            self.last.add(line, line.text)


def _read(asked: Asked) -> _Answered:
    """Return the question, its sub-questions and the reply below it."""
    found = _Answered(asked)
    asking, reply = _Asking(), Words()
    first = replace(asked.lines[0], kind=TEXT, text=asked.lines[0].rest or asked.lines[0].text)
    if asked.lines[0].kind == QUESTION:
        first = replace(first, text=asked.lines[0].rest)
    for segment in _segments([first, *asked.lines[1:]]):
        if segment[0].kind == PROMPT:
            asking.start_prompt()
        _read_segment(found, segment, asking, reply)
    found.text = "\n".join([*(one.text for one in asked.loose if one.text), str(asking.text)])
    found.components = tuple((letter, str(words)) for letter, words in asking.components.items())
    found.own = str(reply)
    found.doubts = [*asked.doubts, *asking.doubts]
    return found


def _segments(lines: Sequence[Line]) -> Iterator[list[Line]]:
    """Yield the lines of the question, then those from each further prompt on."""
    segment: list[Line] = []
    for line in lines:
        if line.kind == PROMPT and segment:
            yield segment
            segment = []
        segment.append(replace(line, text=line.rest) if line.kind == PROMPT else line)
    yield segment


def _read_segment(found: _Answered, segment: Sequence[Line], asking: _Asking, reply: Words) -> None:
    """Add each line to what is asked or to the reply, which begins with its heading or after the last question."""
    headed = any(line.kind == REPLY for line in segment)
    in_reply = False
    reply.last = None
    for line in segment:
        if not in_reply and (line.kind == REPLY or not (headed or asking.takes(line))):
            in_reply = True
        answer = None if headed or in_reply else _ANSWER_AFTER.search(line.text)
        if in_reply:
            found.reply_doubts += line.doubts
            _add_reply(found, line, reply)
        elif answer:
            asking.add(replace(line, text=line.text[: answer.start() + 1]))
            _add_reply(found, replace(line, kind=TEXT, text=line.text[answer.start() + 1 :].strip()), reply)
            in_reply = True
        else:
            asking.add(line)
        if not in_reply or answer:
            asking.doubts += line.doubts


def _add_reply(found: _Answered, line: Line, reply: Words) -> None:
    text = line.text
    if line.kind == REPLY:
        found.answers += line.answers
        found.open = found.open or line.open
        text, reply.last = line.rest, None
    if line.text and not found.own_line:
        found.own_line = line.line
    if reply.last is None:
        text = text.lstrip("–-: ")
    reply.add(line, text)


# --- replies to several questions -----------------------------------------------------------------------------------


def _distribute(answered: Sequence[_Answered]) -> None:
    """Give each reply to every question that it names and that has none of its own."""
    known: dict[Number, _Answered] = {}
    for index, one in enumerate(answered):
        known[one.asked.number] = one
        if not one.own:
            continue
        named = _named(one, answered, index, known)
        for target in named:
            target.reply, target.reply_line = one.own, one.own_line
            target.joint_with = named[0].asked.reference if target is not named[0] else ""
            target.doubts += one.reply_doubts


def _named(
    one: _Answered, answered: Sequence[_Answered], index: int, known: dict[Number, _Answered]
) -> list[_Answered]:
    """Return the questions that a reply belongs to, in their order."""
    waiting = [known[number] for number in one.answers if number in known and known[number].reply is None]
    if one.open:
        waiting = [*_unanswered_before(answered, index), one]
        if len(waiting) > 1 or one.answers:
            about = ", ".join(each.asked.reference for each in waiting)
            one.reply_doubts.append(Doubt("reply_unplaced", one.own_line, about))
    elif one.answers and (not waiting or max(one.answers) > one.asked.number):
        one.reply_doubts.append(Doubt("reply_unplaced", one.own_line, one.asked.reference))
        waiting = [*waiting, one]
    unique = {each.asked.number: each for each in waiting or [one]}
    return [unique[number] for number in sorted(unique)]


def _unanswered_before(answered: Sequence[_Answered], index: int) -> list[_Answered]:
    """Return the questions right before this one, in its section, that have no reply yet."""
    found: list[_Answered] = []
    while index and answered[index - 1].reply is None:
        index -= 1
        if answered[index].asked.number[0] != answered[index + 1].asked.number[0]:
            break
        found.insert(0, answered[index])
    return found


# --- points ---------------------------------------------------------------------------------------------------------


def _point(one: _Answered, before: _Answered | None, part: Part) -> Point:
    line = one.asked.lines[0].line
    doubts = list(dict.fromkeys(one.doubts))
    if one.reply is None and not (before and _is_put_to_others(before, one)):
        doubts.append(Doubt("no_reply", line))
    if not one.text:
        doubts.append(Doubt("unfinished", line))
    return Point(
        document_code=part.code,
        reference=one.asked.reference,
        section=one.asked.section,
        text=one.text,
        line=line,
        kind="question",
        area=one.asked.area.value,
        attributes={"joint_with": one.joint_with} if one.joint_with else {},
        components=one.components,
        reply=one.reply,
        reply_line=one.reply_line,
        doubts=tuple(doubts),
    )


def _is_put_to_others(before: _Answered, one: _Answered) -> bool:
    """Tell whether a question is for States that have not done what the one before asked of those that have.

    Where that one has a reply, none is expected here.
    """
    first, second = _CONDITION.match(before.text), _CONDITION.match(one.text)
    if not (before.reply and first and second and before.asked.number[0] == one.asked.number[0]):
        return False
    sides = [set(found[1].split()) for found in (first, second)]
    same = sides[0] - _AUXILIARIES == sides[1] - _AUXILIARIES
    return same and ("not" in sides[0]) != ("not" in sides[1])
