"""The stop page: what to do when a link or a file turns out to be a picture, a recording or an archive."""

from collections.abc import Mapping
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

# Finds the hotline of each country; shown as a link, never fetched.
HOTLINES = "https://inhope.org/"


def stop_response(request: HttpRequest, context: Mapping[str, Any] | None = None, *, below: str = "") -> HttpResponse:
    """Answer 422 with the stop page, where something was refused and nothing stored.

    `context` is that of the page on which it was entered, `below` the part of that page shown under the stop page, so
    that everything else that was typed stays. Whoever calls empties the address or file first.
    """
    return _advice(request, dict(context or {}) | {"below": below, "refused": True}, status=422)


@require_safe
def stop_page(request: HttpRequest) -> HttpResponse:
    """Show the same advice to whoever wants to read it."""
    return _advice(request, {})


def _advice(request: HttpRequest, context: dict[str, Any], status: int = 200) -> HttpResponse:
    said = {"title": _("Stop: pictures, recordings and archives are never taken here"), "hotlines": HOTLINES}
    shown = admin.site.each_context(request) | context | said
    return TemplateResponse(request, "admin/stop.html", shown, status=status)
