"""The page of one organisation."""

from django.http import Http404, HttpRequest, HttpResponse

from tracker.models import Organisation
from tracker.permissions import PUBLIC
from tracker.queries.access import visible_to
from tracker.queries.organisations import part_in
from tracker.web.workspace import Workspace, workspace_page


@workspace_page
def organisation(request: HttpRequest, workspace: Workspace, code: str) -> HttpResponse:
    """What a named organisation owns, contributes to and must do here, and what it published."""
    found = visible_to(PUBLIC, Organisation).filter(code=code).first()
    if found is None:
        raise Http404
    part = part_in(workspace.alliance, found, today=workspace.today)
    if part.is_none:
        raise Http404
    return workspace.show(request, "public/organisation.html", organisation_shown=found, part=part)
