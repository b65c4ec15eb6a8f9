"""How a public page is entered: which alliance it is about, where that alliance's pages are, what day it is there."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from tracker.models import Alliance
from tracker.queries.addresses import Addresses
from tracker.queries.items import today

View = Callable[..., HttpResponseBase]


@dataclass(frozen=True)
class Workspace:
    """The alliance that a page is about, its addresses, and the calendar day in its time zone."""

    alliance: Alliance
    addresses: Addresses
    today: dt.date

    def show(self, request: HttpRequest, template: str, **context: Any) -> HttpResponse:
        """Return the page made of `template`, which also knows the alliance, its addresses and the day."""
        common = {"alliance": self.alliance, "at": self.addresses, "today": self.today}
        return render(request, template, common | context)


def enter(slug: str | None, *, at: dt.datetime) -> Workspace:
    """Return the workspace called `slug`, or without one the installation's only one.

    Raises Http404 where there is none, or where the address leaves open which is meant. One query where there is a
    single alliance and no slug, two otherwise.
    """
    some = list(Alliance.objects.select_related("duty_bearer")[:2])
    single = len(some) == 1
    if slug is not None:
        alliance = get_object_or_404(Alliance.objects.select_related("duty_bearer"), slug=slug)
    elif single:
        alliance = some[0]
    else:
        raise Http404
    return Workspace(alliance, Addresses(alliance, single=single), today(alliance, at))


def workspace_page(view: View) -> View:
    """Make a public page of `view(request, workspace, **parts)`: read only, in the alliance's own time zone.

    Where the alliance is the only one, the address with its name leads to the one without.
    """

    @require_safe
    @wraps(view)
    def entered(request: HttpRequest, alliance: str | None = None, **parts: Any) -> HttpResponseBase:
        workspace = enter(alliance, at=timezone.now())
        match = request.resolver_match
        if alliance is not None and workspace.addresses.single and match is not None and match.url_name:
            bare = workspace.addresses.page(match.url_name, **parts)
            query = request.META.get("QUERY_STRING", "")
            # Not for good: a second alliance may come.
            return redirect(f"{bare}?{query}" if query else bare)
        with timezone.override(workspace.alliance.time_zone):
            return view(request, workspace, **parts)

    return entered


def around(*, at: dt.datetime) -> dict[str, Any]:
    """Return what a page about no alliance tells its template: the day, and the alliance where there is only one."""
    some = list(Alliance.objects.all()[:2])
    if len(some) != 1:
        return {"today": at.astimezone(dt.UTC).date()}
    return {"alliance": some[0], "at": Addresses(some[0], single=True), "today": today(some[0], at)}
