"""The pages on which somebody invited by mail joins, below `/account/invitation/`.

The link of the mail is left at once: its secret waits in the session, so that no page that is shown, no log of failed
addresses and no other site learns it.
"""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from tracker.actions.invitations import accept_invitation, join_by_invitation
from tracker.admin.account import page
from tracker.choices import Visibility
from tracker.errors import Refusal
from tracker.forms.people import JoinForm
from tracker.models import Invitation, User
from tracker.permissions import Actor
from tracker.queries import meanings
from tracker.queries.invitations import invitation_of
from tracker.queries.names import mail_name

TOKEN = "invitation"  # noqa: S105


@require_safe
def follow(request: HttpRequest, token: str) -> HttpResponse:
    """Lead from the link in the mail to the page about it. Nothing happens yet: programs that read mail open links."""
    if invitation_of(token, at=timezone.now()) is None:
        return _gone(request)
    request.session[TOKEN] = token
    return HttpResponseRedirect(reverse("account_invitation"))


def invitation(request: HttpRequest) -> HttpResponse:
    """Show who is invited where and what it means; take it up for whoever is signed in, or for somebody new."""
    token = request.session.get(TOKEN, "")
    found = invitation_of(token, at=timezone.now())
    if found is None:
        return _gone(request)
    form = JoinForm(request.POST if request.method == "POST" else None, actor=Actor(name=""))
    if request.method == "POST" and (request.user.is_authenticated or form.is_valid()):
        try:
            _take_up(request, token, form)
        except Refusal as refusal:
            if request.user.is_authenticated:
                # Nothing was typed that could be shown again.
                messages.error(request, str(refusal))
                return HttpResponseRedirect(reverse("account_invitation"))
            form.refuse(refusal)
        else:
            del request.session[TOKEN]
            messages.success(request, _("You have joined. Sign in now."))
            return HttpResponseRedirect(reverse("account_login"))
    return TemplateResponse(request, "account/invitation.html", _told(found) | {"form": form})


def _take_up(request: HttpRequest, token: str, form: JoinForm) -> None:
    user: Any = request.user
    if user.is_authenticated:
        accept_invitation(token, User.objects.get(pk=user.pk), at=timezone.now())
        return
    typed = form.values()
    join_by_invitation(token, typed.pop("username"), password=typed.pop("password"), at=timezone.now(), **typed)


def _told(found: Invitation) -> dict[str, Any]:
    """Return what the page tells: no more of an organisation or a person at risk than the mail does."""
    inviter = found.invited_by
    return {
        "invitation": found,
        "organisation": mail_name(found.organisation),
        "inviter": str(inviter) if inviter.visibility == Visibility.NAMED else "",
        "duties": meanings.duties(found.roles),
    }


def _gone(request: HttpRequest) -> HttpResponse:
    """Answer for every link that holds no more, whatever the reason, and for those that never did."""
    return TemplateResponse(request, "account/invitation_gone.html", status=410)


_TITLE = gettext_lazy("Invitation")

urlpatterns: list[URLPattern] = [
    path("", page(invitation, _TITLE), name="account_invitation"),
    path("<str:token>/", page(follow, _TITLE), name="account_invited"),
]
