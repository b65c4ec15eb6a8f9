"""How a public page is entered: which alliance it is about, where that alliance's pages are, what day it is there, and
on which day's record it looks.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from tracker.lib.dates import parse_day
from tracker.models import Alliance
from tracker.models.history import INSTALLATION
from tracker.queries.addresses import Addresses
from tracker.queries.asof import Past, end_of
from tracker.queries.card import with_card
from tracker.queries.checkpoints import logs_of, reach
from tracker.queries.items import today
from tracker.web.memory import rests_on

View = Callable[..., HttpResponseBase]

# The parameter of an address that names the day.
ON = "on"


@dataclass(frozen=True)
class Choice:
    """The day that an address asks for: as it was typed, and what it came to. `ahead` tells that it is not over."""

    typed: str = ""
    day: dt.date | None = None
    ahead: bool = False
    wrong: bool = False

    def in_words(self) -> str:
        """Return what is wrong with the day, as a whole sentence."""
        return _("“%(typed)s” is no day: write one day as 2024-06-30.") % {"typed": self.typed[:40]}


@dataclass(frozen=True)
class Workspace:
    """The alliance that a page is about, its addresses, and the calendar day in its time zone.

    On a page of an earlier day `past` is the end of that day; `dated` tells that a page can be of one.
    """

    alliance: Alliance
    addresses: Addresses
    today: dt.date
    past: Past | None = None
    chosen: Choice = field(default_factory=Choice)
    dated: bool = False

    @property
    def day(self) -> dt.date:
        """The day that the page speaks of."""
        return self.past.day if self.past else self.today

    @property
    def when(self) -> dict[str, Any]:
        """What queries ask for to speak of that day. Of one before the record there is nothing to say, nor to reckon:
        years have a first one.
        """
        too_early = self.past is not None and self.past.is_too_early
        return {"today": self.today if too_early else self.day, "past": self.past}

    def show(self, request: HttpRequest, template: str, *, status: int = 200, **context: Any) -> HttpResponse:
        """Return the page made of `template`, which also knows the alliance, its addresses and the day."""
        common = {"alliance": self.alliance, "at": self.addresses, "today": self.day, "past": self.past}
        common["reach"] = reach(self.alliance)
        if self.dated:
            common |= {"chosen": self.chosen, "latest_day": self.today - dt.timedelta(days=1)}
            common |= {"kept": _pairs(request.GET), "here": _address(request, request.GET)}
        return render(request, template, common | context, status=status)


def without_day(params: QueryDict) -> QueryDict:
    """Return the parameters of an address without the day."""
    rest = params.copy()
    rest.pop(ON, None)
    return rest


def _pairs(params: QueryDict) -> list[tuple[str, str]]:
    """Return what a form for another day hands on: not the page of a list, which may be shorter then."""
    rest = without_day(params)
    rest.pop("page", None)
    return [(name, value) for name, values in rest.lists() for value in values]


def _address(request: HttpRequest, params: QueryDict) -> str:
    """Return where this page is without a day."""
    query = without_day(params).urlencode()
    return f"{request.path}?{query}" if query else request.path


def enter(slug: str | None, *, at: dt.datetime) -> Workspace:
    """Return the workspace called `slug`, or without one the installation's only one.

    Raises Http404 where there is none, or where the address leaves open which is meant. One query where there are one
    or two alliances, at most two otherwise.
    """
    every = with_card(Alliance.objects.select_related("duty_bearer"))
    some = list(every[:2])
    single = len(some) == 1
    known = {alliance.slug: alliance for alliance in some}
    if slug is not None:
        alliance = known.get(slug) or get_object_or_404(every, slug=slug)
    elif single:
        alliance = some[0]
    else:
        raise Http404
    return Workspace(alliance, Addresses(alliance, single=single), today(alliance, at))


def workspace_page(view: View) -> View:
    """Make a public page of `view(request, workspace, **parts)`: read only, in the alliance's own time zone.

    Where the alliance is the only one, the address with its name leads to the one without.
    """
    return _entered(view, lambda request, workspace, parts: view(request, workspace, **parts))


def form_page(view: View) -> View:
    """Make a public page that is also written to. Nobody keeps it: the form on it is one reader's own."""

    @never_cache
    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(view)
    def entered(request: HttpRequest, alliance: str | None = None, **parts: Any) -> HttpResponseBase:
        workspace = enter(alliance, at=timezone.now())
        with timezone.override(workspace.alliance.time_zone):
            return view(request, workspace, **parts)

    return entered


def dated_page(view: View) -> View:
    """Make a public page that also says, at `?on=2024-06-30`, what the record said at the end of that day.

    A day that cannot be read is refused, for one that is not over the page is today's and says so, and before the
    first entry a page says when the record begins.
    """

    def dated(request: HttpRequest, workspace: Workspace, parts: dict[str, Any]) -> HttpResponseBase:
        here = _looking_back(request, workspace)
        if here.chosen.wrong:
            return here.show(request, "public/day_refused.html", status=400)
        if here.past is not None and here.past.is_too_early:
            first = f"{request.path}?{urlencode([(ON, str(here.past.began)), *_pairs(request.GET)])}"
            return _not_indexed(here.show(request, "public/day_too_early.html", first_page=first))
        answer = view(request, here, **parts)
        return _not_indexed(answer) if here.past else answer

    return _entered(view, dated)


def dated_file(view: View) -> View:
    """Make a download that also holds what the record said at the end of a day; `view` refuses a day that is wrong."""

    def dated(request: HttpRequest, workspace: Workspace, parts: dict[str, Any]) -> HttpResponseBase:
        here = _looking_back(request, workspace)
        answer = view(request, here, **parts)
        return _not_indexed(answer) if here.past else answer

    return _entered(view, dated)


def embedded_file(view: View) -> View:
    """Make a picture for other sites, live or of a day as `dated_file`. Its address names the alliance even where that
    is the only one: what other sites hold must last.
    """

    def dated(request: HttpRequest, workspace: Workspace, parts: dict[str, Any]) -> HttpResponseBase:
        return _not_indexed(view(request, _looking_back(request, workspace), **parts))

    return _entered(view, dated, moves=False)


def _not_indexed(answer: HttpResponseBase) -> HttpResponseBase:
    """Return an answer that search engines leave alone: they keep the page of today."""
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer


def _looking_back(request: HttpRequest, workspace: Workspace) -> Workspace:
    chosen = _chosen(request.GET.getlist(ON), workspace.today)
    here = replace(workspace, dated=True, chosen=chosen)
    if chosen.day is None or chosen.ahead:
        return here
    past = end_of(here.alliance, chosen.day)
    # Where nothing was recorded yet, every way leads back to today.
    on = None if past.is_too_early else past.day
    return replace(here, past=past, addresses=Addresses(here.alliance, single=here.addresses.single, on=on))


def _chosen(values: Sequence[str], today: dt.date) -> Choice:
    typed = list(dict.fromkeys(value.strip() for value in values))
    if typed in ([], [""]):
        return Choice()
    day = parse_day(typed[0]) if len(typed) == 1 else None
    return Choice(", ".join(typed), day, ahead=day is not None and day >= today, wrong=day is None)


def _entered(
    view: View, answer: Callable[[HttpRequest, Workspace, dict[str, Any]], HttpResponseBase], *, moves: bool = True
) -> View:
    @require_safe
    @wraps(view)
    def entered(request: HttpRequest, alliance: str | None = None, **parts: Any) -> HttpResponseBase:
        workspace = enter(alliance, at=timezone.now())
        match = request.resolver_match
        named = moves and alliance is not None
        if named and workspace.addresses.single and match is not None and match.url_name:
            bare = workspace.addresses.page(match.url_name, **parts)
            query = request.META.get("QUERY_STRING", "")
            # Not for good: a second alliance may come.
            return redirect(f"{bare}?{query}" if query else bare)
        rests_on(request, logs_of(workspace.alliance), workspace.alliance.time_zone, workspace.today)
        with timezone.override(workspace.alliance.time_zone):
            return answer(request, workspace, parts)

    return entered


def installation_page(view: View) -> View:
    """Make a public page of `view(request, **parts)` about no single alliance: read only; it rests on all logs."""

    @require_safe
    @wraps(view)
    def entered(request: HttpRequest, **parts: Any) -> HttpResponseBase:
        known = list(Alliance.objects.order_by("pk").values_list("uuid", "time_zone"))
        # As `around` has it: the day of the only alliance, or that of UTC.
        zone = known[0][1] if len(known) == 1 else settings.TIME_ZONE
        rests_on(request, [INSTALLATION, *(str(uuid) for uuid, _zone in known)], zone)
        return view(request, **parts)

    return entered


def around(*, at: dt.datetime) -> dict[str, Any]:
    """Return what a page about no alliance tells its template: the day, and the alliance where there is only one."""
    some = list(with_card(Alliance.objects.all())[:2])
    if len(some) != 1:
        return {"today": at.astimezone(dt.UTC).date()}
    return {"alliance": some[0], "at": Addresses(some[0], single=True), "today": today(some[0], at)}
