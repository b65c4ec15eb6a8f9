"""The organisations of an alliance with their figures, and the page of one."""

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse

from tracker.choices import OPEN_LIFECYCLES
from tracker.filters import COUNTED, Pair
from tracker.models import Organisation
from tracker.permissions import PUBLIC
from tracker.queries.access import visible_to
from tracker.queries.organisations import part_in
from tracker.queries.shares import shares
from tracker.queries.stories import organisation_story
from tracker.web.stories import story_of
from tracker.web.workspace import Workspace, dated_page

PER_PAGE = 50
# The filter that leaves what an organisation still has to follow or to do.
OPEN: tuple[Pair, ...] = (*COUNTED, *(("lifecycle", lifecycle) for lifecycle in OPEN_LIFECYCLES))


@dated_page
def organisations(request: HttpRequest, workspace: Workspace) -> HttpResponse:
    """What each named organisation owns, and what each duty bearer must do, by level, now or then."""
    owners, bearers = shares(workspace.alliance, **workspace.when)
    rows = [*(("owner", share) for share in owners), *(("bearer", share) for share in bearers)]
    listed = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    shown = [(role, share, (*OPEN, (role, share.organisation.code))) for role, share in listed]
    return workspace.show(
        request,
        "public/organisations.html",
        listed=listed,
        owners=[row for row in shown if row[0] == "owner"],
        bearers=[row for row in shown if row[0] == "bearer"],
    )


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
