"""Words inside charts: SVG has no lines of its own, so they are broken here. Pure functions."""

from html import escape

# How wide a letter is taken to be, as a part of the size: Cyrillic ones are wide, and bold ones wider.
_LETTER, _BOLD = 0.6, 0.67


def wrapped(words: str, room: int, *, size: int, bold: bool = False) -> list[str]:
    """Return `words` as lines that fit into `room` pixels at this size of letters; a word too long stands alone."""
    most = max(1, int(room / (size * (_BOLD if bold else _LETTER))))
    lines: list[str] = []
    for word in words.split():
        if lines and len(lines[-1]) + 1 + len(word) <= most:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def text(words: str, *, x: int, y: int, size: int, bold: bool = False) -> str:
    """Return one line of words in the colour of its place; the description of the chart says it too."""
    weight = ' font-weight="600"' if bold else ""
    return (
        f'<text x="{x}" y="{y}" font-size="{size}"{weight} fill="currentColor" '
        f'aria-hidden="true">{escape(words)}</text>'
    )
