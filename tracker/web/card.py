"""The progress card: goals by indicators, in the colours of the card and in words."""

from collections.abc import Iterable, Sequence

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from tracker.charts import card as chart
from tracker.charts.marks import LOOKS
from tracker.choices import OPEN_LIFECYCLES, Level, Lifecycle
from tracker.lib.dates import in_words
from tracker.queries import card as queries
from tracker.queries.addresses import Addresses
from tracker.web.workspace import Workspace, dated_page

# In the order of the card's own key.
COLOURS = {
    "green": gettext_lazy("Green"),
    "yellow": gettext_lazy("Yellow"),
    "red": gettext_lazy("Red"),
    "grey": gettext_lazy("Grey"),
}


@dated_page
def card(request: HttpRequest, workspace: Workspace) -> HttpResponse:
    """How the alliance rates each indicator of its card, or rated it then, and where the reasons are."""
    goals = queries.card(workspace.alliance, **workspace.when)
    if not goals:
        raise Http404
    return workspace.show(
        request,
        "public/card.html",
        goals=goals,
        documents=list(dict.fromkeys(goal.squares[0].state.item.recommendation.document for goal in goals)),
        rows=rows(goals, workspace.addresses),
        colours=colours(),
        starred=any(square.stars for goal in goals for square in goal.squares),
        star_kept=any(square.kept for goal in goals for square in goal.squares),
        title=_("Progress card of %(alliance)s") % {"alliance": workspace.alliance},
    )


def rows(goals: Iterable[queries.Goal], addresses: Addresses | None = None) -> list[chart.Row]:
    """Return the card as its chart wants it, in the active language; with `addresses` each square leads to its item."""
    return [chart.Row(str(goal.section), [_square(square, addresses) for square in goal.squares]) for goal in goals]


def _square(square: queries.Square, addresses: Addresses | None) -> chart.Square:
    state = square.state
    level, words = state.level, [str(Level(state.level).label)]
    if state.lifecycle not in OPEN_LIFECYCLES:
        # What does not apply, or was overtaken, is no longer judged.
        ended = state.lifecycle == Lifecycle.CLOSED
        level, words = level if ended else Level.NOT_ASSESSED.value, words if ended else []
        words.append(str(Lifecycle(state.lifecycle).label))
    stars = len(square.stars)
    return chart.Square(
        label=str(state.item.recommendation.title),
        level=level,
        words=", ".join(words),
        link=addresses.item(state.item) if addresses else "",
        star=ngettext(
            "star: %(count)s published work of a member NGO", "star: %(count)s published works of member NGOs", stars
        )
        % {"count": stars}
        if stars
        else "",
        kept="; ".join(
            _("star of the source's own card, %(year)s") % {"year": in_words(update.period_to)}
            for update in square.kept
        ),
    )


def colours() -> list[tuple[str, str, Sequence[Level]]]:
    """Return (code, words, levels) of each colour of the card, by the table of the levels."""
    return [
        (code, str(words), [level for level in Level if LOOKS[level].colour == code]) for code, words in COLOURS.items()
    ]


def colours_in_words() -> str:
    """Return what the colours mean, for a picture that stands alone."""
    return " ".join(
        f"{words}: {', '.join(str(level.label) for level in levels)}." for _code, words, levels in colours()
    )
