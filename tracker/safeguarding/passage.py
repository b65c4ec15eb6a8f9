"""A text made even, so that rules on it stay short: one kind of space and hyphen, no marks that cannot be seen."""

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from tracker.choices import Risk

_HYPHENS = dict.fromkeys("‐‑‒–—―−", "-")
_SPACES = dict.fromkeys(
    "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u3000\t", " "
)
_QUOTES = dict.fromkeys("’ʼ‘`´", "'")
_SAME = _HYPHENS | _SPACES | _QUOTES | dict.fromkeys("“”„«»″", '"')
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


class Places:
    """Where in a text a pattern fits, found once and asked many times."""

    def __init__(self, pattern: re.Pattern[str], text: str) -> None:
        self.starts = [found.start() for found in pattern.finditer(text)]

    def within(self, begin: int, end: int) -> bool:
        """Tell whether the pattern begins to fit from `begin` on and before `end`."""
        place = bisect_left(self.starts, begin)
        return place < len(self.starts) and self.starts[place] < end


class Passage:
    """`text` made even, with `places`: where each of its letters stands in what was given; and its sentences' ends."""

    def __init__(self, given: str) -> None:
        self.given = given
        letters, self.places = _even(given)
        whole = "".join(letters)
        # Web addresses hold long numbers that are nobody's; what is left of one is as long as it was.
        self.text = _ADDRESS.sub(lambda found: "\x00" * len(found[0]), whole)
        self.with_addresses = whole
        self.ends = [0, *self._sentence_ends(), len(self.text)]
        self._found: dict[str, Places] = {}

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

    def around(self, start: int, end: int, most: int = 160) -> str:
        """Return the sentence around a place, at most `most` letters to each side."""
        return self.before(start, most) + self.text[start:end] + self.after(end, most)

    def span(self, start: int, end: int, most: int = 160) -> tuple[int, int]:
        """Return from where to where `around` reaches."""
        return start - len(self.before(start, most)), end + len(self.after(end, most))

    def near(self, pattern: re.Pattern[str], start: int, end: int, most: int = 160) -> bool:
        """Tell whether `pattern` fits in the sentence around a place, at most `most` letters to each side."""
        return self.has(pattern, *self.span(start, end, most))

    def has(self, pattern: re.Pattern[str], begin: int, end: int) -> bool:
        """Tell whether `pattern` fits from `begin` on and before `end`; the text is searched once for all who ask."""
        # By its source: a compiled pattern is hashed anew each time.
        if pattern.pattern not in self._found:
            self._found[pattern.pattern] = Places(pattern, self.text)
        return self._found[pattern.pattern].within(begin, end)

    def finding(self, risk: Risk, start: int, end: int) -> Finding:
        """Return a finding with its place in the text as it was given."""
        return Finding(risk, self.places[start], self.places[end - 1] + 1)


def _even(given: str) -> tuple[list[str], list[int]]:
    letters: list[str] = []
    places: list[int] = []
    for place, letter in enumerate(given):
        kind = "" if letter.isascii() else unicodedata.category(letter)
        if kind in ("Cf", "Mn"):
            # Stress marks and marks without width would part a word; й and ё may be written in two.
            if kind == "Mn" and letters and len(joined := unicodedata.normalize("NFC", letters[-1] + letter)) == 1:
                letters[-1] = joined
            continue
        letters.append(_SAME.get(letter, letter))
        places.append(place)
    return letters, places
