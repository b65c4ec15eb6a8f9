"""The priority actions of a report: a list without numbers under headings of areas."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from tracker.choices import Area, RecommendationKind
from tracker.importer.lists import (
    Draft,
    Headings,
    Place,
    begins_annex,
    begins_low,
    is_running_head,
    key,
    listed,
    may_be_heading,
    may_be_running_head,
    shown,
)
from tracker.importer.reading import Doubt, Point
from tracker.importer.scan import Block

# By the prefix of their references: the area, and the headings that are known.
_AREAS: dict[str, tuple[Area, tuple[str, ...]]] = {
    "NPA": (Area.NATIONAL_PLAN, ("National plan of action", "National plans of action", "National plan of action NPA")),
    "COORD": (Area.COORDINATION, ("Coordination and cooperation", "Cooperation and coordination", "Coordination")),
    "PREV": (Area.PREVENTION, ("Prevention",)),
    "PROT": (Area.LAW_PROTECTION, ("Protection", "Protection of children", "Legislation")),
    "RECOV": (
        Area.RECOVERY,
        (
            "Recovery and reintegration",
            "Recovery, rehabilitation and reintegration",
            "Recovery",
            "Rehabilitation and reintegration",
        ),
    ),
    "PART": (
        Area.PARTICIPATION,
        ("Child participation", "Child and youth participation", "Youth participation", "Children's participation"),
    ),
}
_HEADINGS = Headings({title: (prefix, area.value) for prefix, (area, titles) in _AREAS.items() for title in titles})
_TITLES = {key(title) for title in ("Priority actions required", "Priority actions")}
_ANNEXES = {key(title) for title in ("Annex", "Annexes")}
_ENDINGS = {key(title) for title in ("Endnotes", "References", "Bibliography")} | _ANNEXES
_RIO_TITLE = key("The Rio de Janeiro Declaration and Call for Action")
_STRAY_FIGURE = re.compile(r"([\d⁰¹²³⁴⁵⁶⁷⁸⁹]{1,3})[.)]?\s+(?=[A-Z])")
_NUMBER = re.compile(r"\(?\d{1,3}[.)]\s+(?=\S)")
_BACKWARDS = frozenset("this these those it its they their such".split())
_LONGEST_HEADING = 8
_FEW = 2
_SHORT = 80


def read_actions(code: str, blocks: Sequence[Block], breaks: int | None) -> tuple[list[Point], list[Doubt]]:
    """Return the points of the document `code` among the blocks before an annex, and what is doubtful about the whole.

    `breaks` is how many page breaks there should be within the list, if that is known.
    """
    walk = _Walk(code, blocks)
    walk.read()
    if breaks is not None and len(walk.gaps) > breaks:
        for before, after in walk.gaps:
            before.doubt("page_break", after.line)
            after.doubt("page_break", after.line)
    return walk.points(), walk.doubts


class _Walk:
    """One way through the last of the headings that stand above lists, and what is below them."""

    def __init__(self, code: str, blocks: Sequence[Block]) -> None:
        self.code, self.blocks = code, list(blocks)
        self.place = Place((), "")
        self.under = False
        # The heading above the points here, if it is not known or was passed before another one.
        self.above: Doubt | None = None
        # Whether headings are set in capitals here.
        self.capitals = False
        # Whether points end with a full stop here.
        self.stopped = True
        # The prefixes of all known headings, by where these stand.
        self.headings: dict[int, str] = {}
        self.drafts: list[Draft] = []
        self.seen: dict[str, Place] = {}
        self.prefixes = set(_AREAS)
        self.texts: dict[str, Draft] = {}
        # Points that stand after an empty line, each with the one before: either may be half of one point.
        self.gaps: list[tuple[Draft, Draft]] = []
        self.doubts: list[Doubt] = []

    def read(self) -> None:
        """Read up to what ends the list."""
        index = self._start()
        end = self._end(index, len(self.blocks))
        self.blocks[index:end] = _without_numbers(self.blocks[index:end])
        bullets = [block for block in self.blocks[index:end] if block.bullet]
        self.stopped = sum(listed(block.text) for block in bullets) * 2 >= len(bullets)
        while index < end:
            index += self._heading(index) or self._text(index)

    def points(self) -> list[Point]:
        """Return what was read, numbered within each heading."""
        counts: dict[str, int] = {}
        return [self._point(draft, counts) for draft in self.drafts]

    def _start(self) -> int:
        """Return where the list starts: below its title where that is left, else where its headings do."""
        index, headings = 0, self.headings
        while index < len(self.blocks):
            match = _HEADINGS.match(self.blocks, index)
            if match:
                headings[index] = match[0][0]
            index += match[2] if match else 1
        first = self._first(list(headings))
        start = first
        for title in self._titles():
            above = {prefix for index, prefix in headings.items() if start is not None and start <= index < title}
            # One below which no heading stands again is a running head of the list.
            if start is None or title < start or above & {headings[index] for index in headings if index >= title}:
                start = title
        if start is None:
            return len(self.blocks)
        return self._with_unknown(start) if start == first else start

    def _titles(self) -> Iterator[int]:
        """Return where headings stand below the title of the list, wherever that stands."""
        for index in (index for index, block in enumerate(self.blocks) if key(block.text[:_SHORT]) in _TITLES):
            below = range(index + 1, min(index + 1 + _FEW, len(self.blocks)))
            yield from [at for at in below if at in self.headings or self._is_unknown(at)][:1]

    def _first(self, headings: Sequence[int]) -> int | None:
        """Return where the last run of known headings above bullets starts."""
        first, end = None, len(self.blocks)
        for heading in reversed(headings):
            below = self._below(heading, end)
            if any(block.bullet for block in below[:2]) and sum(block.bullet for block in below) * 2 >= len(below):
                first = heading
            elif len(below) > _FEW and first is not None:
                break
            end = heading
        return first

    def _end(self, start: int, most: int) -> int:
        return next((index for index in range(start, most) if self._is_ending(index)), most)

    def _is_ending(self, index: int) -> bool:
        """Tell whether another part of the file begins: no heading of the list stands below, and no rest of a point."""
        block, (below, *_) = self.blocks[index], [*self.blocks[index + 1 : index + 2], None]
        letters = key(block.text[:_SHORT])
        if letters.startswith(_RIO_TITLE) or begins_annex(block):
            return True
        if letters not in _ENDINGS or below is None:
            return letters in _ENDINGS
        cut = index > 0 and not listed(self.blocks[index - 1].text)
        rest = begins_low(below.text) or (letters in _ANNEXES and below.bullet)
        return not (any(heading > index for heading in self.headings) or (cut and rest))

    def _below(self, heading: int, end: int) -> list[Block]:
        """Return the lines that may be points, between a heading and the next, or what ends the list."""
        match = _HEADINGS.match(self.blocks, heading)
        start = heading + (match[2] if match else 1)
        below = self.blocks[start : self._end(start, end)]
        return [block for block in below if not (begins_low(block.text) or is_running_head(block))]

    def _with_unknown(self, first: int) -> int:
        index = first
        while index and self.blocks[index - 1].bullet:
            index -= 1
        if index == first:
            return first
        if index and self._is_unknown(index - 1):
            return index - 1
        self.doubts.append(Doubt("left_out", self.blocks[index].line, shown(self.blocks[index].text)))
        return first

    def _is_unknown(self, index: int) -> bool:
        """Tell whether an unknown heading, set as the known ones are, stands right above a bullet that begins anew."""
        block = self.blocks[index]
        if not may_be_heading(block, _LONGEST_HEADING) or (block.text.isupper() and not self.capitals):
            return False
        above = any(below.bullet and not begins_low(below.text) for below in self.blocks[index + 1 : index + 2])
        return above and (not self.drafts or self.drafts[-1].listed)

    def _heading(self, index: int) -> int:
        """Read a heading; return how many blocks it takes, 0 if none stands here."""
        match = _HEADINGS.match(self.blocks, index)
        if match is None and not self._is_unknown(index):
            return 0
        block = self.blocks[index]
        (prefix, area), words, used = match or (("", Area.LAW_PROTECTION.value), block.text, 1)
        self.capitals = words.isupper()
        words = words.capitalize() if words.isupper() else words
        again = Doubt("heading_again", block.line, shown(words))
        if words in self.seen:
            self.doubts.append(again)
            if self.seen[words] != self.place:
                self.place, self.above, self.under = self.seen[words], again, True
            return used
        self.place = self.seen[words] = Place((words,), area, prefix=prefix or self._prefix(words))
        self.above = None if match else Doubt("heading_unknown", block.line, shown(words))
        self.under = True
        return used

    def _prefix(self, words: str) -> str:
        """Return a prefix of the first letters of a heading, or longer than that, that no other heading has."""
        letters = key(words).upper()
        sizes = range(min(4, len(letters)), len(letters) + 1)
        free = (letters[:size] for size in sizes if letters[:size] not in self.prefixes)
        prefix = next(free, f"{letters}{len(self.prefixes)}")
        self.prefixes.add(prefix)
        return prefix

    def _text(self, index: int) -> int:
        block = self.blocks[index]
        if self.drafts and self._continues(block):
            if block.bullet and not begins_low(block.text) and (self.drafts[-1].ended or not block.after_gap):
                self.drafts[-1].doubt("joined", block.line)
            self.drafts[-1].add(block)
        elif may_be_running_head(block):
            self.doubts.append(Doubt("left_out", block.line, shown(block.text)))
        else:
            self._begin(block)
        return 1

    def _continues(self, block: Block) -> bool:
        last = self.drafts[-1]
        if self.under:
            return begins_low(block.text) and not last.ended
        if block.bullet and not self.stopped:
            return begins_low(block.text) and block.after_gap
        if block.bullet and not block.after_gap and last.listed:
            return False
        backwards = (block.after_gap or not block.bullet) and key(block.text.split()[0]) in _BACKWARDS
        return begins_low(block.text) or backwards or not last.ended

    def _begin(self, block: Block) -> None:
        figure = _STRAY_FIGURE.match(block.text) if block.bullet else None
        text = block.text[figure.end() :] if figure else block.text
        if text in self.texts:
            self.texts[text].doubt("doubled", block.line)
            return
        draft = self.texts[text] = Draft.of(block, self.place, text, under=self.under)
        if figure:
            draft.doubt("stray_figure", block.line, figure[1])
        if not block.bullet:
            draft.doubt("no_mark", block.line)
        if self.above:
            draft.doubt(self.above.code, self.above.line, self.above.about)
        if block.after_gap and self.drafts and not self.under:
            self.gaps.append((self.drafts[-1], draft))
        self.drafts.append(draft)
        self.under = False

    def _point(self, draft: Draft, counts: dict[str, int]) -> Point:
        place = draft.place
        counts[place.prefix] = counts.get(place.prefix, 0) + 1
        point = draft.point(self.code, f"{place.prefix}-{counts[place.prefix]}", RecommendationKind.PRIORITY_ACTION)
        if self.stopped:
            return point
        return replace(point, doubts=tuple(doubt for doubt in point.doubts if doubt.code != "unfinished"))


def _without_numbers(blocks: Sequence[Block]) -> list[Block]:
    """Return the lines of a list; where numbers are its marks, as they would be with other marks."""
    numbers = [_NUMBER.match(block.text) for block in blocks]
    if sum(map(bool, numbers)) * 3 <= len(blocks):
        return list(blocks)
    pairs = zip(blocks, numbers, strict=True)
    return [replace(block, bullet=True, text=block.text[found.end() :]) if found else block for block, found in pairs]
