"""Public pages stay closed while the database, put back to an earlier state, holds again what was redacted."""

import time
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _

from tracker.errors import ReadOnly
from tracker.queries.redactions import pending_redactions

# Pages that show nothing of the record: the one behind the link of the weekly mail.
_OPEN = frozenset({"tracker.web.digests"})
# Looked at when a process begins, once a minute after that, and at every page for as long as something waits.
_LOOK_AGAIN = 60.0
_open_until = 0.0


class ClosedMiddleware:
    """Answers 503 in place of every page and file of the public ones."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """Let pass what is no public page, and everything once all redactions are carried out here."""
        room = getattr(view, "__module__", "")
        if not room.startswith("tracker.web.") or room in _OPEN or is_open():
            return None
        context = {
            "title": _("These pages are closed for a short while"),
            "reason": _(
                "The record was put back from a copy, and what had been redacted since then is not yet taken out again."
            ),
        }
        response = render(request, "503.html", context, status=503)
        add_never_cache_headers(response)
        return response


def is_open() -> bool:
    """Tell whether the public pages may be shown: every redaction of the kept list is carried out in this database."""
    global _open_until
    now = time.monotonic()
    if now < _open_until:
        return True
    try:
        waits = bool(pending_redactions())
    except ReadOnly:
        # A list that cannot be read tells nothing: better closed.
        waits = True
    if not waits:
        _open_until = now + _LOOK_AGAIN
    return not waits
