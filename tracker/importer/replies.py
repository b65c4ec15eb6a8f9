"""The lines of a questionnaire with replies: what each one is by its own words, and how a cut sentence goes on."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice, zip_longest

from tracker.importer.reading import Doubt
from tracker.importer.scan import is_footnote, tidy

# What a line is. A figure alone is a page number or an answer; its neighbours tell.
AREA, HEADING, QUESTION, LETTER = "area", "heading", "question", "letter"
PROMPT, REPLY, FIGURE, TEXT = "prompt", "reply", "figure", "text"

Number = tuple[int, int]

_MARKS = re.compile(r"\s*(?P<list>(?:[-•*·]\s+)*)(?P<hashes>#{1,6}\s+)?(?P<inner>(?:[-•*·]\s+)*)")
_ARROW = re.compile(r"\$\s*\\rightarrow\s*\$|->")
# A tag that a page break cut in two: its beginning at the end of a line, its end at the beginning of the next.
_HALF_TAG = re.compile(r"<\w{1,6}(?:\s[^<>]{0,200})?$|^\w+=[^<>]{0,200}>")
_SMALL_NOTE = re.compile(r"\s*<sup>\s*\d{1,3}\s*</sup>\s*\S", re.I)
_HEADING = re.compile(r"Question\b\s*(\d{1,2})?\s*[.:]?\s*(.*)")
_QUESTION = re.compile(r"(\d{1,2})\.(\d{1,2})\.?(?:$|\s+(?=\W{0,2}[^\W\d_a-z]))")
_LETTER = re.compile(r"([a-z])[.)](?:$|\s*(?=[^\s.,)])(?![a-z][.)]))")
_NAMES = r"(?:[-–]\s*)?\d[\d.,\s–-]*(?:and [\d.,\s–-]+)*"
_REPLY = re.compile(
    r"(?:Reply|Replies|Answers?|Responses?)\b"
    r"(?P<to>(?:\s+to\b)?(?:\s*\bpar(?:a|agraph)?s?\b\.?)?(?:\s*\bquestions?\b)?)"
    rf"\s*(?P<names>{_NAMES})?(?P<mark>:|\.$|[-–](?:\s|$))?\s*(?P<rest>.*)"
)
_REST_OF_REPLY = re.compile(rf"(?:to\b)?\s*(?:par\w*\.?)?\s*(?:questions?\b)?\s*(?:{_NAMES})?")
_FIGURE = re.compile(r"(?:[-–]\s*)?(?:page\s+)?\d{1,3}(?:\s*(?:/|of)\s*\d{1,3})?(?:\s*[-–])?", re.I)
_ADDRESS = re.compile(r"(?:https?:|www\.)", re.I)
_ENDED = re.compile(r"[.?!][\"'”’»)\]]*$")
# What no sentence stops after.
_OPEN = re.compile(
    r"(?:\b(?:a|an|and|are|as|at|by|for|from|if|in|into|is|of|on|or|per|than|that|the|their|these|this|to|under|when|"
    r"where|which|who|whose|with|(?:[Aa]rts?|paras?|par|pp?|(?<=\w )Nos?|e\.g|i\.e)\.)|[,(/–-])$"
)
_MOST_RANGE = 30
_MOST_ANSWERS = 200
_MOST_WORDS = 8
_LONGEST_RUNNING = 160
_LONGEST_SMALL_WORD = 3
_LONGEST_HEADING = 60


@dataclass(slots=True)
class Line:
    """One line that is not empty: `text` is all of it without marks, `rest` what follows its number, letter or heading.

    `number` is (3, 0) for "Question 3", (9, 4) for "9.4."; (0, 0) where the number of a heading is missing.
    `answers` are the numbers that the heading of a reply names; `unclear` tells that it names them badly.
    """

    line: int
    text: str
    kind: str = TEXT
    rest: str = ""
    heading: bool = False
    bullet: bool = False
    number: Number = (0, 0)
    letter: str = ""
    answers: tuple[Number, ...] = ()
    unclear: bool = False
    doubts: list[Doubt] = field(default_factory=list)

    @property
    def marked(self) -> bool:
        """Tell whether the line is set off from running text."""
        return self.heading or self.bullet


def ends(text: str) -> bool:
    """Tell whether `text` ends a sentence."""
    return _ENDED.search(text[-8:]) is not None and not _OPEN.search(text[-8:])


def goes_on(before: Line | None, line: Line) -> bool:
    """Tell whether `line` is the rest of the sentence that `before` began."""
    if before is None or not line.text or line.kind == REPLY or _ADDRESS.match(line.text):
        return False
    if _OPEN.search(before.text[-12:]):
        return True
    if ends(before.text) or before.text.endswith((":", ";")):
        return False
    first = line.text[0]
    if first.islower():
        return line.kind != LETTER
    return first.isdigit() or (first in "–-(),;" and not (before.bullet and line.bullet))


@dataclass
class Words:
    """The words of one question, sub-question or reply while they are put together from lines."""

    pieces: list[str] = field(default_factory=list)
    last: Line | None = None

    def add(self, line: Line, text: str) -> None:
        """Add the `text` of a line: to the sentence that is not ended, else as a paragraph. None ends a sentence."""
        if not text:
            self.last = None
            return
        joined = goes_on(self.last, line)
        if self.pieces:
            self.pieces.append(" " if joined else "\n")
        self.pieces.append(text if joined else text.lstrip("–-: "))
        # The rest of an entry of a list is of the list.
        of_list = joined and self.last is not None and self.last.bullet
        self.last = replace(line, bullet=line.bullet or of_list)

    @property
    def ended(self) -> bool:
        """Tell whether the words so far end a sentence or an entry of a list."""
        return ends(self.tail) or self.tail.endswith(";")

    @property
    def tail(self) -> str:
        """Return the last line's words."""
        return self.pieces[-1] if self.pieces else ""

    def __str__(self) -> str:
        return "".join(self.pieces)


# --- lines ----------------------------------------------------------------------------------------------------------


def read_lines(lines: Iterable[tuple[int, str]], furniture: Iterable[str] = ()) -> list[Line]:
    """Return the numbered lines that are not empty, each with what it is.

    Left out with a doubt are footnotes, page numbers and lines that stand twice; without one the `furniture`, headings
    that run on every page. The heading of a reply that is cut in two is put together.
    """
    running = {_letters(text) for text in furniture} - {""}
    found: list[Line] = []
    for number, raw in lines:
        line = _line(number, raw)
        of_last = found[-1].doubts if found else []
        if _is_note(raw):
            of_last.append(Doubt("footnote", number, short(tidy(raw))))
        elif not line.text or (len(line.text) < _LONGEST_RUNNING and _letters(line.text) in running):
            continue
        elif found and found[-1].text == line.text:
            of_last.append(Doubt("doubled", number))
        else:
            found.append(line)
    words = {word for text in running for word in text.split() if len(word) > _LONGEST_SMALL_WORD}
    return _mended(_without_page_marks([_classified(line) for line in found], words))


def _is_note(raw: str) -> bool:
    # A star before a line is a bullet here.
    return (is_footnote(raw) and not raw.lstrip().startswith("*")) or _SMALL_NOTE.match(raw) is not None


def short(text: str) -> str:
    """Return as much of `text` as tells which it is."""
    return text if len(text) <= 60 else f"{text[:59]}…"


def _letters(text: str) -> str:
    """Return what a running heading has on every page: its words without the number of the page."""
    return " ".join(re.findall(r"[^\W\d_]+", text.casefold()))


def _line(number: int, raw: str) -> Line:
    marks = _MARKS.match(raw)
    assert marks is not None  # noqa: S101  (it matches nothing as well)
    plain = raw[marks.end() :].strip()
    bold = plain.startswith("**") and (plain.endswith("**") or plain.count("**") % 2 == 1)
    text = tidy(_HALF_TAG.sub("", _ARROW.sub("→", plain)))
    return Line(number, text, heading=bool(marks["hashes"]) or bold, bullet=bool(marks["list"] or marks["inner"]))


def _classified(line: Line) -> Line:
    text = line.text
    if text.startswith("→"):
        return replace(line, kind=PROMPT, rest=text.lstrip("→ "))
    if found := _QUESTION.match(text):
        return replace(line, kind=QUESTION, number=(int(found[1]), int(found[2])), rest=text[found.end() :].lstrip())
    if found := _LETTER.match(text):
        return replace(line, kind=LETTER, letter=found[1], rest=text[found.end() :])
    found = _HEADING.fullmatch(text)
    if found and (found[1] or line.heading) and not found[2][:1].islower():
        return replace(line, kind=HEADING, number=(int(found[1] or 0), 0), rest=found[2])
    if found := _REPLY.fullmatch(text):
        return _reply(line, found)
    if _FIGURE.fullmatch(text):
        return replace(line, kind=FIGURE, rest=text)
    if text.isupper() and len(text) < _LONGEST_HEADING and not re.search(r"[\d.?:]", text):
        return replace(line, kind=AREA, rest=text)
    return replace(line, rest=text.lstrip(".: ") or text)


def _reply(line: Line, found: re.Match[str]) -> Line:
    """Return the line as the heading of a reply, or as text where a sentence begins with the word."""
    names, rest = (found["names"] or "").strip(), found["rest"]
    dash = names.endswith(("-", "–"))
    if rest and not found["mark"] and not dash and (not names or rest[0].islower()):
        return replace(line, rest=line.text)
    answers = tuple(islice(_numbers(names), _MOST_ANSWERS))
    unclear = (
        len(answers) == _MOST_ANSWERS
        or names.startswith(("-", "–"))
        or (dash and not rest)
        or bool(found["to"].strip() and not answers)
    )
    return replace(line, kind=REPLY, answers=answers, rest=rest, unclear=unclear)


def _numbers(names: str) -> Iterator[Number]:
    """Yield the numbers in "1.1 - 1.3, 3 and 4.2", those between as well."""
    before: Number | None = None
    for dash, main, sub in re.findall(r"([-–]?)\s*(\d{1,4})(?:\.(\d{1,4}))?", names):
        number = (int(main), int(sub or 0))
        if dash and before and number[0] == before[0]:
            yield from ((number[0], n) for n in range(before[1] + 1, min(number[1], before[1] + _MOST_RANGE)))
        elif dash and before and not number[1]:
            yield from ((n, 0) for n in range(before[0] + 1, min(number[0], before[0] + _MOST_RANGE)))
        yield number
        before = number


def _mended(lines: list[Line]) -> list[Line]:
    """Return the lines; the heading of a reply, or the word Question, together with its rest on the next line."""
    found: list[Line] = []
    for line in lines:
        if found and _completes(found[-1], line):
            before = found.pop()
            whole = replace(before, text=f"{before.text} {line.text}", doubts=before.doubts + line.doubts)
            found.append(_classified(whole))
        else:
            found.append(line)
    return found


def _completes(before: Line, line: Line) -> bool:
    if before.text == "Question":
        return re.match(r"\d{1,2}[.:]?\s+\S", line.text) is not None
    if before.kind != REPLY or before.rest or len(before.text) > _LONGEST_HEADING:
        return False
    # After a whole heading a figure is a page number, or the answer.
    return (before.unclear or not before.answers or line.bullet) and _REST_OF_REPLY.fullmatch(line.text) is not None


# --- what stands between two pages ----------------------------------------------------------------------------------


def _without_page_marks(lines: list[Line], furniture: set[str]) -> list[Line]:
    """Return the lines without what stands between two pages: page numbers, and running heads inside a sentence.

    A line that stands before a page mark and again after it is read once. `furniture` are the words of the title.

    A page number before the rest of a sentence leaves no doubt. A figure that is all there is below the heading of a
    reply stays, and so does what looks like a running head, with a doubt, where no sentence goes on after it.
    """
    kept: list[Line] = []
    for line, after in zip_longest(lines, lines[1:]):
        before = kept[-1] if kept else None
        of_title = _letters(line.text) in furniture and line.text[0].isupper()
        # What stands after the mark is the same line, or the rest of the heading of a reply.
        cut = before is not None and after is not None and (before.text == after.text or _completes(before, after))
        broken = cut or (before is not None and after is not None and _is_broken(before, after, of_title=of_title))
        running = before is not None and _is_running_head(before, line, None if cut else after, of_title, cut)
        if before and before.text == line.text and before.kind != FIGURE:
            before.doubts += [Doubt("doubled", line.line), *line.doubts]
        elif before and line.kind == FIGURE and (cut or not _is_answer(before, after)):
            before.doubts += line.doubts if broken else [Doubt("stray_figure", line.line, line.text), *line.doubts]
        elif before and broken and running:
            before.doubts += [Doubt("heading_unknown", line.line, line.text), *line.doubts]
        else:
            if running or (before and _interrupts(before, line)):
                line.doubts.append(Doubt("loose_text", line.line, line.text))
            kept.append(replace(line, kind=TEXT) if line.kind == FIGURE else line)
    return kept


def _is_broken(before: Line, after: Line, *, of_title: bool) -> bool:
    """Tell whether a sentence breaks off before a page mark and goes on after it."""
    first = after.text[0]
    if of_title and before.kind == HEADING and not before.rest and after.kind == TEXT:
        return True
    return not ends(before.text) and after.kind != QUESTION and (first.islower() or first.isdigit() or first in "–-")


def _interrupts(before: Line, line: Line) -> bool:
    """Tell whether a line is one word with a capital after a sentence that is not ended."""
    words = [word for word in line.text.split() if not word.isdigit()]
    alone = line.kind == TEXT and not line.marked and len(words) == 1 and words[0].isalpha() and words[0][0].isupper()
    return alone and bool(before.rest) and re.search(r"[.?!:\"”»]$", before.text) is None


def _is_running_head(before: Line, line: Line, after: Line | None, of_title: bool, cut: bool) -> bool:
    """Tell whether a line looks like a title on top of a page: a few words, all with capitals, not above anything."""
    words = [word for word in line.text.split() if not word.isdigit()]
    # The first word of the title may be "Replies".
    title = of_title and line.kind == REPLY and not line.heading and after is not None and after.text[0].islower()
    if title and after and not ends(before.text) and not _completes(line, after):
        return before.text[-1] not in ":;"
    if line.kind not in (TEXT, AREA) or line.bullet or (line.heading and not of_title):
        return False
    if not 0 < len(words) <= _MOST_WORDS:
        return False
    answered = (before.kind == REPLY and not before.rest) or before.text.endswith("?")
    if answered and not cut and (after is None or after.kind not in (TEXT, LETTER)):
        return False
    if after and (after.kind == HEADING or (_ADDRESS.match(after.text) and not before.text.endswith("http:"))):
        return False
    plain = re.search(r"[.?!:;,)]$", words[-1]) is None
    return plain and (of_title or line.text.isupper() or (len(words) > 1 and all(word[0].isupper() for word in words)))


def _is_answer(before: Line, after: Line | None) -> bool:
    whole = before.kind == REPLY and not before.rest and not before.unclear
    return whole and (after is None or after.kind in (QUESTION, HEADING, AREA))
