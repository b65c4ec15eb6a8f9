"""How each level looks: a colour, a shape and a pattern, so that it also reads in grey and for the colour-blind.

Colours stand as attributes, for charts that are printed alone; the site's stylesheet overrides them by class.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

from tracker.choices import Level

COLOURS: Mapping[str, str] = {"grey": "#6f7680", "red": "#b3341f", "yellow": "#dba507", "green": "#00704f"}


@dataclass(frozen=True)
class Look:
    """The colour by name, the shape drawn in a square of 20, and the pattern drawn in a square of 8."""

    colour: str
    shape: str
    pattern: str


def _disc(extra: str) -> str:
    return f'<circle class="edge" cx="10" cy="10" r="8" fill="none" stroke="currentColor" stroke-width="2"/>{extra}'


LOOKS: Mapping[str, Look] = {
    Level.NOT_ASSESSED: Look(
        "grey",
        '<circle cx="10" cy="10" r="8" fill="none" stroke="currentColor" stroke-width="2" stroke-dasharray="3 3.3"/>',
        "",
    ),
    Level.NO_INFORMATION: Look(
        "grey",
        _disc(
            '<path d="M7.4 7.6a2.6 2.6 0 1 1 3.9 2.3c-.9.5-1.3 1-1.3 2" fill="none" stroke="currentColor" '
            'stroke-width="1.8"/><circle cx="10" cy="14.4" r="1.2" fill="currentColor"/>'
        ),
        '<circle cx="4" cy="4" r="1" fill="currentColor"/>',
    ),
    Level.NO_ACTION: Look(
        "red",
        '<path d="M3 3h14v14H3z" fill="currentColor"/><path d="M6.5 6.5l7 7m0-7l-7 7" fill="none" class="on" '
        'stroke="#fff" stroke-width="2"/>',
        '<path d="M-1 1l2-2M0 8l8-8M7 9l2-2" fill="none" stroke="currentColor" stroke-width="2.4"/>',
    ),
    Level.ANNOUNCED: Look(
        "red",
        '<path d="M10 3l8 14H2z" fill="none" stroke="currentColor" stroke-width="2" stroke-linejoin="round"/>',
        '<path d="M0 4h8" fill="none" stroke="currentColor" stroke-width="1.6"/>',
    ),
    Level.UNDER_WAY: Look(
        "yellow",
        _disc('<path d="M10 10V2a8 8 0 0 1 8 8z" fill="currentColor"/>'),
        '<circle cx="2" cy="2" r="1.5" fill="currentColor"/><circle cx="6" cy="6" r="1.5" fill="currentColor"/>',
    ),
    Level.PARTLY_IMPLEMENTED: Look(
        "yellow",
        _disc('<path d="M10 10V2a8 8 0 1 1-8 8z" fill="currentColor"/>'),
        '<path d="M2 0v8M6 0v8" fill="none" stroke="currentColor" stroke-width="2.4"/>',
    ),
    Level.IMPLEMENTED: Look(
        "green",
        '<circle cx="10" cy="10" r="9" fill="currentColor"/><path d="M5.8 10.4l2.9 2.9 5.6-6.4" fill="none" class="on" '
        'stroke="#fff" stroke-width="2.2"/>',
        '<path d="M0 0h8v8H0z" fill="currentColor"/>',
    ),
    Level.CONTRARY: Look(
        "red",
        '<path d="M6.4 1h7.2L19 6.4v7.2L13.6 19H6.4L1 13.6V6.4z" fill="currentColor"/>'
        '<path d="M14 10H6.5m3-3.5L6 10l3.5 3.5" fill="none" class="on" stroke="#fff" stroke-width="2"/>',
        '<path d="M0 0l8 8M0 8l8-8" fill="none" stroke="currentColor" stroke-width="1.8"/>',
    ),
}


def mark(level: str) -> str:
    """Return the shape of `level` as SVG. It repeats the words beside it, so it is hidden from screen readers."""
    look = LOOKS[level]
    return (
        f'<svg class="mark tone-{look.colour}" viewBox="0 0 20 20" width="20" height="20" '
        f'color="{COLOURS[look.colour]}" aria-hidden="true" focusable="false">{look.shape}</svg>'
    )


def pattern(level: str, identifier: str) -> str:
    """Return the filling of `level` as an SVG pattern called `identifier`: a pale ground under the level's hatching."""
    look = LOOKS[level]
    return (
        f'<pattern id="{escape(identifier)}" class="tone-{look.colour}" width="8" height="8" '
        f'patternUnits="userSpaceOnUse" color="{COLOURS[look.colour]}">'
        f'<path class="ground" d="M0 0h8v8H0z" fill="#fff"/>'
        f'<path d="M0 0h8v8H0z" fill="currentColor" fill-opacity="0.28"/>{look.pattern}</pattern>'
    )
