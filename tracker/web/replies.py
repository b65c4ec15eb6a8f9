"""What the State replied to the questions of a document."""

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse

from tracker.choices import RecommendationKind
from tracker.models import Document
from tracker.queries.asof import not_yet_archived
from tracker.queries.items import current
from tracker.queries.replies import answered
from tracker.queries.replies import replies as replies_to
from tracker.web.workspace import Workspace, dated_page

PER_PAGE = 50


@dated_page
def replies(request: HttpRequest, workspace: Workspace, document: str) -> HttpResponse:
    """Each question of a document, what the State replied, or had replied, and the items that the reply bears on."""
    alliance, past = workspace.alliance, workspace.past
    known = Document.objects.filter(not_yet_archived(past) if past else Q(archived_on=None))
    found = known.filter(code=document).first()
    asked = current(alliance, **workspace.when).filter(
        item__recommendation__document=found, item__recommendation__kind=RecommendationKind.QUESTION
    )
    listed = Paginator(asked, PER_PAGE).get_page(request.GET.get("page"))
    if found is None or not listed.paginator.count:
        raise Http404
    return workspace.show(
        request,
        "public/replies.html",
        document=found,
        listed=listed,
        replies=replies_to(alliance, listed, past=past),
        answered=answered(alliance, found, past=past),
    )
