"""Feeds of what is published: about the items that the filters of the list leave, about one item, by one organisation.
And the days that a calendar can hold: deadlines, and when a level has to be verified again.
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from urllib.parse import urljoin

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.feedgenerator import Atom1Feed
from django.utils.text import Truncator
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from tracker.choices import OPEN_LIFECYCLES, Level, Origin, Perspective
from tracker.exporting.calendar import CONTENT_TYPE, Day, calendar
from tracker.filters import filter_states
from tracker.lib.text import printable
from tracker.models import ItemState, Organisation, Update
from tracker.models.base import texts
from tracker.permissions import PUBLIC
from tracker.queries.access import visible_to
from tracker.queries.items import find_item
from tracker.queries.names import shown_name, works_on
from tracker.queries.organisations import published_of
from tracker.queries.progress import latest, newest
from tracker.web.downloads import refused
from tracker.web.workspace import Workspace, workspace_page

ENTRIES = 50
WORDS = 100


@workspace_page
def items(request: HttpRequest, workspace: Workspace) -> HttpResponse:
    """What was published last about the items that the filters leave; 400 for a filter that the list would not take."""
    found, states = filter_states(workspace.alliance, request.GET, workspace.today)
    if not found.form.is_valid():
        return refused(*found.in_words())
    updates = latest(workspace.alliance, ENTRIES, item__in=states.order_by().values("item"))
    chosen = ", ".join(one.words for one in found.active())
    return _feed(request, workspace, chosen or str(workspace.alliance), _page(request, workspace, "items"), updates)


@workspace_page
def item(request: HttpRequest, workspace: Workspace, document: str, slug: str) -> HttpResponse:
    """What was published last about one item."""
    found = find_item(workspace.alliance, document, slug)
    if found is None or found.recommendation.archived_on:
        raise Http404
    title = f"{found.recommendation.reference} {found.recommendation.title}"
    updates = latest(workspace.alliance, ENTRIES, item=found)
    return _feed(request, workspace, title, workspace.addresses.item(found), updates)


@workspace_page
def organisation(request: HttpRequest, workspace: Workspace, code: str) -> HttpResponse:
    """What one named organisation published last."""
    found = visible_to(PUBLIC, Organisation).filter(code=code).first()
    updates = newest(published_of(workspace.alliance, found), ENTRIES) if found else []
    if found is None or not updates:
        raise Http404
    return _feed(request, workspace, str(found), workspace.addresses.page("organisation", code=code), updates)


@workspace_page
def days(request: HttpRequest, workspace: Workspace) -> HttpResponse:
    """The deadlines and days of verification of the open items that the filters leave, as a calendar."""
    found, states = filter_states(workspace.alliance, request.GET, workspace.today)
    if not found.form.is_valid():
        return refused(*found.in_words())
    shown = list(_days(request, workspace, states.filter(lifecycle__in=OPEN_LIFECYCLES)))
    midnight = dt.datetime.combine(workspace.today, dt.time(), dt.UTC)
    response = HttpResponse(calendar(str(workspace.alliance), shown, at=midnight), content_type=CONTENT_TYPE)
    response["Content-Disposition"] = f'attachment; filename="{workspace.alliance.slug}-items.ics"'
    return response


def _days(request: HttpRequest, workspace: Workspace, states: Iterable[ItemState]) -> Iterator[Day]:
    for state in states:
        point = state.item.recommendation
        name, level = f"{point.reference} {point.title}", _("Level: %(level)s.") % {"level": Level(state.level).label}
        address = request.build_absolute_uri(workspace.addresses.point(point))
        if point.deadline_last_day:
            title = _("Deadline: %(point)s") % {"point": name}
            yield Day(f"{state.item.uuid}-deadline", point.deadline_last_day, title, level, address)
        if state.verify_by:
            title = _("Verify again by today: %(point)s") % {"point": name}
            yield Day(f"{state.item.uuid}-verify", state.verify_by, title, level, address)


def _page(request: HttpRequest, workspace: Workspace, name: str) -> str:
    query = [(key, value) for key, values in request.GET.lists() for value in values]
    return workspace.addresses.page(name, query=query)


def _feed(request: HttpRequest, workspace: Workspace, title: str, page: str, updates: Iterable[Update]) -> HttpResponse:
    """Return the feed of `updates`, about the page at the path `page`."""
    here = request.build_absolute_uri()
    feed = _Feed(
        title=printable(_("%(what)s: published updates") % {"what": title}),
        link=urljoin(here, page),
        description="",
        feed_url=here,
        language=get_language(),
        subtitle=printable(str(workspace.alliance)),
    )
    for update in updates:
        feed.add_item(
            title=printable(f"{update.item.recommendation.reference} {update.item.recommendation.title}"),
            link=urljoin(here, workspace.addresses.item(update.item)),
            description=printable(_said(update)),
            unique_id=f"urn:uuid:{update.uuid}",
            pubdate=update.published_at,
            updateddate=update.published_at,
            author_name=printable(_whose(update)),
            categories=[str(Level(update.level).label)] if update.level else [],
        )
    return HttpResponse(feed.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8")


class _Feed(Atom1Feed):
    """A feed that says the same until something is published: one with nothing in it was never updated."""

    def latest_post_date(self) -> dt.datetime:
        return super().latest_post_date() if self.items else dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def _said(update: Update) -> str:
    """Return what an update says was done, in short, after the level that it gives."""
    if update.withheld:
        return _("These words are withheld while someone looks at them again.")
    said = Truncator(str(update.done)).words(WORDS) if texts(update.done) else ""
    level = f"{Level(update.level).label}. " if update.level else ""
    return f"{level}{said}" or _("Nobody has summed this up in our own words yet.")


def _whose(update: Update) -> str:
    """Return whose word an update is: the perspective, and who is named with it."""
    name = shown_name(update.organisation, works_on(update))
    if update.origin != Origin.SOURCE and update.perspective != Perspective.MEMBER_NGO:
        name = _("recorded by %(named)s") % {"named": name}
    return f"{update.get_perspective_display()}, {name}"
