"""What was typed, shown again to someone whose page can no longer be sent: signed out meanwhile, or signed in anew."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views import csrf

# A text of so many characters was typed with some care; what is shorter is soon typed again.
WORTH_KEEPING = 40
# Never shown again, and no words.
_LEFT_OUT = ("csrfmiddlewaretoken", "version", "act")


def kept_words(request: HttpRequest) -> HttpResponse | None:
    """Answer 403 with everything that was typed, to be copied after signing in; None where nothing would be lost."""
    words = words_of(request)
    if request.method != "POST" or max(map(len, words), default=0) < WORTH_KEEPING:
        return None
    context: dict[str, Any] = {
        "title": _("You are signed out: nothing was saved, and nothing is lost"),
        "words": words,
        "again": reverse("account_login"),
        "has_permission": False,
    }
    return TemplateResponse(request, "admin/kept.html", context, status=403).render()


def words_of(request: HttpRequest) -> list[str]:
    """Return what was typed and would be missed: texts of more than a word, and no passwords."""
    return [
        value
        for name, values in request.POST.lists()
        for value in map(str, values)
        if name not in _LEFT_OUT and "password" not in name and " " in value
    ]


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Show an expired form's words again where it is the workspace's; the usual page elsewhere, passwords above all."""
    kept = kept_words(request) if request.path.startswith(reverse("admin:index")) else None
    return kept or csrf.csrf_failure(request, reason=reason)
