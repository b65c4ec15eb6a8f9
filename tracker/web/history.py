"""“Check the record”: how the history can be checked by anyone, and the files for it."""

import tempfile
from contextlib import ExitStack

from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from tracker.models.history import INSTALLATION
from tracker.queries import public_log
from tracker.queries.checking import gaps_told, redactions_done, standing
from tracker.queries.checkpoints import logs_of, published
from tracker.queries.reading import one_moment
from tracker.web.workspace import Workspace, workspace_page

CHECKPOINTS_SHOWN = 20
VERIFIER = "verify_history.py"


@workspace_page
def history(request: HttpRequest, workspace: Workspace) -> HttpResponse:
    """How the chain works, how far each log reaches and is vouched for, what was redacted and what was lost."""
    logs = logs_of(workspace.alliance)
    return workspace.show(
        request,
        "public/history.html",
        standings=[standing(log) for log in logs],
        checkpoints=published(logs)[:CHECKPOINTS_SHOWN],
        redactions=redactions_done(logs),
        restores=gaps_told(logs),
        verifier=VERIFIER,
        origin=request.build_absolute_uri("/").rstrip("/"),
    )


@workspace_page
def alliance_log(request: HttpRequest, workspace: Workspace) -> HttpResponseBase:
    """Send the public log of the alliance."""
    return _log(str(workspace.alliance.uuid), "log.jsonl")


@workspace_page
def installation_log(request: HttpRequest, workspace: Workspace) -> HttpResponseBase:
    """Send the public log of the installation: documents, points, organisations."""
    return _log(INSTALLATION, "installation.jsonl")


@workspace_page
def verifier(request: HttpRequest, workspace: Workspace) -> HttpResponseBase:
    """Send the program that checks a log offline."""
    file = (settings.BASE_DIR / "docs" / VERIFIER).open("rb")
    return FileResponse(file, as_attachment=True, filename=VERIFIER, content_type="text/x-python; charset=utf-8")


def _log(log: str, name: str) -> FileResponse:
    # Into a file first: one moment of the record however slowly it is fetched.
    with ExitStack() as on_failure, one_moment() as snapshot:
        file = on_failure.enter_context(tempfile.TemporaryFile())
        file.writelines(line.encode("ascii") for line in public_log.lines(log, using=snapshot))
        on_failure.pop_all()
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=name, content_type="application/jsonl")
