"""What moved in an alliance's record between two days."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tracker.lib.dates import in_words, parse_day
from tracker.models import Update
from tracker.queries import changes as moved
from tracker.queries.withholding import public_updates
from tracker.web.workspace import Choice, Workspace, workspace_page

PER_PAGE = 50
DEFAULT_DAYS = 90
UPDATES = "updates"
# The parts of the page in their order, with the words above each.
HEADINGS: dict[str, Promise] = {
    moved.UP: gettext_lazy("Went up"),
    moved.DOWN: gettext_lazy("Went down"),
    moved.CONTRARY: gettext_lazy("To or from contrary measures"),
    moved.JUDGED: gettext_lazy("Assessed for the first time, or no longer"),
    UPDATES: gettext_lazy("New evidence and other updates that changed no level"),
    moved.LATE: gettext_lazy("Newly past the deadline in the source"),
    moved.STALE: gettext_lazy("Newly past the verification date"),
    moved.LIFECYCLE: gettext_lazy("Closed, reopened, or found not to apply"),
    moved.DISPUTED: gettext_lazy("Newly disputed, or no longer"),
}


class BadDays(Exception):
    """The two days cannot be used; the message says why, as a whole sentence."""


@dataclass(frozen=True)
class Days:
    """The two days of the form: as they were typed, and what they came to."""

    since: dt.date
    until: dt.date


@dataclass(frozen=True)
class Part:
    """One part of the page: what it is called, a page of its rows, how many there are, and where it stands alone."""

    code: str
    heading: Promise
    rows: Sequence[Any]
    total: int
    address: str
    page: Page[Any]


@workspace_page
def changes(request: HttpRequest, workspace: Workspace) -> HttpResponse:
    """What moved between the ends of two days, up or down, with reasons; without days, in the last 90."""
    asked = {name: _typed(request.GET, name) for name in ("since", "until")}
    form: dict[str, Any] = {"typed": asked, "latest_day": workspace.today}
    try:
        days = read_days(asked["since"], asked["until"], today=workspace.today)
    except BadDays as problem:
        return workspace.show(request, "public/changes.html", status=400, problem=str(problem), **form)
    found = moved.span(workspace.alliance, days.since, days.until, today=workspace.today)
    form["typed"] = {"since": days.since.isoformat(), "until": days.until.isoformat()}
    content = {} if found.is_too_early else _content(request, found, days)
    answer = workspace.show(request, "public/changes.html", days=days, found=found, **form, **content)
    if request.GET:
        # Search engines keep the page of today, not every pair of days.
        answer.headers["X-Robots-Tag"] = "noindex"
    return answer


def _typed(params: QueryDict, name: str) -> str:
    return ", ".join(dict.fromkeys(value.strip() for value in params.getlist(name)))


def read_days(since: str, until: str, *, today: dt.date) -> Days:
    """Return the two days that were typed; an empty first one is 90 days before the second, an empty second is today.

    Raises BadDays for what is no day, for a day to come, and where the first comes after the second.
    """
    last = _day(until, today) if until else today
    # Years have a first one.
    back = min(DEFAULT_DAYS, (last - dt.date.min).days)
    first = _day(since, today) if since else last - dt.timedelta(days=back)
    if first > last:
        raise BadDays(
            _("%(first)s comes after %(last)s: write the earlier day first.")
            % {"first": in_words(first.isoformat()), "last": in_words(last.isoformat())}
        )
    return Days(first, last)


def _day(typed: str, today: dt.date) -> dt.date:
    day = parse_day(typed)
    if day is None:
        raise BadDays(Choice(typed).in_words())
    if day > today:
        raise BadDays(
            _("%(day)s has not come yet: choose today or an earlier day.") % {"day": in_words(day.isoformat())}
        )
    return day


def _content(request: HttpRequest, found: moved.Span, days: Days) -> dict[str, Any]:
    alone = request.GET.get("part", "")
    number = request.GET.get("page") if alone in HEADINGS else None
    listed: dict[str, Sequence[Any]] = dict(moved.moves(found))
    pages = {
        code: Paginator(moved.other_updates(found) if code == UPDATES else listed[code], PER_PAGE).get_page(number)
        for code in HEADINGS
        if alone not in HEADINGS or code == alone
    }
    shown = {code: list(page) for code, page in pages.items()}
    known = moved.rows(found, chain.from_iterable(rows for code, rows in shown.items() if code != UPDATES))
    pair = [("since", days.since.isoformat()), ("until", days.until.isoformat())]
    parts = [
        Part(
            code,
            HEADINGS[code],
            _updates(shown[code])
            if code == UPDATES
            else [known[each.item_id] for each in shown[code] if each.item_id in known],
            page.paginator.count,
            f"{request.path}?{urlencode([*pair, ('part', code)])}",
            page,
        )
        for code, page in pages.items()
    ]
    whole = f"{request.path}?{urlencode(pair)}"
    columns = [] if alone in HEADINGS else moved.series(found)
    return {"parts": parts, "alone": alone in HEADINGS, "whole": whole, "columns": columns}


def _updates(found: Sequence[Update]) -> list[Update]:
    return public_updates(found)
