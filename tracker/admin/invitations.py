"""Invitations by mail, as the workspace sends and shows them."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tracker.actions.invitations import Sent, invite, resend_invitation, withdraw_invitation
from tracker.actions.mail import deliver, queue_mail
from tracker.admin.base import Step, by_name
from tracker.admin.facts import Fact, facts_of
from tracker.admin.people import OfPeople
from tracker.choices import Role
from tracker.forms.base import ReasonForm, StepForm
from tracker.forms.people import InvitationForm
from tracker.models import Invitation, Mail
from tracker.permissions import Actor, may_end_role, may_give_role
from tracker.reports.invitations import compose, mail_key


def send(sent: Sent, **who: Any) -> Invitation:
    """Mail the link of an invitation. After the act, as mail cannot be taken back."""
    invitation = sent.invitation
    letter = compose(invitation, sent.token, site=settings.SITE_URL)
    mail = queue_mail(
        key=mail_key(invitation),
        to=invitation.email,
        language=letter.language,
        subject=letter.subject,
        text=letter.text,
        html=letter.html,
        at=who["at"],
    )
    if mail is not None:
        deliver([mail], at=who["at"])
    return invitation


def _mailed(invitation: Invitation) -> str:
    """Return how it went with the mail of an invitation."""
    mail = Mail.objects.filter(key=mail_key(invitation)).first()
    if mail is not None and mail.sent_at is not None:
        return _("The mail is on its way to %(address)s.") % {"address": invitation.email}
    return _("The mail to %(address)s could not be sent yet. It is tried again.") % {"address": invitation.email}


def _resend(invitation: Invitation, form: StepForm, **who: Any) -> Invitation:
    return send(resend_invitation(invitation, version=form.cleaned_data["version"], **who), **who)


def _may_offer(actor: Actor, invitation: Invitation) -> bool:
    return all(
        may_give_role(actor, invitation.alliance_id, invitation.organisation_id, role) for role in invitation.roles
    )


def _is_open(invitation: Invitation) -> bool:
    return invitation.accepted_at is None and invitation.withdrawn_at is None


class InvitationAdmin(OfPeople):
    facts = (
        "alliance",
        "organisation",
        "email",
        "invited_by",
        "expires_at",
        "accepted_at",
        "accepted_by",
        "withdrawn_at",
    )
    add_form = InvitationForm
    add_title = gettext_lazy("Invite somebody")
    add_button = gettext_lazy("Send the invitation")
    list_display = ("email", "organisation", "offered_roles", "stands", "invited_by")
    ordering = ("-pk",)
    steps = (
        Step(
            "resend",
            gettext_lazy("Send it again"),
            gettext_lazy("Send it again"),
            _mailed,
            StepForm,
            _may_offer,
            _resend,
            _is_open,
            fresh=True,
        ),
        Step(
            "withdraw",
            gettext_lazy("Take it back"),
            gettext_lazy("Take it back"),
            gettext_lazy("The invitation is taken back. Its link leads to nothing now."),
            ReasonForm,
            lambda actor, invitation: may_end_role(actor, invitation.alliance_id, invitation.organisation_id),
            by_name(withdraw_invitation),
            _is_open,
            fresh=True,
        ),
    )

    @admin.display(description=gettext_lazy("roles"))
    def offered_roles(self, invitation: Invitation) -> str:
        """Return the roles in words."""
        return ", ".join(str(Role(role).label) for role in invitation.roles)

    @admin.display(description=gettext_lazy("state"))
    def stands(self, invitation: Invitation) -> str:
        """Return what became of it."""
        if invitation.accepted_at is not None:
            return _("taken up")
        if invitation.withdrawn_at is not None:
            return _("taken back")
        until = date_format(timezone.localtime(invitation.expires_at), "DATE_FORMAT")
        if invitation.expires_at <= timezone.now():
            return _("lapsed on %(date)s") % {"date": until}
        return _("open until %(date)s") % {"date": until}

    def add(self, form: InvitationForm, **who: Any) -> Invitation:
        typed = form.cleaned_data
        sent = invite(
            typed["email"],
            typed["organisation"],
            typed["roles_offered"],
            alliance=typed["alliance"],
            language=typed["language"],
            **who,
        )
        return send(sent, **who)

    def added_words(self, added: Invitation) -> str:
        return _mailed(added)

    def page_context(self, request: HttpRequest, record: Invitation) -> dict[str, Any]:
        found = facts_of(record, self.facts)
        found.insert(2, Fact(_("roles"), self.offered_roles(record)))
        found.insert(4, Fact(_("language of mail"), dict(settings.LANGUAGES).get(record.language, "–")))
        found.append(Fact(_("state"), self.stands(record)))
        if _is_open(record):
            found.append(Fact(_("mail"), _mailed(record)))
        return {"facts": found}
