"""What scanning leaves in a text: marks of bold and headings, tags, superscripts, footnotes, lines that stand twice."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

_TAG = re.compile(r"</?(?:u|b|i|em|strong|sup|sub|a|br|span)\b[^<>]*>", re.I)
_SUPERSCRIPT = re.compile(r"(?<=\S)[⁰¹²³⁴⁵⁶⁷⁸⁹]+|\^\{[^{}]*\}")
_FOOTNOTE = re.compile(r"\s*(?:\^\{[^{}]{1,4}\}|[⁰¹²³⁴⁵⁶⁷⁸⁹]+\s|[*†‡]\s(?!\s))")
_FIGURED = re.compile(r"\s*(?:\^\{\d{1,3}\}|[⁰¹²³⁴⁵⁶⁷⁸⁹]+\s)")
# A number in brackets begins a point, whatever mark a scan set before it.
_MARKED_POINT = re.compile(rf"(?:{_FOOTNOTE.pattern})\s*(?=(?:[-–•]\s+)?\(\d{{1,3}}\)\s)")
_STARRED = re.compile(r"\s*\*\s(?!\s)")
# The mark of a note with blanks on both sides begins the note itself; one that refers to a note follows a word.
_NOTE_INSIDE = re.compile(r"\S\s+\^\{[^{}]{1,4}\}\s*\S")
_BULLET = re.compile(r"\s*[-–•*·]\s+(?=\S)|\s*-(?=[A-Z(])")
_HASHES = re.compile(r"\s*#{1,6}\s+")
_BOLD = re.compile(r"\*\*(.+?)\*\*")
_ITALIC = re.compile(r"(?<![\w*])\*(?=\S)([^*]+?)(?<=\S)\*(?![\w*])")
# From so many lines on, a star before a line is the mark of a list and not of a footnote.
_STARS_OF_A_LIST = 3


@dataclass(frozen=True, slots=True)
class Block:
    """One line that is not empty. `text` is without its marks; `bullet` and `heading` say which ones it had.

    `after_gap` tells that empty lines stand before it, which is how a page break looks. `doubled` tells that the same
    line stood again right after it and was left out; `bold` that the whole line was bold, or a bold that began in it
    never ended. `note_inside` tells that a footnote may stand in the middle of the line, `after_note` that the line
    follows a footnote without an end, so it may be the rest of that.
    """

    line: int
    text: str
    bullet: bool = False
    heading: bool = False
    bold: bool = False
    after_gap: bool = False
    doubled: bool = False
    note_inside: bool = False
    after_note: bool = False


def tidy(text: str) -> str:
    """Return `text` without tags, marks of bold and italics, superscripts and doubled blanks."""
    text = _SUPERSCRIPT.sub("", _TAG.sub("", text))
    text = _BOLD.sub(r"\1", text)
    return " ".join(_ITALIC.sub(r"\1", text).replace("**", "").split())


def is_footnote(line: str) -> bool:
    """Tell whether a line is a note from the foot of a page, set between the lines of a text."""
    return _FOOTNOTE.match(line) is not None


def is_figured(line: str) -> bool:
    """Tell whether a line is left out as a footnote though only a raised figure tells it from the text."""
    return _FIGURED.match(line) is not None and not _MARKED_POINT.match(line)


def blocks(lines: Iterable[tuple[int, str]]) -> list[Block]:
    """Return the (number, line) pairs as blocks, without empty lines, footnotes and lines that stand twice in a row."""
    lines = list(lines)
    listed = sum(_STARRED.match(line) is not None for _, line in lines) >= _STARS_OF_A_LIST
    found: list[Block] = []
    after_gap = after_note = False
    for number, line in lines:
        if not line.strip():
            after_gap = True
            continue
        marked = _MARKED_POINT.match(line)
        among = not after_gap and bool(found) and found[-1].bullet
        star = _STARRED.match(line) is not None and (listed or among)
        if is_footnote(line) and not (star or marked):
            after_note = not _ends(line)
            continue
        block = _block(number, line[marked.end() :] if marked else line, after_gap, after_note)
        if marked or (star and not listed):
            block = replace(block, note_inside=True)
        if not block.text:
            continue
        after_gap = after_note = False
        if found and found[-1].text == block.text and " " in block.text:
            found[-1] = replace(found[-1], doubled=True)
            continue
        found.append(block)
    return found


def _block(number: int, line: str, after_gap: bool, after_note: bool) -> Block:
    bullet = _BULLET.match(line)
    rest = line[bullet.end() :] if bullet else line
    hashes = _HASHES.match(rest)
    rest = rest[hashes.end() :] if hashes else rest
    return Block(
        number,
        tidy(rest),
        bullet=bool(bullet),
        heading=bool(hashes),
        bold=_is_bold(rest.strip()),
        after_gap=after_gap,
        note_inside=_NOTE_INSIDE.search(rest) is not None,
        after_note=after_note,
    )


def _ends(note: str) -> bool:
    """Tell whether a footnote is whole: it ends a sentence, or with an address."""
    last = note.split()[-1]
    return last.rstrip("\"'”’)]").endswith((".", "?", "!")) or "//" in last or last.startswith("www.")


def _is_bold(text: str) -> bool:
    """Tell whether a line is bold from end to end, or starts so and was cut off before the bold ended."""
    marks = text.count("**")
    return text.startswith("**") and len(text) > 4 and (text.endswith("**") or marks % 2 == 1)
