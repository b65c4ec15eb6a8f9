"""Pictures for other sites: the card and the bar of one alliance, each a file that stands alone.

They set no cookie and ask for nothing else; whoever shows them keeps them for a minute.
"""

from html import unescape

from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from tracker.charts.bars import ORDER, Segment
from tracker.charts.card import described, draw
from tracker.charts.sheets import POLICY, bar, sheet
from tracker.choices import Level
from tracker.lib.dates import in_words
from tracker.queries import card as cards
from tracker.queries import figures
from tracker.web.card import colours_in_words, rows
from tracker.web.workspace import Workspace, embedded_file


@embedded_file
def card_picture(request: HttpRequest, workspace: Workspace) -> HttpResponse:
    """Send the progress card as a picture; 404 where the alliance follows none."""
    if (refused := _refused(workspace)) is not None:
        return refused
    goals = cards.card(workspace.alliance, **workspace.when)
    if not goals:
        raise Http404
    drawn = rows(goals)
    lines = [_("The alliance's own assessment."), colours_in_words()]
    if any(square.star for row in drawn for square in row.squares):
        lines.append(_("Filled star: published work of a member NGO, with evidence."))
    if any(square.kept for row in drawn for square in row.squares):
        lines.append(_("Outlined star: a star of the source's own card."))
    return _picture(
        sheet(
            draw(drawn, identifier="card"),
            heading=str(workspace.alliance),
            lead=_("Progress card, as of %(day)s") % {"day": in_words(workspace.day.isoformat())},
            captions=[*lines, *_origin(request, workspace, "card")],
            description=described(drawn),
            language=get_language() or "en",
        )
    )


@embedded_file
def bar_picture(request: HttpRequest, workspace: Workspace) -> HttpResponse:
    """Send how many duties of the State stand at each level, as a picture."""
    if (refused := _refused(workspace)) is not None:
        return refused
    standing = figures.standing(figures.groups(workspace.alliance, **workspace.when))
    segments = [Segment(code, str(Level(code).label), standing.levels[code]) for code in ORDER]
    said = " ".join(unescape(render_to_string("parts/headline.html", {"standing": standing})).split())
    about = (_("As of %(day)s."), _("Levels are the alliance's own published assessment."))
    return _picture(
        sheet(
            bar(segments, title=_("Duties of the State by level")),
            heading=str(workspace.alliance),
            lead=said,
            captions=[
                " ".join(about) % {"day": in_words(workspace.day.isoformat())},
                *_origin(request, workspace, "front"),
            ],
            description=" ".join(f"{segment.label}: {segment.count}." for segment in segments if segment.count),
            language=get_language() or "en",
        )
    )


def _origin(request: HttpRequest, workspace: Workspace, page: str) -> list[str]:
    """Return where the picture comes from, and of an invented alliance that it is one."""
    invented = _("This country, its organisations, its people and everything they report are invented.")
    said = [f"{_('Demonstration.')} {invented}"] if workspace.alliance.is_demo else []
    return [*said, request.build_absolute_uri(workspace.addresses.page(page))]


def _picture(drawn: str) -> HttpResponse:
    return HttpResponse(
        drawn,
        content_type="image/svg+xml; charset=utf-8",
        headers={
            "Content-Security-Policy": POLICY,
            # Browsers of stricter sites show nothing from elsewhere that does not say so.
            "Cross-Origin-Resource-Policy": "cross-origin",
            "Cache-Control": "public, max-age=60",
        },
    )


def _refused(workspace: Workspace) -> HttpResponse | None:
    """Return why nothing can be drawn of the day that was asked for, None where something can."""
    if workspace.chosen.wrong:
        return HttpResponse(workspace.chosen.in_words() + "\n", status=400, content_type="text/plain; charset=utf-8")
    if workspace.past is not None and workspace.past.is_too_early:
        raise Http404
    return None
