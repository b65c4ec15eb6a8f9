"""The endnotes of a report: what each cites, as evidence."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from tracker.importer.citations import accessed_in, address_in, kind_of, spelling
from tracker.importer.notelist import DIGITS, NEAR, Entry, entries, numbered
from tracker.importer.reading import Doubt, Note

_SUPERSCRIPTS = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹]+")
_FIRST_NOTE = re.compile(r"\s*(?:[-–•]\s+\S|\^\{|[⁰¹²³⁴⁵⁶⁷⁸⁹]|\d{1,3}[.)]?\s+\S|-[A-Z])")
_IBID = re.compile(r"Ibid\b", re.I)
# A day of access so many years from most others was printed wrong.
_FAR_YEARS = 3


def read_endnotes(lines: Sequence[str]) -> tuple[tuple[Note, ...], tuple[Doubt, ...]]:
    """Return the notes of the list at the end of a report, given as all its lines, and the doubts about the list.

    Numbers rise without a repeat. A note carries a doubt where its number, address or day of access is not certain.
    """
    section = section_of(lines)
    cited = _highest_cited(lines[: section.start])
    notes = _alike(_notes(numbered(entries(lines, section), cited)))
    if not notes:
        return (), ((Doubt("part_missing", 0, "Endnotes"),) if cited else ())
    lost = range(notes[-1].number + 1, cited + 1) if cited <= notes[-1].number + NEAR else ()
    doubts = (Doubt("gap", notes[-1].line, ", ".join(map(str, lost))),) if lost else ()
    return tuple(notes), doubts


def section_of(lines: Sequence[str]) -> range:
    """Return the indexes of the list, from after its heading to the end; an empty range where there is no heading."""
    starts = [end for index in range(len(lines)) if (end := _heading_end(lines, index))]
    # The contents list names it before, and a running head may repeat it.
    with_list = [start for start in starts if _begins_list(lines, start)]
    return range((with_list or starts or [len(lines)])[0], len(lines))


def _begins_list(lines: Sequence[str], start: int) -> bool:
    """Tell whether the first line that is not empty, a few lines on, is a note."""
    below = next((line for line in lines[start : start + 6] if line.strip()), "")
    return _FIRST_NOTE.match(below) is not None


def _heading_end(lines: Sequence[str], index: int) -> int:
    """Return the index after the heading that starts at `index`, which may be split over two lines; 0 if none does."""
    read = ""
    for end in range(index, min(index + 4, len(lines))):
        read += re.sub(r"[\s*#_:]", "", lines[end][:40]).upper()
        if not read or not "ENDNOTES".startswith(read):
            return 0
        if read == "ENDNOTES":
            return end + 1
    return 0


def _highest_cited(lines: Sequence[str]) -> int:
    found = (mark.translate(DIGITS) for line in lines for mark in _SUPERSCRIPTS.findall(line))
    return max((int(digits) for digits in found if len(digits) <= 3), default=0)


def _notes(numbered: Sequence[tuple[int, Entry]]) -> list[Note]:
    notes: list[Note] = []
    for number, entry in numbered:
        note = _note(number, entry)
        if _IBID.match(note.text) and notes and not note.address:
            before = notes[-1]
            day = note.accessed_on or before.accessed_on
            note = replace(note, kind=before.kind, address=before.address, accessed_on=day)
        notes.append(note)
    return notes


def _note(number: int, entry: Entry) -> Note:
    text = entry.text
    address = address_in(text)
    accessed_on, misread = accessed_in(text)
    if address.guessed:
        entry = entry.doubted("address_guessed", address.guessed)
    if address.unfinished:
        entry = entry.doubted("unfinished")
    if not address.text and re.search(r"\bAccessed\b|https?:|www\.", text, re.I):
        entry = entry.doubted("address_missing")
    if misread:
        entry = entry.doubted("date_missing", misread)
    return Note(number, text, entry.line, kind_of(text), address.text, accessed_on, entry.doubts)


def _alike(notes: Sequence[Note]) -> list[Note]:
    """Return the notes, each compared with the others: one address is spelt in one way, and read in the same years."""
    spelt: dict[str, set[str]] = {}
    for note in notes:
        if note.address and not any(doubt.code == "address_guessed" for doubt in note.doubts):
            spelt.setdefault(spelling(note.address), set()).add(note.address)
    years = Counter(int(note.accessed_on[:4]) for note in notes if note.accessed_on)
    usual = years.most_common(1)[0][0] if years else 0
    return [_dated(_spelt(note, spelt.get(spelling(note.address), set())), usual) for note in notes]


def _spelt(note: Note, spellings: set[str]) -> Note:
    """Return the note with the one spelling that has the most signs, as scanning loses signs and adds none."""
    most = max(map(len, spellings), default=0)
    fullest = [each for each in spellings if len(each) == most]
    if len(fullest) != 1 or most < len(note.address):
        return note
    doubts = tuple(doubt for doubt in note.doubts if doubt.code != "address_guessed")
    return replace(note, address=fullest[0], doubts=doubts)


def _dated(note: Note, usual: int) -> Note:
    if not note.accessed_on or abs(int(note.accessed_on[:4]) - usual) <= _FAR_YEARS:
        return note
    return replace(note, doubts=(*note.doubts, Doubt("date_odd", note.line, note.accessed_on)))
