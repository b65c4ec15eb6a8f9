"""Charts that stand alone, as pictures on other sites: with their own ground, heading and words. Pure functions.

Colours stand as attributes for light pages and for paper; the one style sheet turns them where a reader prefers dark.
"""

import base64
import hashlib
from collections.abc import Sequence
from html import escape

from tracker.charts.bars import Segment, stacked_bar
from tracker.charts.card import Drawn
from tracker.charts.marks import COLOURS, LOOKS
from tracker.charts.words import text, wrapped

STYLE = (
    ".bar text{fill:#1c2326;font-weight:600;paint-order:stroke;stroke:#fff;stroke-width:5px;stroke-linejoin:round}"
    "@media (prefers-color-scheme:dark){.sheet,.star{color:#e9eeee}.paper{fill:#14191b}.ground{fill:#1b2225}"
    ".on{stroke:#1b2225}.bar text{fill:#e9eeee;stroke:#1b2225}.tone-grey{color:#a3afb5}.tone-red{color:#ff9b85}"
    ".tone-yellow{color:#edc04a}.tone-green{color:#5fd0a5}}"
)
# What a browser is to let the picture do, and nothing else: its own style, which it knows by its digest.
POLICY = f"default-src 'none'; style-src 'sha256-{base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()}'"
_EDGE, _BAR, _MARK, _ROW = 24, 56, 18, 28


def sheet(
    drawn: Drawn, *, heading: str, lead: str = "", captions: Sequence[str], description: str, language: str
) -> str:
    """Return a whole SVG file: `heading` and `lead` above the chart, `captions` beneath; `description` says it all."""
    content, top = "", _EDGE - 6
    for words, size, bold in ((heading, 20, True), (lead, 17, False)):
        for line in wrapped(words, drawn.width, size=size, bold=bold):
            top += size + 7
            content += text(line, x=0, y=top, size=size, bold=bold)
    top += 18
    content += f'<svg x="0" y="{top}" width="{drawn.width}" height="{drawn.height}">{drawn.content}</svg>'
    top += drawn.height + 10
    for words in captions:
        top += 6
        for line in wrapped(words, drawn.width, size=14):
            top += 19
            content += text(line, x=0, y=top, size=14)
    width, height = drawn.width + 2 * _EDGE, top + _EDGE
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="sheet" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" xml:lang="{escape(language)}" role="img" aria-labelledby="sheet-t sheet-d" '
        f'color="#1c2326" font-family="system-ui, -apple-system, Segoe UI, Roboto, Noto Sans, Arial, sans-serif">'
        f'<title id="sheet-t">{escape(heading)}</title><desc id="sheet-d">{escape(description)}</desc>'
        f'<style>{STYLE}</style><rect class="paper" width="{width}" height="{height}" fill="#fcfcfa"/>'
        f'<svg x="{_EDGE}" y="0" width="{drawn.width}" height="{height}" overflow="visible">{content}</svg></svg>'
    )


def bar(segments: Sequence[Segment], *, title: str, width: int = 640) -> Drawn:
    """Return a stacked bar with what its parts mean beneath, for a sheet; nothing where there is nothing to count."""
    shown = [segment for segment in segments if segment.count > 0]
    if not shown:
        return Drawn("", width, 0)
    drawn = stacked_bar(shown, title=title, identifier="all", height=_BAR)
    drawn += "".join(_key(segment, number, width // 2) for number, segment in enumerate(shown))
    return Drawn(drawn, width, _BAR + 8 + _ROW * -(-len(shown) // 2))


def _key(segment: Segment, number: int, room: int) -> str:
    look, left, top = LOOKS[segment.level], number % 2 * room, _BAR + 14 + _ROW * (number // 2)
    return (
        f'<svg class="tone-{look.colour}" x="{left}" y="{top}" width="{_MARK}" height="{_MARK}" viewBox="0 0 20 20" '
        f'color="{COLOURS[look.colour]}">{look.shape}</svg>'
        + text(f"{segment.label}: {segment.count}", x=left + _MARK + 8, y=top + 14, size=15)
    )
