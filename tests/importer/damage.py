"""Deliberate damage to a text, as scanning could do it, at places a seed decides; and what became of its points."""

import itertools
import random
import re
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from tests.importer.ground import (
    BULLET,
    FOOTNOTE,
    HEADING,
    LETTER,
    MARKS,
    NUMBER,
    POINT,
    QUESTION,
    REPLY,
    ROMAN,
    Ground,
    Place,
)
from tracker.errors import SourceRefused
from tracker.importer.reading import Doubt, Point, Reading, Source
from tracker.importer.source import read_bytes
from tracker.importer.verdicts import Judged, Known, judge, key, missing, settle

KINDS = ("page break", "heading split", "number dropped", "line doubled", "footnote moved")
_BETWEEN = ("bullet", "plain", "page number", "running head", "both")
_PAGES = ("%s", "%s", "- %s -", "Page %s")
_NOTES = ("^{*} %s", "¹ %s", "^{7} %s")
_INVENTED = "lantern harbour meadow counted seventh ledger quiet ferry orchard twice northern mill seen copper".split()
# How many of the headings that are split stand around a running head. Such heads, and those of one word, are set in
# texts without replies alone: reading questions and replies does not bear all of them.
_HEADED = 0.3
_SENTENCE_END = re.compile(r"[.!?]['\"’”»]?$")
_SENTENCE_START = re.compile(r"[-–•\s]*['\"‘“«(]?[^\W\d_]")


@dataclass(frozen=True)
class Edit:
    """One edit of `line`: the damaged `source`, the keys of the `points` that it touched, and in words `how`.

    `ambiguous` tells that the text alone does not give it away: it still reads as a list, of one more or one less.
    """

    kind: str
    line: int
    how: str
    seed: str
    source: Source
    points: frozenset[str]
    ambiguous: bool = False


def damaged(ground: Ground, kind: str, seed: str) -> Edit:
    """Return `ground` with one edit of `kind`; the same seed makes the same edit."""
    return _MAKERS[kind](ground, random.Random(seed), seed)


def _source(ground: Ground, changes: dict[int, list[str]]) -> Source:
    """Return the text with each of these lines replaced by others."""
    groups = (changes.get(number, [line]) for number, line in enumerate(ground.source.lines, start=1))
    return read_bytes("\n".join(line for group in groups for line in group).encode(), ground.source.name)


def _page_break(ground: Ground, chance: random.Random, seed: str) -> Edit:
    place, left, rest = _cut(ground, chance)
    way = chance.choice(_BETWEEN)
    bullet = way == "bullet" or (way != "plain" and chance.random() < 0.5)
    number, head = str(chance.randint(2, 60)), _running_head(ground, chance)
    page = chance.choice(_PAGES) % number
    both = chance.choice((f"{number} {head}", f"{head} {number}"))
    between = {"page number": [page, ""], "running head": [head, ""], "both": [both, ""]}.get(way, [])
    lines = [left, "", *between, f"- {rest}" if bullet else rest]
    how = f"{way}, rest {'as a bullet' if bullet else 'plain'}"
    ambiguous = _looks_whole(ground, place, left, rest)
    return Edit("page break", place.line, how, seed, _source(ground, {place.line: lines}), place.points, ambiguous)


def _heading_split(ground: Ground, chance: random.Random, seed: str) -> Edit:
    place = chance.choice([place for place in ground.of(HEADING) if _heading_blanks(ground.line(place))])
    line = ground.line(place)
    left, rest = _halves(line, chance.choice(_heading_blanks(line)))
    hashes = re.match(r"#+\s+", line)
    mark = hashes[0] if hashes and chance.random() < 0.5 else ""
    gap = [""] if chance.random() < 0.5 else []
    headed = not ground.reading.replied_on and chance.random() < _HEADED
    between = ["", _running_head(ground, chance), ""] if headed else gap
    source = _source(ground, {place.line: [left, *between, mark + rest]})
    how = "cut around a running head" if headed else _with("cut", gap)
    return Edit("heading split", place.line, how, seed, source, place.points)


def _number_dropped(ground: Ground, chance: random.Random, seed: str) -> Edit:
    place, start, end = chance.choice([spot for place in ground.of(POINT, HEADING) for spot in _numbers(ground, place)])
    line = ground.line(place)
    # What was bold alone leaves no empty marks behind.
    rest = (line[:start] + line[end:]).replace("****", "")
    source = _source(ground, {place.line: [rest]})
    how = f"{place.role} without “{line[start:end].strip()}”"
    ambiguous = place.role == POINT and start == 0 and not _numbered(ground, place)
    return Edit("number dropped", place.line, how, seed, source, place.points or place.below, ambiguous)


def _line_doubled(ground: Ground, chance: random.Random, seed: str) -> Edit:
    place = chance.choice(ground.of(POINT, HEADING))
    line = ground.line(place)
    gap = [""] if chance.random() < 0.5 else []
    source = _source(ground, {place.line: [line, *gap, line]})
    return Edit("line doubled", place.line, _with(place.role, gap), seed, source, place.points)


def _footnote_moved(ground: Ground, chance: random.Random, seed: str) -> Edit:
    """Return an edit with a footnote of the text set elsewhere, or an invented one where it has none."""
    present = ground.of(FOOTNOTE)
    old = chance.choice(present) if present else None
    note = ground.line(old) if old else _invented(chance)
    gap = [""] if chance.random() < 0.5 else []
    points: frozenset[str] = frozenset()
    ambiguous = False
    if chance.random() < 0.5:
        place, left, rest = _cut(ground, chance)
        bullet = chance.random() < 0.5
        lines, points = [left, *gap, note, *gap, f"- {rest}" if bullet else rest], place.points
        how = f"into a line, rest {'as a bullet' if bullet else 'plain'}"
        ambiguous = _looks_whole(ground, place, left, rest)
    else:
        place = chance.choice(ground.of(POINT, HEADING))
        lines, how = [ground.line(place), *gap, note, *gap], f"after a {place.role} line"
    changes = {place.line: lines} | ({old.line: []} if old else {})
    return Edit("footnote moved", place.line, _with(how, gap), seed, _source(ground, changes), points, ambiguous)


_MAKERS: dict[str, Callable[[Ground, random.Random, str], Edit]] = dict(
    zip(KINDS, (_page_break, _heading_split, _number_dropped, _line_doubled, _footnote_moved), strict=True)
)


def sentence_cuts(ground: Ground) -> list[Edit]:
    """Return every cut between two sentences of a point without a number of its own: no text gives those away."""
    found: list[Edit] = []
    for place in ground.of(POINT):
        line = ground.line(place)
        halves = [_halves(line, at) for at in _blanks(line)]
        for left, rest in (pair for pair in halves if _looks_whole(ground, place, *pair)):
            for gap, mark in itertools.product(([], [""]), ("", "- ")):
                source = _source(ground, {place.line: [left, *gap, mark + rest]})
                how = _with(f"between sentences, rest {'as a bullet' if mark else 'plain'}", gap)
                found.append(Edit("page break", place.line, how, "", source, place.points, ambiguous=True))
    return found


def _with(how: str, gap: list[str]) -> str:
    return f"{how}, {'with' if gap else 'without'} an empty line"


def _running_head(ground: Ground, chance: random.Random) -> str:
    """Return the title of the document, its country, or an invented or usual one of a chapter, perhaps in capitals."""
    invented = " ".join(chance.choices(_INVENTED, k=chance.randint(2, 5))).title()
    country = ground.reading.parts[0].about.split()[0]
    head = chance.choice((ground.reading.title, invented, country, "Recommendations"))
    return head.upper() if chance.random() < 0.5 else head


def _invented(chance: random.Random) -> str:
    text = " ".join(chance.choices(_INVENTED, k=chance.randint(4, 12))).capitalize()
    return chance.choice(_NOTES) % f"{text}."


def _cut(ground: Ground, chance: random.Random) -> tuple[Place, str, str]:
    """Return a line of a point, cut in two between words."""
    place = chance.choice([place for place in ground.of(POINT) if _blanks(ground.line(place))])
    line = ground.line(place)
    return place, *_halves(line, chance.choice(_blanks(line)))


def _halves(line: str, at: int) -> tuple[str, str]:
    return line[:at].rstrip(), line[at:].strip()


def _blanks(line: str) -> list[int]:
    """Return the blanks between words of a line: not those after its marks or number, nor those inside a tag."""
    start = max(found.end() for found in (MARKS.match(line), NUMBER.match(line), LETTER.match(line)) if found)
    return [
        found.start()
        for found in re.finditer(r"(?<=\S)\s+(?=\S)", line)
        if found.start() > start and line.count("<", 0, found.start()) == line.count(">", 0, found.start())
    ]


def _heading_blanks(line: str) -> list[int]:
    start = len(line) - len(line.lstrip(" #*"))
    return [found.start() for found in re.finditer(r"(?<=\S)\s+(?=\S)", line) if found.start() > start]


def _looks_whole(ground: Ground, place: Place, left: str, rest: str) -> bool:
    """Tell whether both halves read as sentences of a list whose points have no numbers."""
    sentences = _SENTENCE_END.search(left) and _SENTENCE_START.match(rest) and not rest.lstrip("'\"‘“«(")[0].islower()
    return bool(sentences) and not place.in_reply and not _numbered(ground, place)


def _numbered(ground: Ground, place: Place) -> bool:
    codes = {point.document_code for point in ground.reading.points if key(point) in place.points}
    points = [point for point in ground.reading.points if point.document_code in codes]
    own = [_own_number(ground.source.lines[point.line - 1], [key(point)]) for point in points]
    return sum(map(bool, own)) * 2 > len(own)


def _own_number(line: str, names: Iterable[str]) -> re.Match[str] | None:
    """Return the number before a point's text if it is the point's own, no stray figure."""
    found = NUMBER.match(line)
    if not found:
        return None
    bare = found["drop"].strip(" ().")
    return found if any(name.endswith((f" {bare}", f"({bare})")) for name in names) else None


def _numbers(ground: Ground, place: Place) -> list[tuple[Place, int, int]]:
    line = ground.line(place)
    spans = _heading_numbers(line) if place.role == HEADING else _point_marks(ground, place, line)
    return [(place, *span) for span in spans]


def _heading_numbers(line: str) -> list[tuple[int, int]]:
    if REPLY.fullmatch(line):
        return [found.span() for found in re.finditer(r"\d+(?:\.\d+)*\.?", line)]
    found = QUESTION.match(line) or ROMAN.match(line) or NUMBER.match(line)
    return [found.span("drop")] if found else []


def _point_marks(ground: Ground, place: Place, line: str) -> list[tuple[int, int]]:
    """Return the number that starts a point, else its list mark; of a sub-point its letter.

    A list inside a reply is its own words: nothing of the document is numbered there.
    """
    if place.in_reply:
        return []
    if any(point.line == place.line for point in ground.reading.points):
        found = _own_number(line, place.points) or BULLET.match(line)
    else:
        lettered = any(point.components for point in ground.reading.points if key(point) in place.points)
        found = LETTER.match(line) if lettered else None
    return [found.span("drop")] if found else []


@dataclass
class Outcome:
    """What became of the points after one edit. `faults` are those lost in silence or harmed though untouched."""

    undamaged: int = 0
    undamaged_whole: int = 0
    moved: int = 0
    damaged: int = 0
    whole: int = 0
    whole_with_doubt: int = 0
    changed_with_doubt: int = 0
    named_missing: int = 0
    # Of those changed with a doubt: that had no doubt besides those of the undamaged text.
    old_doubt_only: int = 0
    lost: int = 0
    # Points that the undamaged text has not, without a doubt.
    too_many: int = 0
    seconds: float = 0.0
    faults: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Found:
    """What was read: the points by their key, and the names of those that a warning calls missing."""

    points: dict[str, list[Judged]]
    named: frozenset[str]
    loose: frozenset[str]


def known_from(reading: Reading) -> dict[str, Known]:
    """Return the documents of `reading` as a catalogue has them that holds every point and no wording."""
    return {
        part.code: Known(
            code=part.code,
            kind=part.kind,
            published_on=part.published_on,
            titles=f"{part.title} {part.about}",
            scan_sha256="",
            wordings={point.reference: "" for point in reading.points if point.document_code == part.code},
        )
        for part in reading.parts
    }


def outcome(ground: Ground, edit: Edit, read: Callable[[Source], Reading]) -> Outcome:
    """Return what an import of the damaged text finds, beside what the undamaged text has."""
    started = time.perf_counter()
    try:
        found = _find(edit.source, read, known_from(ground.reading))
    except SourceRefused as refused:
        return Outcome(lost=len(ground.reading.points), faults=[f"refused: {refused}"])
    result = Outcome(seconds=time.perf_counter() - started)
    before = {key(point): point for point in ground.reading.points}
    for name, point in before.items():
        if name in edit.points:
            _judge_damaged(result, point, found)
        else:
            _judge_undamaged(result, point, found)
    surplus = [one for name, ones in found.points.items() for one in ones[name in before :] if not one.doubts]
    result.too_many = len(surplus)
    result.faults += [f"{key(one.point)}: too many, without a doubt" for one in surplus]
    return result


def _find(source: Source, read: Callable[[Source], Reading], known: dict[str, Known]) -> _Found:
    reading = settle(read(source), source, list(known.values()))
    points: dict[str, list[Judged]] = {}
    for judged in judge(reading, known):
        points.setdefault(key(judged.point), []).append(judged)
    absent = frozenset(doubt.about for doubt in missing(reading, known))
    return _Found(points, absent, _named(reading.doubts))


def _named(doubts: Iterable[Doubt]) -> frozenset[str]:
    return frozenset(
        name for doubt in doubts if doubt.code in ("gap", "not_found") for name in re.split(r"[\s,;–]+", doubt.about)
    )


def _judge_undamaged(result: Outcome, point: Point, found: _Found) -> None:
    result.undamaged += 1
    if any(_same(point, one.point) for one in found.points.get(key(point), [])):
        result.undamaged_whole += 1
        return
    if any(one.doubts and _moved(point, one.point) for ones in found.points.values() for one in ones):
        result.moved += 1
        return
    result.faults.append(f"{key(point)}: undamaged, not whole")


def _judge_damaged(result: Outcome, point: Point, found: _Found) -> None:
    result.damaged += 1
    ones = found.points.get(key(point), [])
    whole = [one for one in ones if _same(point, one.point, loosely=True)]
    doubtful = [one for one in ones if one.doubts]
    if whole:
        result.whole_with_doubt += any(one.doubts for one in whole)
        result.whole += not any(one.doubts for one in whole)
    elif doubtful:
        result.changed_with_doubt += 1
        old = {(doubt.code, doubt.about) for doubt in point.doubts}
        result.old_doubt_only += all((doubt.code, doubt.about) in old for one in doubtful for doubt in one.doubts)
    elif key(point) in found.named or (not ones and point.reference in found.loose):
        result.named_missing += 1
    else:
        result.lost += 1
        result.faults.append(f"{key(point)}: damaged, lost in silence")


def _place_of(point: Point) -> tuple[object, ...]:
    return point.document_code, point.section, point.addressee, point.deadline


def _same(one: Point, other: Point, *, loosely: bool = False) -> bool:
    """Tell whether both are one point, word for word; `loosely`, whatever paragraphs and list marks a break added."""
    if (one.reference, *_place_of(one)) != (other.reference, *_place_of(other)):
        return False
    if loosely:
        return _words(one) == _words(other)
    return (one.text, one.components, one.reply) == (other.text, other.components, other.reply)


def _moved(one: Point, other: Point) -> bool:
    """Tell whether a point of a list without numbers stands under another running one."""
    return _place_of(one) == _place_of(other) and one.text == other.text and one.reference != other.reference


def _words(point: Point) -> tuple[object, ...]:
    components = [(letter, _tokens(text)) for letter, text in point.components]
    return _tokens(point.text), components, _tokens(point.reply or "")


def _tokens(text: str) -> list[str]:
    return [token for token in text.split() if token != "-"]
