"""What is answered where nothing may be written and a page has no better way to say so."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _

from tracker.admin.kept import words_of
from tracker.errors import ReadOnly


class ReadOnlyMiddleware:
    """Answers 503 with the reason, and with everything that was typed, to be copied."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer for an act that was refused as a whole; anything else is not ours."""
        if not isinstance(exception, ReadOnly):
            return None
        context = {"title": _("Nothing can be changed now"), "reason": str(exception), "words": words_of(request)}
        response = render(request, "503.html", context, status=503)
        add_never_cache_headers(response)
        return response
