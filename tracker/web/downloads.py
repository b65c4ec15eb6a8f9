"""Files to download: the item list under the filters of its page."""

import tempfile
from collections.abc import Sequence
from contextlib import ExitStack

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import get_language

from tracker.errors import Refusal
from tracker.exporting.formats import FORMATS
from tracker.filters import filter_states
from tracker.lib.checkpoints import Kept
from tracker.queries.reading import one_moment
from tracker.reports import summary
from tracker.web.workspace import Workspace, dated_file, without_day


@dated_file
def items(request: HttpRequest, workspace: Workspace, format: str = "csv") -> HttpResponseBase:
    """Send the items that the page of the same filters lists, as a file of `format`.

    404 for an unknown format; 400 and what is wrong, as plain text, for a filter or a day that the page would not take.
    Of a day before the record begins the file has no rows.
    """
    if format not in FORMATS:
        raise Http404
    if workspace.chosen.wrong:
        return refused(workspace.chosen.in_words())
    alliance, form = workspace.alliance, FORMATS[format]
    found, states = filter_states(alliance, without_day(request.GET), **workspace.when)
    if not found.form.is_valid():
        return refused(*found.in_words())
    # Into a file first: one moment of the record however slowly it is fetched, and nothing refused half-way.
    with ExitStack() as on_refusal, one_moment() as snapshot:
        file = on_refusal.enter_context(tempfile.TemporaryFile())
        table = summary.table(
            states.using(snapshot),
            alliance,
            today=workspace.today,
            past=workspace.past,
            base_url=request.build_absolute_uri("/"),
            language=get_language() or settings.LANGUAGE_CODE,
        )
        try:
            file.writelines(form.chunks(table))
        except Refusal as refusal:
            return refused(str(refusal))
        on_refusal.pop_all()
    file.seek(0)
    day = f"as-of-{workspace.day}" if workspace.past else f"{workspace.day}"
    name = f"{alliance.slug}-items-{day}{_reach(table.checkpoints)}.{form.extension}"
    response = FileResponse(file, as_attachment=True, filename=name, content_type=form.content_type)
    # A CSV has no room for it: whoever keeps these lines can check the record that the file was made from.
    response["X-Checkpoint"] = ", ".join(kept.in_one_line() for kept in table.checkpoints)
    return response


def _reach(checkpoints: Sequence[Kept]) -> str:
    """Return how far the alliance's log reached, for the name of a file: its size and how its last hash begins."""
    return f"-{checkpoints[0].size}-{checkpoints[0].head[:12]}" if checkpoints else ""


def refused(*sentences: str) -> HttpResponse:
    """Return what is wrong with what was asked for, as plain text."""
    return HttpResponse("\n".join(sentences) + "\n", content_type="text/plain; charset=utf-8", status=400)
