"""Charts of levels over time for the templates."""

from collections.abc import Sequence

from django import template
from django.utils.safestring import SafeString, mark_safe

from tracker.charts.bars import ORDER, Segment
from tracker.charts.card import Row, star_mark
from tracker.charts.card import card as draw_card
from tracker.charts.steps import Column, Line, Point, stacked_columns, steps
from tracker.choices import Level, Lifecycle
from tracker.lib.dates import in_words, last_day
from tracker.queries.changes import Column as Counted
from tracker.queries.timelines import Timeline

register = template.Library()


@register.simple_tag
def levels_over_time(found: Sequence[Timeline], title: str, identifier: str) -> SafeString:
    """Return the chart of what each perspective said over time."""
    lines = [
        Line(
            timeline.voice,
            [Point(last_day(row.period_to), in_words(row.period_to), row.level) for row in timeline.updates],
        )
        for timeline in found
    ]
    words = {level.value: str(level.label) for level in Level}
    return mark_safe(steps(lines, words=words, title=title, identifier=identifier))  # noqa: S308 (escaped by us)


@register.simple_tag
def levels_by_month(columns: Sequence[Counted], title: str, identifier: str) -> SafeString:
    """Return the chart of how many duties stood at each level at the end of each day."""
    drawn = [
        Column(
            in_words(column.day.isoformat()),
            [Segment(code, str(Level(code).label), column.levels[code]) for code in ORDER],
        )
        for column in columns
    ]
    return mark_safe(stacked_columns(drawn, title=title, identifier=identifier))  # noqa: S308 (escaped by us)


@register.filter
def counts_in_order(column: Counted) -> list[int]:
    """Return the counts of a column in the order of the bars, levels at which nothing stood included."""
    return [column.levels[code] for code in ORDER]


@register.filter
def lifecycle(code: str) -> str:
    """Return the words of a lifecycle."""
    return str(Lifecycle(code).label)


@register.simple_tag
def levels_in_order() -> list[tuple[str, str]]:
    """Return (code, words) of every level in the order of the bars."""
    return [(level.value, str(level.label)) for level in ORDER]


@register.simple_tag
def card(rows: Sequence[Row], title: str, identifier: str, columns: int) -> SafeString:
    """Return the progress card with this many squares side by side."""
    drawn = draw_card(rows, title=title, identifier=identifier, columns=columns)
    return mark_safe(drawn)  # noqa: S308 (drawn by us; every text in it is escaped)


@register.simple_tag
def star(kept: bool = False) -> SafeString:
    """Return the star of the progress card: filled for members' work, an outline for the source's own."""
    return mark_safe(star_mark(kept=kept))  # noqa: S308 (drawn by us)
