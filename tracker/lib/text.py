"""Small rules about text that several rooms share."""

import re

_BETWEEN = re.compile(r"[^0-9a-z]+")
# What XML has no way to hold.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")


def reference_slug(reference: str) -> str:
    """Return the address form of a reference: `C(1)(a)` becomes `c-1-a`, `9.10` becomes `9-10`."""
    return _BETWEEN.sub("-", reference.lower()).strip("-")


def printable(text: str) -> str:
    """Return `text` with a space for each character that XML cannot hold, as word processors leave them."""
    return _CONTROL.sub(" ", text)


def fold(text: str) -> str:
    """Return `text` for comparing words: case folded, ё as е, white space collapsed."""
    return " ".join(text.casefold().replace("ё", "е").split())
