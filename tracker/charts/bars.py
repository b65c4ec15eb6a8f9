"""Numbers to a stacked bar, as SVG with title, description and labels. Pure functions."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

from tracker.charts.marks import COLOURS, LOOKS, pattern
from tracker.choices import Level

# From done to not looked at, and what went backwards before what nobody knows.
ORDER = (
    Level.IMPLEMENTED,
    Level.PARTLY_IMPLEMENTED,
    Level.UNDER_WAY,
    Level.ANNOUNCED,
    Level.NO_ACTION,
    Level.CONTRARY,
    Level.NO_INFORMATION,
    Level.NOT_ASSESSED,
)

# The narrowest bar that labels must fit into, in pixels, and how wide a letter is taken to be.
_NARROWEST, _LETTER, _AIR = 300, 9, 8


@dataclass(frozen=True)
class Segment:
    """One part of a bar: a level, its words in the reader's language, and how many."""

    level: str
    label: str
    count: int


def stacked_bar(
    segments: Iterable[Segment], *, title: str, identifier: str, height: int = 40, labelled: bool = True
) -> str:
    """Return a bar as wide as its place, one part per segment that counts anything; "" where there is nothing to count.

    `identifier` is unique on the page. The description lists every part in words, so that nobody needs the colours.
    """
    shown = [segment for segment in segments if segment.count > 0]
    total = sum(segment.count for segment in shown)
    if not total:
        return ""
    name = escape(identifier)
    description = ", ".join(f"{segment.label}: {segment.count}" for segment in shown)
    fillings = "".join(pattern(segment.level, f"{identifier}-{segment.level}") for segment in shown)
    return (
        f'<svg class="bar" width="100%" height="{height}" role="img" aria-labelledby="{name}-t {name}-d">'
        f'<title id="{name}-t">{escape(title)}</title><desc id="{name}-d">{escape(description)}</desc>'
        f"<defs>{fillings}</defs>{_parts(shown, total, identifier, height, labelled=labelled)}</svg>"
    )


def _parts(shown: Sequence[Segment], total: int, identifier: str, height: int, *, labelled: bool) -> str:
    drawn, before = [], 0
    for segment in shown:
        left, share = 100 * before / total, 100 * segment.count / total
        colour = LOOKS[segment.level].colour
        drawn.append(
            f'<g class="tone-{colour}" color="{COLOURS[colour]}">'
            f'<rect class="part" x="{left:.3f}%" y="1" width="{share:.3f}%" height="{height - 2}" '
            f'fill="url(#{escape(identifier)}-{segment.level})" stroke="currentColor" stroke-width="1.5"/></g>'
        )
        text = _text(segment, share) if labelled else ""
        if text:
            drawn.append(
                f'<text x="{left + share / 2:.3f}%" y="50%" dy="0.35em" text-anchor="middle" font-size="15" '
                f'aria-hidden="true">{escape(text)}</text>'
            )
        before += segment.count
    return "".join(drawn)


def _text(segment: Segment, share: float) -> str:
    """Return the longest label that fits: words and number, the number, or nothing."""
    room = _NARROWEST * share / 100 - _AIR
    for text in (f"{segment.label} {segment.count}", str(segment.count)):
        if len(text) * _LETTER <= room:
            return text
    return ""
