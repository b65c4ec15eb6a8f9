"""Small rules about text that several rooms share."""

import re

_BETWEEN = re.compile(r"[^0-9a-z]+")


def reference_slug(reference: str) -> str:
    """Return the address form of a reference: `C(1)(a)` becomes `c-1-a`, `9.10` becomes `9-10`."""
    return _BETWEEN.sub("-", reference.lower()).strip("-")


def fold(text: str) -> str:
    """Return `text` for comparing words: case folded, ё as е, white space collapsed."""
    return " ".join(text.casefold().replace("ё", "е").split())
