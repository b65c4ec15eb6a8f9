"""What a spreadsheet program could take for a formula, found and made harmless."""

import re
import unicodedata

# Equals, plus, minus and at, with every other form of them that programs fold into these four: full-width, small,
# superscript, subscript, the mathematical minus.
_MARK = re.compile(
    "[=\uff1d\ufe66\u207c\u208c+\uff0b\ufe62\u207a\u208a\ufb29\\-\uff0d\ufe63\u207b\u208b\u2212@\uff20\ufe6b]"
)
# What programs strip or overlook in front of a formula, besides white space, control and format characters: quotes, and
# letters and marks that show nothing.
_OVERLOOKED = frozenset("\"'\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0").union(map(chr, range(0xFE00, 0xFE10)))
# Where a program may begin another cell inside ours: Excel in countries with a decimal comma splits lines at semicolons
# and then takes no notice of the quotes around our line breaks.
_SEPARATORS = frozenset(";\t\r\n")
_LEADING = ("\t", "\r", "\n")


def is_risky(text: str) -> bool:
    """Tell whether a spreadsheet program could take `text`, or a part that it splits off, for a formula."""
    return guarded(text) != text


def guarded(text: str) -> str:
    """Return `text` with an apostrophe before everything in it that could begin a cell with a formula.

    Such a cell begins with = + - @ or one of their variants, also after white space, invisible characters or quotes. A
    text that begins with a tab or a line break gets an apostrophe too. A text of n characters takes n steps.
    """
    first = _MARK.search(text)
    if first is None:
        return f"'{text}" if text.startswith(_LEADING) else text
    opens = _run_before(text, first.start())[0] == 0 or text.startswith(_LEADING)
    shielded = _MARK.sub(_shield, text)
    return f"'{shielded}" if opens else shielded


def _shield(found: re.Match[str]) -> str:
    """Return the mark, with an apostrophe where a semicolon, tab or line break before it may begin a cell."""
    _, separated = _run_before(found.string, found.start())
    return f"'{found[0]}" if separated else found[0]


def _run_before(text: str, at: int) -> tuple[int, bool]:
    """Return where the overlooked characters and separators before `at` begin, and whether one is a separator."""
    separated = False
    while at and _is_overlooked(before := text[at - 1]):
        separated = separated or before in _SEPARATORS
        at -= 1
    return at, separated


def _is_overlooked(char: str) -> bool:
    if char in _OVERLOOKED or char in _SEPARATORS or char.isspace():
        return True
    return unicodedata.category(char) in ("Cc", "Cf")
