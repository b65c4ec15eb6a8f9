"""The mail that carries checkpoints to whoever keeps them, in words, as text and as HTML."""

from collections.abc import Sequence

from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import override

from tracker.lib.checkpoints import Kept
from tracker.models import Alliance, User
from tracker.queries.addresses import Addresses
from tracker.queries.digests import language_of
from tracker.reports.digest import Letter


def compose(user: User, alliance: Alliance, kept: Sequence[Kept], *, site: str) -> Letter:
    """Return the mail that gives `user` the checkpoints `kept` of `alliance`; `site` goes before the path of each page.

    It holds the checkpoints, the alliance's name and one link, and nothing that anyone wrote.
    """
    language = language_of(user)
    with override(language):
        context = {
            "language": language,
            "alliance": str(alliance),
            "checkpoints": [str(entry) for entry in kept],
            "history": site + Addresses(alliance).page("history"),
        }
        return Letter(
            language,
            _("Checkpoint of the record of %(alliance)s: please keep") % {"alliance": alliance},
            render_to_string("email/checkpoint.txt", context),
            render_to_string("email/checkpoint.html", context),
            unsubscribe="",
        )


def mail_key(user: User, alliance: Alliance, kept: Sequence[Kept]) -> str:
    """Return what such a mail is about: the person, the alliance, and how far each log reached."""
    reached = ":".join(f"{entry.epoch}.{entry.size}" for entry in kept)
    return f"checkpoint:{user.uuid.hex}:{alliance.uuid.hex}:{reached}"
