"""Documents with their outlines, and the treaties."""

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse

from tracker.choices import COUNTED_KINDS, REFERENCE_DOCUMENTS, DocumentKind
from tracker.models import Document
from tracker.queries import figures
from tracker.queries.asof import not_yet_archived
from tracker.queries.outlines import outline, states_of
from tracker.queries.relations import reference_documents, reference_outline
from tracker.queries.stories import document_story
from tracker.queries.treaties import treaty_events
from tracker.web.stories import story_of
from tracker.web.workspace import Workspace, dated_page

# Points on one page: all of most documents.
PER_PAGE = 200


@dated_page
def document(request: HttpRequest, workspace: Workspace, document: str) -> HttpResponse:
    """One document as the alliance follows it: its outline with the levels in place."""
    past = workspace.past
    known = Document.objects.filter(not_yet_archived(past) if past else Q(archived_on=None))
    found = known.filter(code=document).first()
    if found is None:
        raise Http404
    states = states_of(workspace.alliance, found, **workspace.when)
    listed = Paginator(states, PER_PAGE).get_page(request.GET.get("page"))
    if not listed.object_list:
        if found.kind in REFERENCE_DOCUMENTS:
            return _reference(request, workspace, found)
        raise Http404
    parts = figures.groups(workspace.alliance, document=found, **workspace.when)
    return workspace.show(
        request,
        "public/document.html",
        document=found,
        headings=outline(found, listed),
        listed=listed,
        counted=any(part.kind in COUNTED_KINDS for part in parts),
        standing=figures.standing(parts),
        story=story_of(request, document_story(found, before=past.before if past else None)),
    )


def _reference(request: HttpRequest, workspace: Workspace, document: Document) -> HttpResponse:
    """A document that is there to be related to: each of its points with the alliance's items that relate to it."""
    headings = reference_outline(document, workspace.alliance, **workspace.when)
    return workspace.show(request, "public/reference.html", document=document, headings=headings)


@dated_page
def treaties(request: HttpRequest, workspace: Workspace) -> HttpResponse:
    """What the alliance's State did towards each treaty, and when."""
    events = treaty_events(workspace.alliance, past=workspace.past)
    # The catalogue keeps a treaty's articles as a document under the treaty's own code.
    documents = reference_documents(workspace.past)
    return workspace.show(
        request,
        "public/treaties.html",
        treaties=events,
        articles={row.code: row for row in documents if row.kind == DocumentKind.TREATY},
        goals=[row for row in documents if row.kind == DocumentKind.DEVELOPMENT_GOALS],
    )
