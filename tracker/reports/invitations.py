"""The mail that carries the link of an invitation, in words, as text and as HTML."""

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from tracker.models import Invitation
from tracker.queries.meanings import duties
from tracker.queries.names import mail_name
from tracker.reports.digest import Letter


def compose(invitation: Invitation, token: str, *, site: str) -> Letter:
    """Return the mail with the link that holds `token`, in the language chosen for it; `site` goes before its path."""
    language = invitation.language or settings.LANGUAGE_CODE
    with override(language):
        context = {
            "alliance": invitation.alliance,
            "organisation": mail_name(invitation.organisation),
            "duties": duties(invitation.roles),
            "address": f"{site}{reverse('account_invited', args=[token])}",
            "until": invitation.expires_at,
        }
        return Letter(
            language,
            _("Invitation to the workspace of %(alliance)s") % {"alliance": invitation.alliance},
            render_to_string("email/invitation.txt", context),
            render_to_string("email/invitation.html", context),
            unsubscribe="",
        )


def mail_key(invitation: Invitation) -> str:
    """Return the key of the mail that was sent last; sending again is a new one."""
    return f"invitation:{invitation.uuid}:{invitation.token_hash[:16]}"
