"""What every page's template knows."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse, translate_url
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language, override

from tracker.queries.continuity import why_read_only


@dataclass(frozen=True)
class Language:
    """A language of the site: its own name, and where this very page is in it."""

    code: str
    name: str
    address: str
    current: bool


def site(request: HttpRequest) -> dict[str, Any]:
    """Return what every template needs: the same page in each language, filters kept, and why nothing can be written,
    if so. Worked out only where shown, and once.
    """
    return {
        "languages": SimpleLazyObject(lambda: _languages(request)),
        "site_root": f"{request.scheme}://{request.get_host()}",
        "read_only": SimpleLazyObject(why_read_only),
    }


def _languages(request: HttpRequest) -> list[Language]:
    active = get_language()
    return [Language(code, name, _in_language(request, code), code == active) for code, name in settings.LANGUAGES]


def _in_language(request: HttpRequest, code: str) -> str:
    if request.resolver_match is None:
        # A page that is not there is in no language: lead to the start.
        with override(code):
            return reverse("alliances")
    if code == get_language():
        return request.get_full_path()
    return translate_url(request.get_full_path(), code)
