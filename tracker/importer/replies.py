"""The lines of a questionnaire with replies: what each one is by its own words, and how a cut sentence goes on."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import zip_longest

from tracker.importer.reading import Doubt
from tracker.importer.scan import is_footnote, tidy

# What a line is. A figure alone is a page number or an answer; its neighbours tell.
AREA, HEADING, QUESTION, LETTER = "area", "heading", "question", "letter"
PROMPT, REPLY, FIGURE, TEXT = "prompt", "reply", "figure", "text"

Number = tuple[int, int]

_BULLET = re.compile(r"\s*((?:[-•*·]\s+)*)(#{1,6}\s+)?((?:[-•*·]\s+)*)")
_ARROW = re.compile(r"\$\s*\\rightarrow\s*\$|->")
_OPEN_TAG = re.compile(r"<\w{1,6}(?:\s[^<>]{0,200})?$")
_SMALL_NOTE = re.compile(r"\s*<sup>\s*\d{1,3}\s*</sup>\s*\S", re.I)
_HEADING = re.compile(r"Question\b\s*(\d{1,2})?\s*[.:]?\s*(.*)")
_QUESTION = re.compile(r"(\d{1,2})\.(\d{1,2})\.?(?:$|\s+(?=\W{0,2}[^\W\d_a-z]))")
_LETTER = re.compile(r"([a-z])[.)](?:$|\s*(?=[^\s.,)])(?![a-z][.)]))")
_TO = r"(?:\s+to\b)?(?:\s*\bpar(?:a|agraph)?s?\b\.?)?(?:\s*\bquestions?\b)?"
_NAMES = r"(?:[-–]\s*)?\d[\d.,\s–-]*(?:and [\d.,\s–-]+)*"
_REPLY = re.compile(rf"(Reply|Replies)\b({_TO})\s*({_NAMES})?(:|\.$|[-–](?:\s|$))?\s*(.*)")
_REPLY_HEADING = re.compile(rf"(?:Reply|Replies)\b{_TO}\s*(?:{_NAMES}|[-–])?")
_REST_OF_REPLY = re.compile(rf"(?:to\b)?\s*(?:par\w*\.?)?\s*(?:{_NAMES})?")
_FIGURE = re.compile(r"(?:[-–]\s*)?(?:page\s+)?\d{1,3}(?:\s*(?:/|of)\s*\d{1,3})?(?:\s*[-–])?", re.I)
_ADDRESS = re.compile(r"(?:https?:|www\.)", re.I)
_ENDED = re.compile(r"[.?!][\"'”’»)\]]*$")
# What no sentence stops after.
_OPEN = re.compile(
    r"(?:\b(?:a|an|and|are|as|at|by|for|from|if|in|into|is|of|on|or|per|than|that|the|their|these|this|to|under|when|"
    r"where|which|who|whose|with|(?:[Aa]rts?|paras?|par|pp?|e\.g|i\.e)\.)|[,(/–-])$"
)
_BEFORE_FIGURE = re.compile(r"\b(?:Nos?|N)\.$")
_MOST_RANGE = 30
_MOST_WORDS = 8
_LONGEST_RUNNING = 160
_LONGEST_AREA = 60


@dataclass(frozen=True, slots=True)
class Line:
    """One line that is not empty: `text` is all of it without marks, `rest` what follows its number, letter or heading.

    `number` is (3, 0) for "Question 3", (9, 4) for "9.4."; (0, 0) where the number of a heading is missing.
    `answers` are the numbers that the heading of a reply names; `open` tells that it names them badly.
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
    open: bool = False
    doubts: tuple[Doubt, ...] = ()

    @property
    def marked(self) -> bool:
        """Tell whether the line is set off from running text."""
        return self.heading or self.bullet


def ends(text: str) -> bool:
    """Tell whether `text` ends a sentence."""
    return _ENDED.search(text[-8:]) is not None and not _OPEN.search(text[-8:])


def goes_on(before: Line | None, line: Line) -> bool:
    """Tell whether `line` is the rest of the sentence that `before` began."""
    if before is None or not line.text or _ADDRESS.match(line.text) or line.kind == REPLY:
        return False
    if _OPEN.search(before.text[-12:]):
        return True
    first = line.text[0]
    if before.text.endswith((":", ";")):
        return False
    if first.islower():
        return not _LETTER.match(line.text)
    if first.isdigit() and _BEFORE_FIGURE.search(before.text[-6:]):
        return True
    if ends(before.text) or (before.bullet and line.bullet and not first.isdigit()):
        return False
    return first.isdigit() or first in "–-(),;"


@dataclass
class Words:
    """The words of one question, sub-question or reply while they are put together from lines."""

    pieces: list[str] = field(default_factory=list)
    last: Line | None = None

    def add(self, line: Line, text: str) -> None:
        """Add the `text` of a line: to the sentence that is not ended, else as a paragraph of its own."""
        if not text:
            return
        joined = goes_on(self.last, line)
        if not joined:
            text = re.sub(r"^-(?=\w)", "", text)
        if self.pieces:
            broken = joined and self.pieces[-1].endswith("-") and text[0].islower()
            self.pieces.append("" if broken else " " if joined else "\n")
        self.pieces.append(text)
        # The rest of an entry of a list is of the list.
        of_list = self.last is not None and self.last.bullet and (joined or not ends(self.last.text))
        self.last = replace(line, bullet=of_list or (line.bullet and not joined))

    @property
    def ended(self) -> bool:
        """Tell whether the words so far end a sentence or an entry of a list."""
        return bool(self.pieces) and (ends(self.pieces[-1]) or self.pieces[-1].endswith(";"))

    def __str__(self) -> str:
        return "".join(self.pieces)


def read_lines(lines: Iterable[tuple[int, str]], furniture: Iterable[str] = ()) -> list[Line]:
    """Return the numbered lines that are not empty, each with what it is.

    Left out with a doubt are footnotes and lines that stand twice; without one the `furniture`, headings that run on
    every page. A heading that is cut in two is put together.
    """
    found: list[Line] = []
    running = {_bare(text) for text in furniture} - {""}
    doubts: list[Doubt] = []
    for number, raw in _with_whole_tags(lines, running):
        if _is_note(raw):
            doubts.append(Doubt("footnote", number, _short(tidy(raw))))
            continue
        line = _line(number, raw)
        if not line.text or _is_running(line.text, running):
            continue
        if found and found[-1].text == line.text:
            doubts.append(Doubt("doubled", number))
            continue
        _doubt_last(found, doubts)
        doubts = []
        found.append(line)
    _doubt_last(found, doubts)
    return _without_page_marks([_classified(line) for line in _mended(found)])


def _with_whole_tags(lines: Iterable[tuple[int, str]], running: set[str]) -> Iterator[tuple[int, str]]:
    """Yield the lines that are not empty; one that breaks off inside a tag together with its rest on the next page."""
    start, held = 0, ""
    for number, line in lines:
        if not line.strip():
            continue
        if held and (_is_note(line) or _FIGURE.fullmatch(line.strip()) or _is_running(line, running)):
            yield number, line
            continue
        if held:
            number, line, held = start, f"{held} {_BULLET.sub('', line, count=1)}", ""
        elif _OPEN_TAG.search(line[-240:]):
            start, held = number, line.rstrip()
            continue
        yield number, line
    if held:
        yield start, held


def _is_running(text: str, running: set[str]) -> bool:
    return len(text) < _LONGEST_RUNNING and _bare(text) in running


def _is_note(raw: str) -> bool:
    # A star before a line is a bullet here.
    return (is_footnote(raw) and not raw.lstrip().startswith("*")) or _SMALL_NOTE.match(raw) is not None


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:59]}…"


def _bare(text: str) -> str:
    """Return what a running heading has on every page: its words without the number of the page."""
    words = re.findall(r"\w+", text.casefold())
    while words and words[0].isdigit():
        words.pop(0)
    while words and words[-1].isdigit():
        words.pop()
    return " ".join(words)


def _line(number: int, raw: str) -> Line:
    mark = _BULLET.match(raw)
    assert mark is not None  # noqa: S101  (it matches nothing as well)
    plain = raw[mark.end() :].strip()
    bold = plain.startswith("**") and (plain.endswith("**") or plain.count("**") % 2 == 1)
    text = tidy(_ARROW.sub("→", plain))
    return Line(number, text, heading=bool(mark[2]) or bold, bullet=bool(mark[1] or mark[3]))


def _mended(lines: list[Line]) -> Iterator[Line]:
    """Yield the lines; the heading of a reply, or the word Question, together with its rest on the next line."""
    index = 0
    while index < len(lines):
        line = lines[index]
        index += 1
        while _may_be_cut(line.text) and index < len(lines):
            # A page number may stand between.
            at = index + (_FIGURE.fullmatch(lines[index].text) is not None and index + 1 < len(lines))
            at = at if _completes(line, lines[at]) else index
            rest = lines[at]
            if not _completes(line, rest):
                break
            dash = " - " if rest.bullet and line.text[-1].isdigit() else " "
            line = replace(line, text=f"{line.text}{dash}{rest.text}", doubts=line.doubts + rest.doubts)
            index = at + 1
        yield line


def _may_be_cut(text: str) -> bool:
    return text == "Question" or (text.startswith("Repl") and _REPLY_HEADING.fullmatch(text) is not None)


def _completes(before: Line, line: Line) -> bool:
    if before.text == "Question":
        return re.match(r"\d{1,2}[.:]?\s+\S", line.text) is not None
    if before.text in ("Reply", "Replies") and not line.text.startswith("to"):
        return False
    if before.text[-1] in ".0123456789" and not before.text.endswith("par.") and _FIGURE.fullmatch(line.text):
        # It names what it answers; a figure after it is a page number, or the answer.
        return False
    return _REST_OF_REPLY.fullmatch(line.text) is not None


def _classified(line: Line) -> Line:
    text = line.text
    if text.startswith("→"):
        return replace(line, kind=PROMPT, rest=text.lstrip("→ "))
    if found := _QUESTION.match(text):
        number = (int(found[1]), int(found[2]))
        return replace(line, kind=QUESTION, number=number, rest=text[found.end() :].lstrip())
    if found := _LETTER.match(text):
        return replace(line, kind=LETTER, letter=found[1], rest=text[found.end() :])
    found = _HEADING.fullmatch(text)
    if found and (found[1] or line.heading) and not found[2][:1].islower():
        return replace(line, kind=HEADING, number=(int(found[1] or 0), 0), rest=found[2])
    if text.startswith("Repl") and (found := _REPLY.fullmatch(text)):
        return _reply(line, found)
    if _FIGURE.fullmatch(text):
        return replace(line, kind=FIGURE, rest=text)
    if text.isupper() and len(text) < _LONGEST_AREA and not re.search(r"[\d.?:]", text):
        return replace(line, kind=AREA, rest=text)
    return replace(line, rest=text.lstrip(".: ") or text)


def _reply(line: Line, found: re.Match[str]) -> Line:
    word, to, names, mark, rest = (group or "" for group in found.groups())
    names = names.strip()
    dash = names.endswith(("-", "–"))
    if rest and not mark and not dash and (not names or rest[0].islower()):
        return replace(line, rest=line.text)
    answers = tuple(_numbers(names))
    cut = names.startswith(("-", "–")) or (dash and not rest) or bool(to.strip() and not answers)
    return replace(line, kind=REPLY, answers=answers, rest=rest, open=cut or (word == "Replies" and len(answers) < 2))


def _numbers(names: str) -> Iterator[Number]:
    """Yield the numbers in "1.1 - 1.3, 3 and 4.2", those between as well."""
    before: Number | None = None
    for dash, main, sub in re.findall(r"([-–]?)\s*(\d{1,4})(?:\.(\d{1,4}))?", names):
        number = (int(main), int(sub or 0))
        if dash and before and number > before:
            if number[0] == before[0]:
                yield from ((number[0], n) for n in range(before[1] + 1, min(number[1], before[1] + _MOST_RANGE)))
            elif not number[1]:
                yield from ((n, 0) for n in range(before[0] + 1, min(number[0], before[0] + _MOST_RANGE)))
        yield number
        before = number


def _without_page_marks(lines: list[Line]) -> list[Line]:
    """Return the lines without what stands between two pages: page numbers, and running heads inside a sentence.

    A page number before the rest of a sentence leaves no doubt. A figure that is all there is below the heading of a
    reply stays, and so does what looks like a running head, with a doubt, where no sentence goes on after it.
    """
    kept: list[Line] = []
    doubts: list[Doubt] = []
    for line, after in zip_longest(lines, lines[1:]):
        before = kept[-1] if kept else None
        if line.kind == FIGURE and before and not _is_answer(before, after):
            if after is None or not _is_broken(before, after):
                doubts.append(Doubt("stray_figure", line.line, line.text))
            doubts += line.doubts
            continue
        if before and _is_running_head(before, line, after):
            if after and _is_broken(before, after):
                doubts += [Doubt("heading_unknown", line.line, line.text), *line.doubts]
                continue
            line = replace(line, doubts=(*line.doubts, Doubt("loose_text", line.line, line.text)))
        _doubt_last(kept, doubts)
        doubts = []
        kept.append(replace(line, kind=TEXT) if line.kind == FIGURE else line)
    _doubt_last(kept, doubts)
    return kept


def _is_broken(before: Line, after: Line) -> bool:
    """Tell whether a sentence breaks off before a page mark and goes on after it."""
    first = after.text[0]
    return not ends(before.text) and after.kind != QUESTION and (first.islower() or first.isdigit() or first in "–-")


def _is_running_head(before: Line, line: Line, after: Line | None) -> bool:
    """Tell whether a line looks like a title on top of a page: a few words, all with capitals, not above anything."""
    words = [word for word in line.text.split() if not word.isdigit()]
    if line.kind not in (TEXT, AREA) or line.marked or not 0 < len(words) <= _MOST_WORDS:
        return False
    if _is_answered(before) and (after is None or after.kind not in (TEXT, LETTER)):
        return False
    if after and (after.kind == HEADING or (_ADDRESS.match(after.text) and not before.text.endswith("http:"))):
        return False
    plain = re.search(r"[.?!:;,)]$", words[-1]) is None
    return plain and (line.text.isupper() or (len(words) > 1 and all(word[0].isupper() for word in words)))


def _is_answered(line: Line) -> bool:
    """Tell whether an answer may stand below a line."""
    return (line.kind == REPLY and not line.rest) or line.text.endswith("?")


def _is_answer(before: Line, after: Line | None) -> bool:
    return before.kind == REPLY and not before.rest and (after is None or after.kind in (QUESTION, HEADING, AREA))


def _doubt_last(lines: list[Line], doubts: list[Doubt]) -> None:
    if lines and doubts:
        lines[-1] = replace(lines[-1], doubts=(*lines[-1].doubts, *doubts))
