"""The Rio Call for Action as reports annex it: numbered points under headings, sentences that say whom they ask."""

import re
from collections.abc import Sequence
from string import ascii_lowercase

from tracker.choices import Addressee, Area, RecommendationKind
from tracker.importer.layouts.rio_outline import CODE, FOLLOW_UP, HEADINGS, ORDER, addressee_of
from tracker.importer.lists import Draft, Place, begins_low, is_running_head, key, may_be_running_head, shown
from tracker.importer.reading import Doubt, Point
from tracker.importer.scan import Block

_ASKING = re.compile(r"We (?:\w+ly )?(?:encourage|urge|call (?:up)?on|invite|request)\b")
_WE = re.compile(r"We\b")
_COMMITTING = re.compile(r"We commit ourselves\b")
_NUMBER = re.compile(r"\(?(\d{1,3})\)\s*(.*)")
_ROMAN = re.compile(r"([IVXL]+)\s*[-–—.:]\s*(?=[A-Z])")
_ENDINGS = {key(title) for title in ("Endnotes", "References", "Bibliography", "Annex 2", "Annex II")}
_LONGEST_HEADING = 14
_MOST_LINES_OF_A_SENTENCE = 8
_MOST_LINES_OF_FOLLOW_UP = 60
# So many lines after the last number may be the rest of a point; more are another part of the file.
_MOST_LOOSE = 2


def start(blocks: Sequence[Block]) -> int:
    """Return the index of the block that the annex starts with: its heading or that of a section; else the end."""
    for index, block in enumerate(blocks):
        found = HEADINGS.match(blocks, index)
        if found and (found[0] == FOLLOW_UP or _ROMAN.match(block.text)):
            return index
    return len(blocks)


def read_annex(blocks: Sequence[Block]) -> tuple[list[Point], list[Doubt]]:
    """Return the points of the annex, which `blocks` start with, and what is doubtful about the whole."""
    walk = _Walk(blocks)
    walk.numbered()
    drafts = _number(walk.drafts)
    points = [_point(draft, str(draft.number)) for draft in drafts]
    numbers = {draft.number for draft in drafts if draft.number}
    doubts = walk.doubts + [
        Doubt("gap", 0, str(number)) for number in range(1, max(numbers, default=0)) if number not in numbers
    ]
    if walk.follows_up:
        follow_up = _FollowUp()
        follow_up.read(blocks[walk.index :])
        committed, more = follow_up.finished()
        return points + committed, doubts + more
    return points, doubts


class _Walk:
    """One way through the blocks. `place` is where the next point stands, `under` that a heading is right above."""

    def __init__(self, blocks: Sequence[Block]) -> None:
        self.blocks = blocks
        self.index = 0
        self.place = Place((), Area.LAW_PROTECTION.value)
        self.under = False
        self.unknown = ""
        self.drafts: list[Draft] = []
        self.numbers: dict[int, Draft] = {}
        self.doubts: list[Doubt] = []
        self.follows_up = False

    @property
    def unfinished(self) -> bool:
        """Tell whether the point before goes on."""
        return bool(self.drafts) and not self.drafts[-1].ended

    def numbered(self) -> None:
        """Read up to the follow-up or the end."""
        while self.index < len(self.blocks) and key(self.blocks[self.index].text[:40]) not in _ENDINGS:
            if not (self._heading() or self._sentence()):
                self._text(self.blocks[self.index])
                self.index += 1
            if self.follows_up:
                return

    def _heading(self) -> bool:
        found = HEADINGS.match(self.blocks, self.index)
        if found is None:
            return False
        place, words, used = found
        if place == FOLLOW_UP:
            self.follows_up = bool(self.drafts)
        elif self.place.section in ORDER and ORDER.index(place.section) <= ORDER.index(self.place.section):
            # A heading that was passed before is a running head, or stands twice.
            self.doubts.append(Doubt("heading_again", self.blocks[self.index].line, shown(words)))
        else:
            in_section = place.section[:1] == self.place.section[:1]
            self.place = place._replace(addressee=self.place.addressee) if in_section else place
            self.under, self.unknown = True, ""
        self.index += used
        return True

    def _sentence(self) -> bool:
        """Read a sentence that says whom the next points ask, over as many lines as it has."""
        block = self.blocks[self.index]
        if not _WE.match(_NUMBER.sub(r"\2", block.text)):
            return False
        words, used = self._to_colon()
        if self.drafts and _COMMITTING.match(_NUMBER.sub(r"\2", words)):
            self.follows_up = True
            return True
        if not _ASKING.match(words):
            return False
        asked = addressee_of(words)
        if asked is None:
            self.doubts.append(Doubt("addressee_unknown", block.line, shown(words)))
        self.place = self.place._replace(addressee=(asked or Addressee.STATES).value)
        self.under = True
        self.index += used
        return True

    def _to_colon(self) -> tuple[str, int]:
        """Return the sentence that starts here and ends with a colon, and how many blocks it takes."""
        words: list[str] = []
        for offset in range(min(_MOST_LINES_OF_A_SENTENCE, len(self.blocks) - self.index)):
            block = self.blocks[self.index + offset]
            if words and _begins_anew(self.blocks, self.index + offset):
                return " ".join(words), offset
            if not words or not is_running_head(block):
                words.append(block.text)
            if block.text.endswith(":"):
                return " ".join(words), offset + 1
        return words[0], 1

    def _text(self, block: Block) -> None:
        found = _NUMBER.match(block.text)
        if found and int(found[1]) > 0:
            self._point(block, int(found[1]), found[2])
        elif self._continues(block):
            self.drafts[-1].add(block)
        elif self._is_heading(block):
            self.unknown = shown(block.text)
            roman = _ROMAN.match(block.text)
            words = f"{roman[1]} {block.text[roman.end() :]}" if roman else block.text
            section = (words,) if roman else (*self.place.section[:1], words)
            addressee = Addressee.STATES.value if roman else self.place.addressee
            self.place = Place(section, self.place.area, addressee)
            self.under = True
        elif is_running_head(block) or (may_be_running_head(block) and self.drafts and not self.under):
            self.doubts.append(Doubt("left_out", block.line, shown(block.text)))
        else:
            self._begin(Draft.of(block, self.place, block.text, under=self.under))

    def _continues(self, block: Block) -> bool:
        if not self.drafts:
            return False
        low = begins_low(block.text)
        if self.under:
            return low and self.unfinished
        return low or self.unfinished

    def _is_heading(self, block: Block) -> bool:
        """Tell whether a short line without an end stands right above a number."""
        short = not block.bullet and len(block.text.split()) <= _LONGEST_HEADING and block.text[-1].isalnum()
        after = self.blocks[self.index + 1 : self.index + 2]
        return short and block.text[0].isupper() and not block.text.isupper() and any(map(_is_numbered, after))

    def _point(self, block: Block, number: int, text: str) -> None:
        first = self.numbers.get(number)
        draft = Draft.of(block, self.place, text, number=number, under=self.under)
        if first is None:
            self.numbers[number] = draft
            self._begin(draft)
        elif first.text.startswith(text):
            first.doubt("doubled", block.line)
        else:
            draft.number = None
            draft.doubt("repeated", block.line, str(number))
            self._begin(draft)

    def _begin(self, draft: Draft) -> None:
        if self.unknown:
            draft.doubt("heading_unknown", draft.line, self.unknown)
        self.drafts.append(draft)
        self.under = False


def _begins_anew(blocks: Sequence[Block], index: int) -> bool:
    text = blocks[index].text
    return bool(_NUMBER.match(text) or _WE.match(text) or HEADINGS.match(blocks, index))


def _is_numbered(block: Block) -> bool:
    return _NUMBER.match(block.text) is not None


def _number(drafts: list[Draft]) -> list[Draft]:
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
            draft.number = next(numbers)
            draft.drop("repeated")
            draft.doubt("number_missing", draft.line, str(draft.number))
            kept.append(draft)
        elif kept and (most is None or count < most):
            kept[-1].absorb(draft)
        elif kept:
            kept[-1].doubt("left_out", draft.line, shown(draft.text))


class _FollowUp:
    """What the participants commit themselves to: (1) with sub-points that have list marks alone, then (2)."""

    def __init__(self) -> None:
        self.introduction: Draft | None = None
        self.subs: list[Draft] = []
        self.numbered: list[Draft] = []

    def read(self, blocks: Sequence[Block]) -> None:
        """Read up to an ending, or to what follows a numbered point that is whole."""
        for index, block in enumerate(blocks[:_MOST_LINES_OF_FOLLOW_UP]):
            if HEADINGS.match(blocks, index):
                continue
            if key(block.text[:40]) in _ENDINGS or not (self._begins(block) or self._goes_on(block)):
                return

    def _begins(self, block: Block) -> bool:
        found = _NUMBER.match(block.text)
        text = found[2] if found else block.text
        if _WE.match(text) or (found and found[1] == "1"):
            self.introduction = Draft.of(block, FOLLOW_UP, text)
        elif found:
            self._numbered(Draft.of(block, FOLLOW_UP, text, number=int(found[1])))
        else:
            return False
        return True

    def _numbered(self, draft: Draft) -> None:
        first = next((one for one in self.numbered if one.number == draft.number), None)
        if first is None:
            self.numbered.append(draft)
        elif first.text.startswith(draft.text):
            first.doubt("doubled", draft.line)
        else:
            first.absorb(draft)
            first.doubt("repeated", draft.line, str(draft.number))

    def _goes_on(self, block: Block) -> bool:
        """Take a block without a number; return whether there was a place for it."""
        last = self.introduction
        for drafts in (self.subs, self.numbered):
            last = drafts[-1] if drafts else last
        whole = last is None or last.ended or (last is self.introduction and last.listed)
        if last is not None and (not whole or begins_low(block.text)):
            last.add(block)
            return True
        if is_running_head(block):
            return True
        if self.numbered:
            return False
        draft = Draft.of(block, FOLLOW_UP, block.text)
        if not block.bullet:
            draft.doubt("no_mark", block.line)
        self.subs.append(draft)
        return True

    def finished(self) -> tuple[list[Point], list[Doubt]]:
        """Return the points, and the references of those that were expected and not found."""
        if not self.numbered and self.subs and any(doubt.code == "no_mark" for doubt in self.subs[-1].doubts):
            self._give_number(self.subs.pop())
        points = [_point(draft, f"C(1)({letter})") for letter, draft in zip(ascii_lowercase, self.subs, strict=False)]
        points += [_point(draft, f"C({draft.number})") for draft in self.numbered]
        gaps = ["C(1)(a)"] * (not self.subs) + ["C(2)"] * (not self.numbered)
        return points, [Doubt("gap", 0, reference) for reference in gaps]

    def _give_number(self, draft: Draft) -> None:
        draft.number = 2
        draft.drop("no_mark")
        draft.doubt("number_missing", draft.line, "C(2)")
        self.numbered.append(draft)


def _point(draft: Draft, reference: str) -> Point:
    return draft.point(CODE, reference, RecommendationKind.COMMITMENT)
