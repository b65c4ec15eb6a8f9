"""The front pages: the alliances of this installation, and where things stand in one."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone

from tracker.choices import Area
from tracker.filters import COUNTED, DUTIES, ENDED, OTHERS
from tracker.models import Alliance
from tracker.queries import figures
from tracker.queries.addresses import Addresses
from tracker.queries.items import late
from tracker.queries.outlines import followed
from tracker.queries.progress import latest
from tracker.web.workspace import Workspace, around, dated_page, installation_page

LATEST = 6
LATE = 5


@dataclass(frozen=True)
class Entry:
    """One alliance in the list of them."""

    alliance: Alliance
    address: str
    standing: figures.Standing


@dated_page
def front(request: HttpRequest, workspace: Workspace) -> HttpResponseBase:
    """Where things stand in one alliance, or stood."""
    alliance, past = workspace.alliance, workspace.past
    counts = figures.followed_documents(alliance, **workspace.when)
    standing = figures.standing(figures.groups(alliance, **workspace.when))
    return workspace.show(
        request,
        "public/front.html",
        standing=standing,
        areas=[
            (code, Area(code).label, levels, sum(levels.values()), (*DUTIES, ("area", code)))
            for code, levels in standing.areas.items()
        ],
        late=late(alliance, LATE, **workspace.when) if standing.late else [],
        latest=latest(alliance, LATEST, past=past),
        documents=[(document, counts[document.pk]) for document in followed(alliance, past=past)],
        duties=DUTIES,
        others=OTHERS,
        counted=COUNTED,
        ended=ENDED,
    )


@installation_page
def alliances(request: HttpRequest) -> HttpResponseBase:
    """Every alliance with one line and one bar; where there is only one, its own front page."""
    known = list(Alliance.objects.all())
    if len(known) == 1:
        return front(request)
    levels = figures.levels_by_alliance()
    entries = [
        Entry(
            alliance,
            Addresses(alliance, single=False).page("front"),
            figures.Standing(levels=dict(levels[alliance.pk])) if alliance.pk in levels else figures.Standing(),
        )
        for alliance in known
    ]
    return render(request, "public/alliances.html", around(at=timezone.now()) | {"entries": entries})
