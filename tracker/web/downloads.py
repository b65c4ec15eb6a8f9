"""Files to download: the item list under the filters of its page."""

import tempfile
from contextlib import ExitStack

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import get_language

from tracker.errors import Refusal
from tracker.exporting.formats import FORMATS
from tracker.filters import filter_states
from tracker.queries.reading import one_moment
from tracker.reports import summary
from tracker.web.workspace import Workspace, workspace_page


@workspace_page
def items(request: HttpRequest, workspace: Workspace, format: str = "csv") -> HttpResponseBase:
    """Send the items that the page of the same filters lists, as a file of `format`.

    404 for an unknown format; 400 and what is wrong, as plain text, for a filter that the page would not take.
    """
    if format not in FORMATS:
        raise Http404
    alliance, today, form = workspace.alliance, workspace.today, FORMATS[format]
    found, states = filter_states(alliance, request.GET, today=today)
    if not found.form.is_valid():
        return _refused(*found.in_words())
    # Into a file first: one moment of the record however slowly it is fetched, and nothing refused half-way.
    with ExitStack() as on_refusal, one_moment() as snapshot:
        file = on_refusal.enter_context(tempfile.TemporaryFile())
        table = summary.table(
            states.using(snapshot),
            alliance,
            today=today,
            base_url=request.build_absolute_uri("/"),
            language=get_language() or settings.LANGUAGE_CODE,
        )
        try:
            file.writelines(form.chunks(table))
        except Refusal as refusal:
            return _refused(str(refusal))
        on_refusal.pop_all()
    file.seek(0)
    name = f"{alliance.slug}-items-{today.isoformat()}.{form.extension}"
    return FileResponse(file, as_attachment=True, filename=name, content_type=form.content_type)


def _refused(*sentences: str) -> HttpResponse:
    return HttpResponse("\n".join(sentences) + "\n", content_type="text/plain; charset=utf-8", status=400)
