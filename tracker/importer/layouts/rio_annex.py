"""The Rio Call for Action as reports annex it: numbered points under headings, sentences that say whom they ask."""

import re
from collections.abc import Sequence
from string import ascii_lowercase

from tracker.choices import Addressee, Area, RecommendationKind
from tracker.importer.layouts.rio_outline import CODE, FOLLOW_UP, HEADINGS, ORDER, addressee_of
from tracker.importer.lists import (
    Draft,
    Place,
    begins_annex,
    begins_low,
    key,
    may_be_heading,
    may_be_running_head,
    shown,
)
from tracker.importer.reading import Doubt, Point
from tracker.importer.scan import Block

_ASKING = re.compile(r"We (?:\w+ly )?(?:encourage|urge|call (?:up)?on|invite|request)\b")
_COMMITTING = re.compile(r"We commit ourselves\b")
_WE = re.compile(r"We\b")
_NUMBER = re.compile(r"\(?(\d{1,3})\)\s*(.*)")
_ROMAN = re.compile(r"[IVXL]+\s*[-–—.:]\s*(?=[A-Z])")
_ENDINGS = {key(title) for title in ("Endnotes", "References", "Bibliography")}
_LONGEST_HEADING = 14
_MOST_LINES_OF_A_SENTENCE = 8
# So many lines after the last number may be the rest of a point; more are another part of the file.
_MOST_LOOSE = 2
# Where a heading may be a running head, the next number stands within so many lines.
_NEAR = 4


def start(blocks: Sequence[Block]) -> int:
    """Return the index of the block that the annex starts with: its heading or that of a section; else the end."""
    for index, block in enumerate(blocks):
        found = HEADINGS.match(blocks, index)
        if found and (found[0] == FOLLOW_UP or _ROMAN.match(block.text)) and _goes_on(blocks, index + found[2]):
            return index
    return len(blocks)


def _goes_on(blocks: Sequence[Block], index: int) -> bool:
    """Tell whether the next lines have a number or a heading: below a running head in another list they have none."""
    near = range(index, min(index + _MOST_LINES_OF_A_SENTENCE, len(blocks)))
    return any(_NUMBER.match(blocks[at].text) or HEADINGS.match(blocks, at) for at in near)


def read_annex(blocks: Sequence[Block]) -> tuple[list[Point], list[Doubt]]:
    """Return the points of the annex, which `blocks` start with, and what is doubtful about the whole."""
    walk = _Walk(blocks)
    walk.read()
    calls = _numbered([draft for draft in walk.drafts if draft.place != FOLLOW_UP])
    numbers = {draft.number for draft in calls if draft.number}
    gaps = [str(number) for number in range(1, max(numbers, default=0)) if number not in numbers]
    points = [_point(draft, str(draft.number)) for draft in calls]
    if walk.place == FOLLOW_UP:
        committed = _committed([draft for draft in walk.drafts if draft.place == FOLLOW_UP])
        gaps += [reference for reference in ("C(1)(a)", "C(2)") if reference not in committed]
        points += [_point(draft, reference) for reference, draft in committed.items()]
    return points, walk.doubts + [Doubt("gap", 0, gap) for gap in gaps]


class _Walk:
    """One way through the blocks. `place` is where the next point stands, `under` that a heading is right above."""

    def __init__(self, blocks: Sequence[Block]) -> None:
        self.blocks = blocks
        self.index = 0
        self.place = Place((), Area.LAW_PROTECTION.value)
        self.under = False
        # A heading above the points here that the outline has not.
        self.unknown = ""
        self.drafts: list[Draft] = []
        # Numbers begin anew with the follow-up.
        self.numbers: dict[int, Draft] = {}
        self.doubts: list[Doubt] = []

    def read(self) -> None:
        """Read up to the end of the annex."""
        while self.index < len(self.blocks) and not self._is_ending(self.blocks[self.index]):
            self.index += self._heading() or self._sentence() or self._text(self.blocks[self.index])

    def _is_ending(self, block: Block) -> bool:
        """Tell whether another part of the file begins here: its heading, and the list does not go on below."""
        if begins_annex(block) and self.place == FOLLOW_UP:
            return True
        if key(block.text[:40]) not in _ENDINGS and not begins_annex(block):
            return False
        below = range(self.index + 1, min(self.index + 1 + _NEAR, len(self.blocks)))
        headed = any(HEADINGS.match(self.blocks, index) for index in below)
        return not (headed or self._next_number(self.index + 1) > max(self.numbers, default=0))

    def _next_number(self, index: int) -> int:
        """Return the number that begins one of the next lines, 0 if none does."""
        found = (_NUMBER.match(block.text) for block in self.blocks[index : index + _NEAR])
        return next((int(number[1]) for number in found if number), 0)

    def _heading(self) -> int:
        """Read a heading of the outline; return how many blocks it takes, 0 if none stands here."""
        found = HEADINGS.match(self.blocks, self.index)
        if found is None:
            return 0
        place, words, used = found
        if self.place.section in ORDER and ORDER.index(place.section) <= ORDER.index(self.place.section):
            # A heading that was passed before is a running head, or stands twice.
            self.doubts.append(Doubt("heading_again", self.blocks[self.index].line, shown(words)))
        elif place != FOLLOW_UP:
            in_section = place.section[:1] == self.place.section[:1]
            self._go_to(place._replace(addressee=self.place.addressee) if in_section else place)
        elif self._next_number(self.index + used) > max(self.numbers, default=0) > 0:
            # Numbers do not begin anew below it.
            self.doubts.append(Doubt("heading_again", self.blocks[self.index].line, shown(words)))
        elif self.drafts:
            self._follow_up()
        return used

    def _go_to(self, place: Place) -> None:
        self.place, self.under, self.unknown = place, True, ""

    def _follow_up(self) -> None:
        self._go_to(FOLLOW_UP)
        self.numbers = {}

    def _sentence(self) -> int:
        """Read a sentence that says whom the next points ask; return how many blocks it takes, 0 if none stands here.

        The one by which the participants commit themselves is a point, and begins the follow-up without its heading.
        """
        block = self.blocks[self.index]
        if self.place == FOLLOW_UP or not _WE.match(_NUMBER.sub(r"\2", block.text)):
            return 0
        words, used = self._to_colon()
        if self.drafts and _COMMITTING.match(_NUMBER.sub(r"\2", words)):
            self._follow_up()
        if not _ASKING.match(words):
            return 0
        asked = addressee_of(words)
        if asked is None:
            self.doubts.append(Doubt("addressee_unknown", block.line, shown(words)))
        self.place = self.place._replace(addressee=(asked or Addressee.STATES).value)
        self.under = True
        return used

    def _to_colon(self) -> tuple[str, int]:
        """Return the sentence that starts here and ends with a colon, and how many blocks it takes."""
        words: list[str] = []
        following = self.blocks[self.index : self.index + _MOST_LINES_OF_A_SENTENCE]
        for offset, block in enumerate(following):
            if words and self._begins_anew(self.index + offset):
                return " ".join(words), offset
            if not words or not may_be_running_head(block):
                words.append(block.text)
            if block.text.endswith(":"):
                return " ".join(words), offset + 1
        return words[0], 1

    def _begins_anew(self, index: int) -> bool:
        text = self.blocks[index].text
        return bool(_NUMBER.match(text) or _WE.match(text) or HEADINGS.match(self.blocks, index))

    def _text(self, block: Block) -> int:
        """Read a block that is a point, a part of one, or none; it is always one."""
        found = _NUMBER.match(block.text)
        if found and int(found[1]) > 0:
            self._point(block, int(found[1]), found[2])
        elif self._continues(block):
            self.drafts[-1].add(block)
        elif self._is_heading(block):
            above = () if _ROMAN.match(block.text) else self.place.section[:1]
            self._go_to(self.place._replace(section=(*above, block.text)))
            self.unknown = shown(block.text)
        elif may_be_running_head(block):
            self.doubts.append(Doubt("left_out", block.line, shown(block.text)))
        else:
            self._begin(block, Draft.of(block, self.place, block.text, under=self.under))
        return 1

    def _continues(self, block: Block) -> bool:
        if not self.drafts:
            return False
        last, low = self.drafts[-1], begins_low(block.text)
        # What the follow-up begins with ends before a list.
        unfinished = not (last.listed if _is_first(last) else last.ended)
        return low and unfinished if self.under else low or unfinished

    def _is_heading(self, block: Block) -> bool:
        """Tell whether a heading that the outline has not stands right above a number; one word is a running head."""
        if (
            self.place == FOLLOW_UP
            or block.text.isupper()
            or " " not in block.text
            or not may_be_heading(block, _LONGEST_HEADING)
        ):
            return False
        return any(_NUMBER.match(below.text) for below in self.blocks[self.index + 1 : self.index + 2])

    def _point(self, block: Block, number: int, text: str) -> None:
        draft = Draft.of(block, self.place, text, number=number, under=self.under)
        first = self.numbers.setdefault(number, draft)
        if first is draft:
            self._begin(block, draft)
        elif first.text.startswith(text):
            first.doubt("doubled", block.line)
        else:
            self._repeated(first, draft, number)
            self._begin(block, draft)

    def _repeated(self, first: Draft, draft: Draft, number: int) -> None:
        """Keep a number that stands again with the point that it fits by its place, and doubt the other."""
        before = self.drafts[-1].number
        if before == number - 1:
            self.numbers[number] = draft
            first, draft = draft, first
        elif (before or 0) < number:
            first.doubt("repeated", first.line, str(number))
        draft.number = None
        draft.doubt("repeated", draft.line, str(number))

    def _begin(self, block: Block, draft: Draft) -> None:
        if self.unknown:
            draft.doubt("heading_unknown", draft.line, self.unknown)
        if draft.place == FOLLOW_UP and draft.number is None and not block.bullet:
            draft.doubt("no_mark", block.line)
        self.drafts.append(draft)
        self.under = False


def _numbered(drafts: list[Draft]) -> list[Draft]:
    """Give the numbers that are missing to drafts in their places; what gets none is part of the one before."""
    seen = {draft.number for draft in drafts if draft.number}
    kept: list[Draft] = []
    loose: list[Draft] = []
    last = 0
    for draft in drafts:
        if draft.number is None:
            loose.append(draft)
            continue
        _place_loose(kept, loose, [number for number in range(last + 1, draft.number) if number not in seen])
        kept.append(draft)
        loose = []
        last = max(last, draft.number)
    # After the last number nothing tells that one is missing, except a heading with no other point below.
    _place_loose(kept, loose, list(range(last + 1, last + 1 + sum(draft.under for draft in loose))), _MOST_LOOSE)
    return kept


def _place_loose(kept: list[Draft], loose: list[Draft], missing: list[int], most: int | None = None) -> None:
    likely = {id(draft) for draft in sorted(loose, key=lambda draft: not draft.under)[: len(missing)]}
    numbers = iter(missing)
    for count, draft in enumerate(loose):
        if id(draft) in likely:
            _give_number(draft, next(numbers))
            kept.append(draft)
        elif kept and (most is None or count < most):
            kept[-1].absorb(draft)
        elif kept:
            kept[-1].doubt("left_out", draft.line, shown(draft.text))


def _give_number(draft: Draft, number: int) -> None:
    draft.number = number
    draft.drop("repeated")
    draft.drop("no_mark")
    draft.doubt("number_missing", draft.line, str(number))


def _is_first(draft: Draft) -> bool:
    """Tell whether the follow-up begins so: with (1), whose sub-points are a list of their own."""
    return draft.place == FOLLOW_UP and (draft.number == 1 or any(map(_WE.match, draft.pieces[:1])))


def _committed(drafts: list[Draft]) -> dict[str, Draft]:
    """Return {reference: draft} of the follow-up: the sub-points of (1), which have list marks alone, then (2)."""
    subs: list[Draft] = []
    numbered: list[Draft] = []
    for draft in drafts:
        if draft.number and not _is_first(draft):
            numbered.append(draft)
        elif numbered:
            numbered[-1].doubt("left_out", draft.line, shown(draft.text))
        elif not _is_first(draft):
            subs.append(draft)
    if not numbered and subs and any(doubt.code == "no_mark" for doubt in subs[-1].doubts):
        numbered.append(subs.pop())
        _give_number(numbered[0], 2)
    found = {f"C(1)({letter})": draft for letter, draft in zip(ascii_lowercase, subs, strict=False)}
    return found | {f"C({draft.number})": draft for draft in numbered}


def _point(draft: Draft, reference: str) -> Point:
    return draft.point(CODE, reference, RecommendationKind.COMMITMENT)
