"""The checkpoints of an alliance's log and of the installation's, for whoever keeps them or checks with them."""

from dataclasses import asdict

from django.http import HttpRequest, HttpResponse, JsonResponse

from tracker.lib.checkpoints import as_text
from tracker.queries.checkpoints import logs_of, published
from tracker.web.workspace import Workspace, workspace_page


@workspace_page
def text(request: HttpRequest, workspace: Workspace) -> HttpResponse:
    """Send every checkpoint as six lines of plain text, newest first."""
    found = as_text(published(logs_of(workspace.alliance)))
    return HttpResponse(found, content_type="text/plain; charset=utf-8")


@workspace_page
def feed(request: HttpRequest, workspace: Workspace) -> JsonResponse:
    """Send every checkpoint as an object of log, epoch, size, head and time, newest first."""
    return JsonResponse([asdict(kept) for kept in published(logs_of(workspace.alliance))], safe=False)
