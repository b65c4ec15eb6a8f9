"""Words as a search compares them: folded, each beside its stem; and what somebody asks for, in such words."""

import re
import threading
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

import snowballstemmer

from tracker.lib.text import fold

# In characters, and in words of one search.
LONGEST_WORD, MOST_WORDS = 64, 12
# Stands where a text ends and for what is not kept: nobody can ask for it, and it keeps words from being neighbours.
BREAK = "¶"
# What PostgreSQL can hold of one text is 16,383 places and 256 of one word; the same on every database.
_MOST_PLACES, _MOST_OF_ONE = 16_000, 255

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_QUOTED = re.compile(r'"([^"]*)"|([^\s",;]+)')
_SIGNS = str.maketrans(
    dict.fromkeys("“”„«»", '"')
    | dict.fromkeys("’ʼ", "'")
    # Marks of stress, and what is not seen: in the middle of a word.
    | dict.fromkeys("\u0300\u0301\u00ad\u200b\u200c\u200d\u2060\ufeff")
)
# A reference is typed with the letters of whichever keyboard is on.
_ALIKE = str.maketrans("авекмнорстух", "abekmhopctyx")

_RUSSIAN = re.compile("[\u0400-\u04ff]+")
_ENGLISH = re.compile("[a-z\u00c0-\u024f']+")
# ребенок, ребенка; подросток, подростка; девочек, девочка.
_FLEETING = re.compile("(?<=..[^аеиоуыэюя])[ео]к$")
# Stems that the algorithms take for another word's.
_IRREGULAR = {"children": "child", "women": "woman", "men": "man", "детьм": "дет", "людьм": "люд"}
_stemmers = {"ru": snowballstemmer.stemmer("russian"), "en": snowballstemmer.stemmer("english")}
# A stemmer keeps the word that it works on.
_one_at_a_time = threading.Lock()


@dataclass(frozen=True)
class Term:
    """Words that must stand side by side, in this order; `exact` as they were typed, else in any of their forms."""

    words: tuple[str, ...]
    exact: bool


def words_in(text: str) -> list[str]:
    """Return the words of `text` in their order, folded; hyphens, dots and brackets part them."""
    found = _WORD.findall(fold(unicodedata.normalize("NFC", text).translate(_SIGNS)))
    return [word.translate(_ALIKE) if len(word) == 1 else word for word in found]


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """Return what all forms of a folded word have in common: Russian ones in Cyrillic, English ones in Latin."""
    if _RUSSIAN.fullmatch(word):
        found = _FLEETING.sub("к", _stemmed("ru", word))
    elif _ENGLISH.fullmatch(word):
        found = _stemmed("en", word)
    else:
        found = word
    return _plain(_IRREGULAR.get(found, found))


def to_index(texts: Iterable[str]) -> tuple[str, str]:
    """Return what an index keeps of texts that are found together, parted by spaces: their words, and their stems."""
    kept: list[str] = []
    for text in texts:
        kept += [word if len(word) <= LONGEST_WORD else BREAK for word in words_in(text)]
        kept.append(BREAK)
    kept = kept[:_MOST_PLACES]
    return _line(map(_plain, kept)), _line(stem(word) if word != BREAK else BREAK for word in kept)


def terms(question: str) -> list[Term]:
    """Return what `question` asks for, all of which must be found, each once.

    What stands in quotation marks is found as it is typed, word beside word. Of the rest every word is found in any
    form; what is typed in one piece (`140.7`, `C(1)(a)`, `follow-up`) stays together. Nothing else has a meaning.
    """
    found = []
    for quoted, plain in _QUOTED.findall(question.translate(_SIGNS)):
        if words := words_in(quoted or plain):
            found.append(Term(tuple(map(_plain if quoted else stem, words)), bool(quoted)))
    return list(dict.fromkeys(found))


def _stemmed(language: str, word: str) -> str:
    with _one_at_a_time:
        found: str = _stemmers[language].stemWord(word)
    return found


def _plain(word: str) -> str:
    return word.replace("'", "")


def _line(words: Iterable[str]) -> str:
    seen: Counter[str] = Counter()
    line = []
    for word in islice(words, _MOST_PLACES):
        seen[word] += 1
        line.append(word if seen[word] <= _MOST_OF_ONE else BREAK)
    return " ".join(line)
