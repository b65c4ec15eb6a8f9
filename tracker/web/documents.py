"""Documents with their outlines, and the treaties."""

from django.http import Http404, HttpRequest, HttpResponse

from tracker.choices import COUNTED_KINDS
from tracker.models import Document
from tracker.queries import figures
from tracker.queries.outlines import outline, states_of
from tracker.queries.treaties import treaty_events
from tracker.web.workspace import Workspace, workspace_page


@workspace_page
def document(request: HttpRequest, workspace: Workspace, document: str) -> HttpResponse:
    """One document as the alliance follows it: its outline with the levels in place."""
    found = Document.objects.filter(code=document, archived_on=None).first()
    states = states_of(workspace.alliance, found, today=workspace.today) if found else []
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
    )


@workspace_page
def treaties(request: HttpRequest, workspace: Workspace) -> HttpResponse:
    """What the alliance's State did towards each treaty, and when."""
    return workspace.show(request, "public/treaties.html", treaties=treaty_events(workspace.alliance))
