"""The mail that hands on what a reader of the public pages wrote."""

from dataclasses import dataclass

from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import override

from tracker.choices import Concern
from tracker.models import Alliance, User
from tracker.queries.digests import language_of
from tracker.reports.digest import Letter


@dataclass(frozen=True)
class Message:
    """What a reader wrote: of which kind, about which page, and where an answer reaches them, if they want one."""

    kind: Concern
    page: str
    words: str
    answer_to: str


def compose(user: User, alliance: Alliance, message: Message) -> Letter:
    """Return the mail that hands `message` on to `user`, in their language."""
    language = language_of(user)
    with override(language):
        context = {"language": language, "alliance": str(alliance), "message": message}
        return Letter(
            language,
            _("From a reader of the pages of %(alliance)s: %(kind)s")
            % {"alliance": alliance, "kind": Concern(message.kind).label},
            render_to_string("email/concern.txt", context),
            render_to_string("email/concern.html", context),
            unsubscribe="",
        )
