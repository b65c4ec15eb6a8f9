"""A text made even, so that rules on it stay short: one kind of space and hyphen, no marks that cannot be seen."""

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tracker.choices import Risk

_HYPHENS = dict.fromkeys("‐‑‒–—―−", "-")
_SPACES = dict.fromkeys(
    "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u3000\t", " "
)
_QUOTES = dict.fromkeys("’ʼ‘`´", "'")
_SAME = str.maketrans(_HYPHENS | _SPACES | _QUOTES | dict.fromkeys("“”„«»″", '"'))
_ADDRESS = re.compile(r"(?:https?://|www\.)[^\s<>\"]+", re.I)
# After these a full stop ends no sentence.
_SHORT = frozenset(
    "no nos st mr mrs ms dr prof art para apt blk brgy ave rd sept oct nov dec jan feb aug mar apr approx tel mob ext "
    "ul pr kv vol pp ed fig inc ltd co dept gov rev hon "
    "ул пр просп пер пл бул наб кв корп стр обл респ гор пос дер мкр тел моб сот дом раб доб эл им ред изд ст гл разд "
    "проф акад руб тыс млн млрд янв фев мар апр авг сент окт нояб дек св свид серии рожд уч кл нач".split()
)
_END = re.compile(r"(?:(?<=\w)|(?<=[)\"]))[.!?…]{1,3}[\")]?\s{1,20}(?=[\"(]?[^\W\d_a-zа-яё])|\n[ \n]{0,20}\n")
_LAST_WORD = re.compile(r"(\w{1,12})$")


@dataclass(frozen=True)
class Finding:
    """One place in a text: what it may be, and where it begins and ends."""

    risk: Risk
    start: int
    end: int


class Passage:
    """`text` made even, with `places`: where each of its letters stands in what was given; and its sentences' ends."""

    def __init__(self, given: str) -> None:
        whole, self.places = _even(given)
        # Web addresses hold long numbers that are nobody's; what is left of one is as long as it was.
        self.text = _ADDRESS.sub(lambda found: "\x00" * len(found[0]), whole)
        self.with_addresses = whole
        self.ends = [0, *self._sentence_ends(), len(self.text)]
        # Where each pattern that was asked for begins to fit.
        self._starts: dict[str, list[int]] = {}

    def _sentence_ends(self) -> Iterator[int]:
        for found in _END.finditer(self.text):
            word = _LAST_WORD.search(self.text, max(found.start() - 12, 0), found.start())
            # One letter is an initial, or "г." and "д.".
            if (
                word is None
                or "\n\n" in found[0]
                or found[0][0] != "."
                or (word[1].lower() not in _SHORT and (len(word[1]) > 1 or word[1].isdigit()))
            ):
                yield found.end()

    def before(self, place: int, most: int = 80) -> str:
        """Return what stands before `place` in its sentence, at most `most` letters."""
        begin = self.ends[max(bisect_right(self.ends, place) - 1, 0)]
        return self.text[max(begin, place - most) : place]

    def after(self, place: int, most: int = 80) -> str:
        """Return what stands from `place` on in its sentence, at most `most` letters."""
        end = self.ends[min(bisect_left(self.ends, max(place, 1)), len(self.ends) - 1)]
        return self.text[place : min(end, place + most)]

    def span(self, start: int, end: int, most: int = 160) -> tuple[int, int]:
        """Return from where to where the sentence around a place reaches, at most `most` letters to each side."""
        return start - len(self.before(start, most)), end + len(self.after(end, most))

    def near(self, pattern: re.Pattern[str], start: int, end: int, most: int = 160) -> bool:
        """Tell whether `pattern` fits in the sentence around a place, at most `most` letters to each side."""
        return self.has(pattern, *self.span(start, end, most))

    def has(self, pattern: re.Pattern[str], begin: int, end: int) -> bool:
        """Tell whether `pattern` begins to fit from `begin` on and before `end`; the text is searched once for all."""
        # By its source: a compiled pattern is hashed anew each time.
        starts = self._starts.get(pattern.pattern)
        if starts is None:
            starts = self._starts[pattern.pattern] = [found.start() for found in pattern.finditer(self.text)]
        return any_between(starts, begin, end)

    def finding(self, risk: Risk, start: int, end: int) -> Finding:
        """Return a finding with its place in the text as it was given."""
        return Finding(risk, self.places[start], self.places[end - 1] + 1)


def any_between(starts: Sequence[int], begin: int, end: int) -> bool:
    """Tell whether one of `starts`, which are in order, is from `begin` on and before `end`."""
    place = bisect_left(starts, begin)
    return place < len(starts) and starts[place] < end


def _even(given: str) -> tuple[str, Sequence[int]]:
    """Return the text made even, and where each of its letters stands in `given`."""
    kinds = {letter: unicodedata.category(letter) for letter in set(given)}
    unseen = {letter for letter, kind in kinds.items() if kind in ("Cf", "Mn")}
    if not unseen:
        return given.translate(_SAME), range(len(given))
    letters: list[str] = []
    places: list[int] = []
    for place, letter in enumerate(given):
        if letter not in unseen:
            letters.append(letter)
            places.append(place)
        # Stress marks and marks without width would part a word; й and ё may be written in two.
        elif letters and len(joined := unicodedata.normalize("NFC", letters[-1] + letter)) == 1:
            letters[-1] = joined
    return "".join(letters).translate(_SAME), places
