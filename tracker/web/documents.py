"""Documents with their outlines, and the treaties."""

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse

from tracker.choices import COUNTED_KINDS
from tracker.models import Document
from tracker.queries import figures
from tracker.queries.asof import not_yet_archived
from tracker.queries.outlines import outline, states_of
from tracker.queries.stories import document_story
from tracker.queries.treaties import treaty_events
from tracker.web.stories import story_of
from tracker.web.workspace import Workspace, dated_page


@dated_page
def document(request: HttpRequest, workspace: Workspace, document: str) -> HttpResponse:
    """One document as the alliance follows it: its outline with the levels in place."""
    past = workspace.past
    known = Document.objects.filter(not_yet_archived(past) if past else Q(archived_on=None))
    found = known.filter(code=document).first()
    states = states_of(workspace.alliance, found, **workspace.when) if found else []
    if found is None or not states:
        raise Http404
    return workspace.show(
        request,
        "public/document.html",
        document=found,
        headings=outline(found, states),
        points=len(states),
        counted=any(state.item.recommendation.kind in COUNTED_KINDS for state in states),
        standing=figures.standing(map(figures.group_of, states)),
        story=story_of(request, document_story(found, before=past.before if past else None)),
    )


@dated_page
def treaties(request: HttpRequest, workspace: Workspace) -> HttpResponse:
    """What the alliance's State did towards each treaty, and when."""
    events = treaty_events(workspace.alliance, past=workspace.past)
    return workspace.show(request, "public/treaties.html", treaties=events)
