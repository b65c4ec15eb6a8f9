"""A list of notes whose numbers are mostly lost: which lines make one note, and which number it has.

A page break cuts a note in two, and its second half looks like a note of its own. What is joined without a proof keeps
its pieces until the numbers that are still printed have shown how many notes there are between them.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from tracker.importer.citations import address_in
from tracker.importer.reading import Doubt
from tracker.importer.scan import is_footnote, tidy

DIGITS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_MARK = re.compile(r"\s*[-–•]\s+(?=\S)|\s*-(?=[A-Z⁰¹²³⁴⁵⁶⁷⁸⁹])")
_NUMBER = re.compile(r"\s*(?:\^\{(\d{1,3})\}|([⁰¹²³⁴⁵⁶⁷⁸⁹]{1,3})|(\d{1,3})[.)]?(?=\s))\s*(?=\S)", re.ASCII)
# A misread number is far from its place; lost and doubled notes move a number by a few.
NEAR = 3
# What has more lines is no note, and what has more notes no list that a person numbered: it ended before.
_MOST_LINES = 60
_MOST_NOTES = 999
_PAGE = re.compile(r"[-–|\s]*(?:page\s+)?\d{1,3}[-–|\s]*", re.I)
_LONGEST_HEAD = 8
# What cannot end a note, and what cannot begin one.
_HANGING = re.compile(
    r"(?:\b(?:accessed|and|art|article|at|for|from|in|no|of|on|pp?|the|to)\.?:?|[,:&–-]|//|www\.)$", re.I
)
_MONTH = "(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|(?:Sept?|Oct|Nov|Dec)[a-z]*)"
_FIGURE = re.compile(r"[\d⁰¹²³⁴⁵⁶⁷⁸⁹]{1,3}[.)]?")
_CARRIES_ON = re.compile(rf"[a-z(\[]|Accessed\b|\d{{1,2}},? [12]\d{{3}}\b|\d{{1,2}} ?{_MONTH}\b")
_ENDED = re.compile(r"(?:[.!?)\]\"”'’\d]|\bIbid)$")
# The doubts of a joint, which the count of notes between two printed numbers answers.
_JOINTS = ("joined", "loose_text")


@dataclass(frozen=True)
class Entry:
    """What was read as one note. `pieces` are (line, text); where one ends, another note might begin."""

    pieces: tuple[tuple[int, str], ...]
    printed: int = 0
    after_gap: bool = False
    doubts: tuple[Doubt, ...] = ()

    @property
    def line(self) -> int:
        """Return the line that the note begins on."""
        return self.pieces[0][0]

    @property
    def text(self) -> str:
        """Return the whole of it without marks of the scan."""
        return tidy(" ".join(text for _, text in self.pieces))

    def doubted(self, code: str, about: str = "", line: int = 0) -> "Entry":
        """Return the entry with one more doubt, at its own line unless another is given."""
        return replace(self, doubts=(*self.doubts, Doubt(code, line or self.line, about)))

    def joined(self, other: "Entry", code: str = "") -> "Entry":
        """Return both as one. Without a code for the doubt the joint is proven and leaves no piece."""
        both = replace(self, doubts=(*self.doubts, *other.doubts))
        if code:
            about = other.text[:60] if code == "loose_text" else ""
            return replace(both, pieces=(*self.pieces, *other.pieces)).doubted(code, about, other.line)
        *pieces, (line, text) = self.pieces
        return replace(both, pieces=(*pieces, (line, f"{text} {other.pieces[0][1]}")))


@dataclass(frozen=True)
class _Line:
    number: int
    text: str
    marked: bool
    # How many empty lines stand before it; whether no list mark stands after it; whether it stands twice.
    gap: int
    last: bool
    doubled: bool


def entries(lines: Sequence[str], section: range) -> list[Entry]:
    """Return what the list in `section` of `lines` holds, up to the text that follows it."""
    found: list[Entry] = []
    fate: str | None = ""
    joined = 0
    for line in _lines(lines, section):
        printed = _printed(line.text)
        entry = Entry(((line.number, line.text),), printed, bool(line.gap))
        doubled = line.doubled and bool(found) and (fate != "new" or printed > 0 or not line.marked)
        if not doubled:
            fate = _fate(found[-1].text if found else "", line, printed, len(found) + 1)
        joined = 0 if fate == "new" and not doubled else joined + 1
        if fate is None:
            break
        if joined > _MOST_LINES or len(found) == _MOST_NOTES:
            found[-1] = found[-1].doubted("unfinished")
            break
        if doubled:
            found[-1] = found[-1].doubted("doubled", line=line.number)
        elif fate == "new":
            found.append(entry if line.marked else entry.doubted("no_mark"))
        else:
            found[-1] = found[-1].joined(entry, fate)
    return [_unnumbered(entry) for entry in found]


def _lines(lines: Sequence[str], section: range) -> Iterator[_Line]:
    marks = [index for index in section if _MARK.match(lines[index])]
    gap, before = 0, ""
    for index in section:
        line = lines[index]
        if not line.strip():
            gap += 1
            continue
        mark = _MARK.match(line)
        if gap and (_PAGE.fullmatch(line.strip()) or (not mark and _is_running_head(line))):
            continue
        if not mark and is_footnote(line) and not _NUMBER.match(line):
            continue
        text = line[mark.end() :] if mark else line
        yield _Line(index + 1, text, bool(mark), gap, not marks or index > marks[-1], line == before)
        gap, before = 0, line


def _is_running_head(line: str) -> bool:
    """Tell whether a line is a few words in capitals, and no address."""
    text = tidy(line.lstrip("# "))
    return text.isupper() and len(text.split()) <= _LONGEST_HEAD and not address_in(text).text


def _printed(text: str) -> int:
    number = _NUMBER.match(text)
    return int(next(filter(None, number.groups())).translate(DIGITS)) if number else 0


def _unnumbered(entry: Entry) -> Entry:
    """Return the entry without its number, which may stand on a line of its own."""
    line, text = entry.pieces[0]
    number = _NUMBER.match(text)
    if number is None:
        return entry
    return replace(entry, printed=_printed(text), pieces=((line, text[number.end() :]), *entry.pieces[1:]))


def _fate(before: str, line: _Line, printed: int, expected: int) -> str | None:
    """Return what becomes of a line: a "new" note, "" for surely a part of the one before, the code of a doubt for a
    part of it that may be another note, None for the end of the list.
    """
    if not before:
        return "new" if line.marked or printed or not line.last else None
    numbered = printed == expected and not _CARRIES_ON.match(line.text)
    if numbered or (line.marked and not line.gap):
        return "new"
    if _continues(before, line.text):
        return ""
    if not line.gap:
        return _unmarked(before, line.text)
    apart = line.last and line.gap > 1
    if not apart and not address_in(before).text and not _ENDED.search(before):
        return "joined"
    return "new" if line.marked or not line.last else None


def _unmarked(before: str, text: str) -> str:
    """Return what becomes of a line without a mark or a gap: most often it is the next line of its note."""
    if not text.lstrip("\"'“‘*")[:1].isupper():
        return ""
    return "new" if address_in(before).text else "loose_text"


def _continues(before: str, text: str) -> bool:
    """Tell whether a line is surely the rest of the note before it."""
    return bool(_HANGING.search(before) or _FIGURE.fullmatch(before) or _CARRIES_ON.match(text.lstrip()))


# --- Numbers


def numbered(found: Sequence[Entry], cited: int = 0) -> list[tuple[int, Entry]]:
    """Return the entries with their numbers, which rise without a repeat.

    Where two printed numbers say that there are fewer or more notes between them, the likeliest joint or cut is mended
    and all of them are doubted. `cited` is the highest number that the document's text refers to, 0 where unknown.
    """
    bounds = [(0, 1), *((position, found[position].printed) for position in _believed(found))]
    done: list[tuple[int, Entry]] = []
    for (start, first), (end, following) in pairwise(bounds):
        part = _fitted(found[start:end], first, following)
        done += enumerate(part, first)
        if part and first + len(part) < following:
            lost = ", ".join(map(str, range(first + len(part), following)))
            done[-1] = (done[-1][0], done[-1][1].doubted("gap", lost))
    start, first = bounds[-1]
    tail = found[start:]
    highest = first + len(tail) - 1
    if cited and 0 < abs(highest - cited) <= NEAR:
        tail = [entry.doubted("count", f"{first}–{cited}") for entry in tail]
    done += enumerate(tail, first)
    return [(number, _checked(number, entry)) for number, entry in done]


def _checked(number: int, entry: Entry) -> Entry:
    return entry.doubted("stray_figure", str(entry.printed)) if entry.printed not in (0, number) else entry


def _believed(found: Sequence[Entry]) -> list[int]:
    """Return the positions of printed numbers that agree with the one before them, or with one of the next two.

    Number 1 is not among them, as the list begins with it, printed or not.
    """
    printed = [position for position, entry in enumerate(found) if entry.printed]
    moved = [found[position].printed - position - 1 for position in printed]
    believed: list[int] = []
    current, highest = 0, 1
    for at, position in enumerate(printed):
        agrees = moved[at] in (current, *moved[at + 1 : at + 3])
        if agrees and found[position].printed > highest:
            current, highest = moved[at], found[position].printed
            believed.append(position)
    return believed


def _fitted(part: Sequence[Entry], first: int, following: int) -> list[Entry]:
    """Return `part` with no more entries than the numbers leave room for, and if possible no fewer."""
    size = following - first
    if len(part) == size:
        return [replace(entry, doubts=tuple(d for d in entry.doubts if d.code not in _JOINTS)) for entry in part]
    found = list(part)
    while len(found) > size:
        at = _superfluous(found)
        if found[at].text == found[at - 1].text:
            found[at - 1] = found[at - 1].doubted("doubled", line=found[at].line)
        else:
            found[at - 1] = found[at - 1].joined(found[at], "joined")
        del found[at]
    while len(found) < size and (joints := [at for at, entry in enumerate(found) if len(entry.pieces) > 1]):
        entry = found.pop(joints[0])
        first_piece, *others = entry.pieces
        kept = tuple(doubt for doubt in entry.doubts if doubt.line < others[0][0])
        halves = replace(entry, pieces=(first_piece,), doubts=kept), Entry(tuple(others)).doubted("no_mark")
        found[joints[0] : joints[0]] = halves
    return [entry.doubted("count", f"{first}–{following - 1}") for entry in found]


def _superfluous(part: Sequence[Entry]) -> int:
    """Return the position, not the first, of the entry that is most likely a part of the one before it or its copy."""
    return min(range(1, len(part)), key=lambda at: (part[at].text != part[at - 1].text, not part[at].after_gap))
