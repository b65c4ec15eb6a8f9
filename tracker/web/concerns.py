"""A word from whoever reads the public pages to those who keep them. It is handed on by mail and not kept."""

import logging
import uuid

from allauth.core.internal import ratelimit
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from tracker.actions.mail import deliver, queue_mail
from tracker.forms.concerns import ConcernForm
from tracker.models import Mail, User
from tracker.queries.concerns import hearers
from tracker.reports.concerns import Message, compose
from tracker.web.workspace import Workspace, form_page

log = logging.getLogger(__name__)


@form_page
def concern(request: HttpRequest, workspace: Workspace) -> HttpResponse:
    """Ask what the concern is, and hand it on to the secretariat and the safeguarding leads of the alliance.

    422 for what cannot be handed on, 429 where too much came; 503 where nobody there can be reached.
    """
    people = list(hearers(workspace.alliance, demo=settings.DEMO))
    form = ConcernForm(
        request.POST if request.method == "POST" else None, initial={"page": request.GET.get("page", "")[:500]}
    )
    status = 200 if people else 503
    too_much = False
    if people and request.method == "POST":
        if not form.is_valid():
            status = 422
        elif form.is_by_a_program:
            return workspace.show(request, "public/concern_sent.html")
        elif too_much := _is_too_much(request, workspace):
            status = 429
        else:
            hand_on(people, workspace, form.message())
            return workspace.show(request, "public/concern_sent.html")
    shown = {"form": form, "reached": bool(people), "too_much": too_much}
    return workspace.show(request, "public/concern.html", status=status, **shown)


def hand_on(people: list[User], workspace: Workspace, message: Message) -> list[Mail]:
    """Queue one mail for each of `people` and send what can be sent at once; the rest waits for `send_mail`."""
    now, key = timezone.now(), uuid.uuid4().hex
    queued = []
    for user in people:
        letter = compose(user, workspace.alliance, message)
        queued.append(
            queue_mail(
                key=f"concern:{key}:{user.uuid.hex}",
                to=user.email,
                language=letter.language,
                subject=letter.subject,
                text=letter.text,
                html=letter.html,
                user=user,
                at=now,
            )
        )
    mails = [mail for mail in queued if mail is not None]
    deliver(mails, at=now)
    return mails


def _is_too_much(request: HttpRequest, workspace: Workspace) -> bool:
    """Tell whether so much came from this network address, or to this alliance, that no more is handed on for now."""
    key = str(workspace.alliance.uuid)
    if ratelimit.consume(request, app="allauth.account", action="concern", key=key) is not None:
        return False
    log.warning("Too many concerns from %s: refused one.", ratelimit.get_ip(request))
    return True
