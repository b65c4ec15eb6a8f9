"""The endnotes of a report: what each cites, as evidence."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from tracker.importer.citations import accessed_in, address_in, kind_of, spelling
from tracker.importer.notelist import DIGITS, NEAR, Entry, entries, numbered
from tracker.importer.reading import Doubt, Note

_SUPERSCRIPTS = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹]+")
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
    begun = (index for index, line in enumerate(lines) if line.lstrip(" \t*#_")[:1] in ("E", "e"))
    starts = [end for index in begun if (end := _heading_end(lines, index))]
    return range(starts[-1] if starts else len(lines), len(lines))


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
    fullest = {each: _fullest(spellings) for each, spellings in spelt.items()}
    return [_dated(_spelt(note, fullest.get(spelling(note.address), "")), usual) for note in notes]


def _fullest(spellings: set[str]) -> str:
    """Return the one spelling with the most signs, as scanning loses signs and adds none; "" where two have as many."""
    longest = max(map(len, spellings))
    first, *others = [each for each in spellings if len(each) == longest]
    return "" if others else first


def _spelt(note: Note, fullest: str) -> Note:
    if len(fullest) < len(note.address) or not fullest:
        return note
    doubts = tuple(doubt for doubt in note.doubts if doubt.code != "address_guessed")
    return replace(note, address=fullest, doubts=doubts)


def _dated(note: Note, usual: int) -> Note:
    if not note.accessed_on or abs(int(note.accessed_on[:4]) - usual) <= _FAR_YEARS:
        return note
    return replace(note, doubts=(*note.doubts, Doubt("date_odd", note.line, note.accessed_on)))
