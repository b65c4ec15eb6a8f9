"""What can be downloaded and reused, for people and, as schema.org has it, for programs that look for data."""

import json
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from tracker.exporting.formats import FORMATS
from tracker.reports.fields import fields
from tracker.web.workspace import Workspace, workspace_page

LICENCE = "https://creativecommons.org/licenses/by/4.0/"
# So that no text can end the element that it stands in.
_ESCAPES = {ord(">"): "\\u003E", ord("<"): "\\u003C", ord("&"): "\\u0026"}


@workspace_page
def data(request: HttpRequest, workspace: Workspace) -> HttpResponse:
    """Every file of the record, what its columns mean, and under which licence it may be used."""
    return workspace.show(
        request,
        "public/data.html",
        formats=FORMATS,
        fields=fields(),
        licence=LICENCE,
        described=_as_script(_described(request, workspace)),
    )


def _described(request: HttpRequest, workspace: Workspace) -> dict[str, Any]:
    """Return the record as a Dataset of schema.org."""
    alliance, at = workspace.alliance, workspace.addresses
    files = {form.content_type: at.page("download", format=name) for name, form in FORMATS.items()}
    return {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "name": _("The record of %(alliance)s") % {"alliance": alliance},
        "description": _(
            "What %(country)s was asked to do against the sexual exploitation of children, point by point: the level "
            "that the alliance published, since when, and on what evidence."
        )
        % {"country": alliance.country_name},
        "url": request.build_absolute_uri(at.page("data")),
        "license": LICENCE,
        "isAccessibleForFree": True,
        "creator": {"@type": "Organization", "name": str(alliance)},
        "inLanguage": [code for code, _name in settings.LANGUAGES],
        "spatialCoverage": str(alliance.country_name),
        "distribution": [
            {"@type": "DataDownload", "encodingFormat": kind, "contentUrl": request.build_absolute_uri(path)}
            for kind, path in files.items()
        ],
    }


def _as_script(value: dict[str, Any]) -> SafeString:
    return mark_safe(json.dumps(value, ensure_ascii=False).translate(_ESCAPES))  # noqa: S308 (escaped just here)
