"""The page behind the link in every weekly mail: it stops that mail, and starts it again, without a sign-in."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from tracker.actions.people import set_mail
from tracker.queries.digests import reader_of
from tracker.queries.people import actor_for
from tracker.web.workspace import around


# Programs of mail post here on one click (RFC 8058), without our cookies: the signed token is what permits it.
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def mail(request: HttpRequest, token: str) -> HttpResponse:
    """Ask whether to stop the mail, as programs open links by themselves; a POST stops it, or starts it again."""
    reader = reader_of(token)
    if reader is None:
        raise Http404
    now = timezone.now()
    if request.method == "POST":
        paused = request.POST.get("act") != "resume"
        reader = set_mail(reader, paused=paused, actor=actor_for(reader, None), at=now)
    page = render(request, "account/mail.html", around(at=now) | {"paused": reader.digests_paused})
    # Nobody else is to learn the address.
    page["Referrer-Policy"] = "no-referrer"
    return page
