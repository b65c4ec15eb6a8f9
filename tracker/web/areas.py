"""The page of one area: the figures of the front page for a part of the duties."""

from collections import defaultdict

from django.http import Http404, HttpRequest, HttpResponse

from tracker.choices import Area
from tracker.filters import COUNTED, DUTIES, ENDED, OTHERS
from tracker.queries import figures
from tracker.queries.outlines import followed
from tracker.queries.progress import latest
from tracker.web.workspace import Workspace, dated_page

LATEST = 6


@dated_page
def area(request: HttpRequest, workspace: Workspace, area: str) -> HttpResponse:
    """Where things stand in one area, or stood, what is asked there by which document, and what was published last."""
    if area not in Area.values:
        raise Http404
    parts = figures.groups(workspace.alliance, area=area, **workspace.when)
    if not parts:
        raise Http404
    by_document: dict[int, list[figures.Group]] = defaultdict(list)
    for part in parts:
        by_document[part.document].append(part)
    here = ("area", area)
    return workspace.show(
        request,
        "public/area.html",
        area=Area(area),
        standing=figures.standing(parts),
        documents=[
            (
                document,
                sum(part.count for part in by_document[document.pk]),
                figures.standing(by_document[document.pk]),
                (*DUTIES, here, ("document", document.code)),
            )
            for document in followed(workspace.alliance, past=workspace.past)
            if document.pk in by_document
        ],
        latest=latest(workspace.alliance, LATEST, area=area, past=workspace.past),
        points=sum(part.count for part in parts),
        duties=(*DUTIES, here),
        others=(*OTHERS, here),
        counted=(*COUNTED, here),
        ended=(*ENDED, here),
    )
