"""The page of one organisation."""

from django.http import Http404, HttpRequest, HttpResponse

from tracker.models import Organisation
from tracker.permissions import PUBLIC
from tracker.queries.access import visible_to
from tracker.queries.organisations import part_in
from tracker.queries.stories import organisation_story
from tracker.web.stories import story_of
from tracker.web.workspace import Workspace, dated_page


@dated_page
def organisation(request: HttpRequest, workspace: Workspace, code: str) -> HttpResponse:
    """What a named organisation owns, contributes to and must do here, and what it published."""
    found = visible_to(PUBLIC, Organisation).filter(code=code).first()
    if found is None:
        raise Http404
    part = part_in(workspace.alliance, found, **workspace.when)
    if part.is_none:
        raise Http404
    past = workspace.past
    story = story_of(request, organisation_story(found, before=past.before if past else None))
    return workspace.show(request, "public/organisation.html", organisation_shown=found, part=part, story=story)
