"""Lists of points over page breaks: where a point ends, what goes on with it, which lines are headings or stray."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Generic, NamedTuple, TypeVar

from tracker.choices import Addressee, RecommendationKind
from tracker.importer.reading import Doubt, Point
from tracker.importer.scan import Block

_Value = TypeVar("_Value")

_ENDED = re.compile(r"""[.?!]["'”’»)\]]{0,4}$""")
_LISTED = re.compile(r"""[.?!:;]["'”’»)\]]{0,4}(?: (?:and|or))?$""")
_PAGE = re.compile(r"[-–—|\s]*(?:page\s+)?\d{1,3}[-–—|\s]*", re.I)
_ADDRESS = re.compile(r"\W?(?:https?://|www\.)", re.I)
_DEADLINE = re.compile(r"\bby (?:the end of )?((?:19|20)\d\d)\b", re.I)
_ANNEX = re.compile(r"annex(?:es)? (?:\d{1,2}|[ivx]{1,4}|[a-z])\b.{0,100}$", re.I)
_PUNCTUATED = tuple(".?!:;,")
_LONGEST_RUNNING_HEAD = 8
_MOST_LINES = 6
_SMALL_WORDS = frozenset("a an and at by for from in of on or the to with".split())
_SHOWN = 60


def key(text: str) -> str:
    """Return the letters and digits of `text` alone, without case: the same heading however it was set."""
    return "".join(filter(str.isalnum, text.casefold()))


def ended(text: str) -> bool:
    """Tell whether a sentence ends where `text` does."""
    return _ENDED.search(text[-8:]) is not None


def listed(text: str) -> bool:
    """Tell whether a line of a list may end as `text` does: with a full stop, or a semicolon for example."""
    return _LISTED.search(text[-12:]) is not None


def begins_low(text: str) -> bool:
    """Tell whether `text` begins in the middle of a sentence: in small letters, or with what closes something."""
    return text[:1].islower() or text[:1] in ",;.)"


def shown(text: str) -> str:
    """Return the beginning of `text`, for the sentence of a doubt."""
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1].rstrip()}…"


class Place(NamedTuple):
    """Where a point stands and whom it asks."""

    section: tuple[str, ...]
    area: str
    addressee: str = Addressee.STATES.value
    prefix: str = ""


@dataclass(slots=True)
class Draft:
    """A point while it is read. `under` tells that a heading stands right above, `number` is its own if it has one."""

    line: int
    pieces: list[str]
    place: Place
    number: int | None = None
    under: bool = False
    doubts: list[Doubt] = field(default_factory=list)
    # The line of the last piece, if that may be a running head.
    titled: int = 0

    @classmethod
    def of(cls, block: Block, place: Place, text: str, *, number: int | None = None, under: bool = False) -> "Draft":
        """Return a draft that starts with `block`, whose words after its number are `text`."""
        draft = cls(block.line, [text] if text else [], place, number, under)
        draft._look(block)
        if block.bold:
            draft.doubt("bold", block.line)
        return draft

    @property
    def text(self) -> str:
        return " ".join(self.pieces)

    @property
    def ended(self) -> bool:
        return bool(self.pieces) and ended(self.pieces[-1])

    @property
    def listed(self) -> bool:
        """Tell whether the text ends as a line of a list may."""
        return bool(self.pieces) and listed(self.pieces[-1])

    def add(self, block: Block) -> None:
        """Append a block that continues this point, unless it is a running head.

        One with a capital on each word is known as that only when the sentence goes on below it in small letters.
        """
        if is_running_head(block):
            return
        if " " in block.text and self.pieces and self.pieces[-1].endswith(block.text):
            self.doubt("doubled", block.line)
            return
        if self.titled and begins_low(block.text):
            self.drop("loose_text")
            self.doubt("left_out", self.titled, shown(self.pieces.pop()))
        self.titled = block.line if may_be_running_head(block) else 0
        if self.titled:
            self.doubt("loose_text", block.line, shown(block.text))
        self.pieces.append(block.text)
        self._look(block)

    def absorb(self, other: "Draft") -> None:
        """Append a draft that turned out to be no point of its own."""
        self.doubt("loose_text", other.line, shown(other.text))
        self.pieces += other.pieces
        for doubt in other.doubts:
            self.doubt(doubt.code, doubt.line, doubt.about)

    def doubt(self, code: str, line: int, about: str = "") -> None:
        """Keep one doubt of each kind: the first says where to look."""
        if all(doubt.code != code for doubt in self.doubts):
            self.doubts.append(Doubt(code, line, about))

    def drop(self, code: str) -> None:
        """Take away a doubt that was answered."""
        self.doubts = [doubt for doubt in self.doubts if doubt.code != code]

    def point(self, document_code: str, reference: str, kind: RecommendationKind) -> Point:
        """Return the point that was read, with what its whole text makes doubtful."""
        text = self.text
        if not self.listed:
            self.doubt("unfinished", self.line)
        if begins_low(text):
            self.doubt("odd_start", self.line)
        year = _DEADLINE.search(text)
        return Point(
            document_code=document_code,
            reference=reference,
            section=self.place.section,
            text=text,
            line=self.line,
            kind=kind.value,
            area=self.place.area,
            addressee=self.place.addressee,
            deadline=year[1] if year else "",
            doubts=tuple(self.doubts),
        )

    def _look(self, block: Block) -> None:
        if block.doubled:
            self.doubt("doubled", block.line)
        if block.note_inside:
            self.doubt("note_inside", block.line)
        if block.after_note and self.line != block.line:
            self.doubt("loose_text", block.line, shown(block.text))


class Headings(Generic[_Value]):
    """Headings that are known, found however they were set and over however many lines they were split."""

    def __init__(self, known: Mapping[str, _Value]) -> None:
        self.known = {key(title): value for title, value in known.items()}
        self._beginnings = {title[:end] for title in self.known for end in range(1, len(title) + 1)}
        self._longest = max(map(len, known)) * 2

    def match(self, blocks: Sequence[Block], index: int) -> tuple[_Value, str, int] | None:
        """Return the value, the words and the number of blocks of the heading that starts at `index`, or None.

        The longest is taken: “Protection” over “of the child” is one heading.
        """
        found, letters, words = None, "", list[str]()
        if begins_low(blocks[index].text):
            return None
        for used, block in enumerate(blocks[index : index + _MOST_LINES], start=1):
            longer = letters + key(block.text[: self._longest])
            if letters and longer not in self._beginnings and may_be_running_head(block):
                continue
            if longer not in self._beginnings:
                break
            letters = longer
            words.append(block.text)
            if letters in self.known:
                found = self.known[letters], " ".join(words), used
        return found


class Strays:
    """Lines that belong to a page and not to its text: page numbers and running heads."""

    def __init__(self, *titles: str) -> None:
        self._titles = {key(title) for title in titles if title}

    def left_out(self, blocks: Iterable[Block]) -> list[Block]:
        """Return `blocks` without page numbers, titles of the document, ends of footnotes, and lines without words.

        A line that stands again behind those is left out too.
        """
        kept: list[Block] = []
        gap = False
        for block in blocks:
            if self._is_certain(block):
                gap = gap or block.after_gap
                continue
            if gap and kept and kept[-1].text == block.text and " " in block.text:
                kept[-1] = replace(kept[-1], doubled=True)
                continue
            kept.append(replace(block, after_gap=True) if gap and not block.after_gap else block)
            gap = False
        return kept

    def _is_certain(self, block: Block) -> bool:
        text = block.text
        if block.after_note and _ADDRESS.match(text.rsplit(maxsplit=1)[-1]):
            return True
        if _PAGE.fullmatch(text) or not any(map(str.isalnum, text)):
            return True
        return not (block.bullet or text.endswith(_PUNCTUATED)) and key(text).strip("0123456789") in self._titles


def is_running_head(block: Block) -> bool:
    """Tell whether a line is set as a running head is: short, of several words, in capitals."""
    return block.text.isupper() and " " in block.text and may_be_running_head(block)


def may_be_running_head(block: Block) -> bool:
    """Tell whether a line may be a running head: in capitals, or by itself with a capital on each word.

    One word alone may be one after an empty line.
    """
    words = block.text.split()
    least = 1 if block.after_gap else 2
    if block.bullet or not least <= len(words) <= _LONGEST_RUNNING_HEAD or block.text.endswith(_PUNCTUATED):
        return False
    return block.text.isupper() or (block.after_gap and all(map(_like_title, words)))


def may_be_heading(block: Block, most: int) -> bool:
    """Tell whether a line may be a heading that is not known: of `most` words, with a capital, and without an end."""
    short = not block.bullet and len(block.text.split()) <= most
    return short and block.text[0].isupper() and block.text[-1].isalnum()


def begins_annex(block: Block) -> bool:
    """Tell whether a line is the heading of an annex that has a number or letter: “Annex 2: Those who helped”."""
    return not (block.bullet or ended(block.text)) and _ANNEX.match(block.text) is not None


def _like_title(word: str) -> bool:
    return not word[:1].islower() or word in _SMALL_WORDS
