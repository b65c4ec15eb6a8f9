"""The weekly mail: what waits for one person, in words, as text and as HTML."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, override

from tracker.lib.dates import day_in, in_words
from tracker.models import Alliance, Item, Request, Update
from tracker.queries.digests import Digest, Listed, Part, language_of, pause_token
from tracker.queries.names import mail_name

LABELS: dict[str, str | Promise] = {
    "held": gettext_lazy("Safeguarding: waits for you"),
    "returned": gettext_lazy("Returned to us"),
    "asked": gettext_lazy("Asked for an update"),
    "overdue": gettext_lazy("Update overdue"),
    "due_soon": gettext_lazy("Update due in 30 days"),
    "to_review": gettext_lazy("To review"),
    "letters_due": gettext_lazy("Letters without an answer in time"),
    "stale": gettext_lazy("Past the verification date"),
    "evidence_lost": gettext_lazy("Evidence lost"),
}
# What may have to be kept from sight is counted only.
UNNAMED = ("held",)


@dataclass(frozen=True)
class Letter:
    """A mail as it is sent, and the address of the page that stops such mail."""

    language: str
    subject: str
    text: str
    html: str
    unsubscribe: str


@dataclass(frozen=True)
class _Row:
    point: str
    when: str
    address: str


@dataclass(frozen=True)
class _List:
    label: str
    count: int
    address: str
    rows: list[_Row]
    # How many more there are where some are named.
    more: int


def compose(digest: Digest, *, site: str) -> Letter:
    """Return the mail that tells `digest` in the language of its reader; `site` goes before the path of each page.

    It names points, dates and duty bearers, as the public may read them, and never a person or what somebody wrote.
    """
    language = language_of(digest.user)
    with override(language):
        link = _Links(digest, site)
        context = {
            "language": language,
            "parts": [
                {
                    "alliance": str(part.alliance),
                    "today": in_words(part.today.isoformat()),
                    "desk": link.into(part.alliance, reverse("admin:index")),
                    "lists": [_list(listed, part, link) for listed in part.lists],
                }
                for part in digest.parts
            ],
            "unsubscribe": link.pause,
        }
        waits = sum(digest.counts.values())
        return Letter(
            language,
            ngettext(
                "%(count)d thing waits for you in the workspace",
                "%(count)d things wait for you in the workspace",
                waits,
            )
            % {"count": waits},
            render_to_string("email/digest.txt", context),
            render_to_string("email/digest.html", context),
            link.pause,
        )


class _Links:
    """Whole addresses of pages, in the active language."""

    def __init__(self, digest: Digest, site: str) -> None:
        self.site, self.one = site, digest.works_in == 1
        self.pause = site + reverse("mail", args=[pause_token(digest.user)])

    def into(self, alliance: Alliance, path: str) -> str:
        """Return where `path` is, by way of choosing the alliance where the reader works in several."""
        if self.one:
            return self.site + path
        desk = reverse("admin:index")
        wanted = {"alliance": alliance.slug} | ({} if path == desk else {"next": path})
        return f"{self.site}{desk}?{urlencode(wanted)}"


def _list(listed: Listed, part: Part, link: _Links) -> _List:
    rows = () if listed.code in UNNAMED else listed.rows
    return _List(
        str(LABELS[listed.code]),
        listed.count,
        link.into(part.alliance, f"{reverse(f'admin:tracker_{_TABLES[listed.code]}_changelist')}?todo={listed.code}"),
        [
            _Row(
                _point(row if isinstance(row, Item) else row.item),
                _WHEN[listed.code](row, part),
                link.into(part.alliance, reverse(f"admin:tracker_{_TABLES[listed.code]}_change", args=[row.pk])),
            )
            for row in rows
        ],
        listed.count - len(rows) if rows else 0,
    )


def _point(item: Item) -> str:
    # Titles are one line each; a line break would be one in the text too.
    return " ".join(f"{item} · {item.recommendation.title}".split())


def _day(day: dt.date | None) -> dict[str, str]:
    return {"day": in_words(day.isoformat()) if day else ""}


def _letter_due(letter: Request, part: Part) -> str:
    return _("%(name)s was to answer by %(day)s") % {"name": mail_name(letter.duty_bearer), **_day(letter.due_on)}


def _submitted(update: Update, part: Part) -> str:
    moment = update.submitted_at
    return _("submitted on %(day)s") % _day(day_in(part.alliance.time_zone, moment) if moment else None)


# {code of a list: the table its rows are of}
_TABLES = {
    "held": "hold",
    "returned": "update",
    "asked": "item",
    "overdue": "item",
    "due_soon": "item",
    "to_review": "update",
    "letters_due": "request",
    "stale": "item",
    "evidence_lost": "item",
}
# {code of a list: what its rows' date means}
_WHEN: dict[str, Callable[[Any, Part], str]] = {
    "returned": lambda update, part: "",
    "asked": lambda item, part: _("asked on %(day)s") % _day(item.update_asked_on),
    "overdue": lambda item, part: _("was due on %(day)s") % _day(item.update_due_on),
    "due_soon": lambda item, part: _("due on %(day)s") % _day(item.update_due_on),
    "to_review": _submitted,
    "letters_due": _letter_due,
    "stale": lambda item, part: _("was to be verified again by %(day)s") % _day(item.verify_by),
    "evidence_lost": lambda item, part: "",
}
