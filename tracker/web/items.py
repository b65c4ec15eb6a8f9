"""The list of items, and the page of one."""

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, QueryDict

from tracker.choices import UNLEVELLED_KINDS
from tracker.exporting.formats import FORMATS
from tracker.filters import Active, filter_states
from tracker.queries.components import parts_of
from tracker.queries.disputes import dispute_of
from tracker.queries.items import contributors_of, current, find_item
from tracker.queries.outlines import followed
from tracker.queries.progress import bearing_on, corrections_of, published, voices
from tracker.queries.relations import related_to
from tracker.queries.stories import item_story
from tracker.queries.timelines import timelines
from tracker.queries.withholding import public_parts
from tracker.web.stories import story_of
from tracker.web.workspace import Workspace, dated_page, without_day

PER_PAGE = 50
# Filters that stand open at the top of the list, before the levels; those in the second line unfold.
FIRST_FILTERS = ("words", "document", "section", "area", "owner", "sort")
MORE_FILTERS = ("flag", "kind", "addressee", "lifecycle")
MORE_CHOICES = ("bearer", "contributor", "since")


@dated_page
def items(request: HttpRequest, workspace: Workspace) -> HttpResponse:
    """The items that the filters in the address leave, a page at a time."""
    query = without_day(request.GET)
    found, states = filter_states(workspace.alliance, query, **workspace.when)
    pages, valid = Paginator(states, PER_PAGE), found.form.is_valid()
    counts = found.counts() if valid else None
    if counts is not None:
        found.narrow()
        pages.count = counts.total
    listed = pages.get_page(query.pop("page", [None])[-1])
    return workspace.show(
        request,
        "public/items.html",
        status=200 if valid else 400,
        first=[found.form[name] for name in FIRST_FILTERS],
        level=found.form["level"],
        more=[found.form[name] for name in MORE_FILTERS],
        more_choices=[found.form[name] for name in MORE_CHOICES],
        more_open=any(name in request.GET for name in (*MORE_FILTERS, *MORE_CHOICES)),
        counts=counts._asdict() if counts else {},
        chips=[(one, _without(query, one)) for one in found.active()] if valid else [],
        problems=found.in_words(),
        listed=listed,
        query=query.urlencode(),
        filters=[(name, value) for name, values in query.lists() for value in values],
        formats=FORMATS,
    )


def _without(query: QueryDict, chip: Active) -> list[tuple[str, str]]:
    """Return the parameters of an address without one value of one filter."""
    pairs = [(name, value) for name, values in query.lists() for value in values if value]
    return [pair for pair in pairs if not (pair[0] == chip.name and pair[1].strip() == chip.value)]


@dated_page
def item(request: HttpRequest, workspace: Workspace, document: str, slug: str) -> HttpResponse:
    """Everything that is public about one item."""
    past = workspace.past
    found = find_item(workspace.alliance, document, slug, past=past)
    state = current(workspace.alliance, **workspace.when).filter(item=found).first() if found else None
    if found is None or state is None:
        raise Http404
    updates = published(found, past=past)
    corrected = corrections_of(updates, past=past)
    moved = {key for key, later in corrected.items() if later.item_id != found.pk}
    said = voices(update for update in reversed(updates) if update.pk not in moved)
    dispute = dispute_of(found, said)
    documents = followed(workspace.alliance, past=past)
    headline = next((update for update in updates if update.pk == found.headline_id), None)
    return workspace.show(
        request,
        "public/item.html",
        item=found,
        point=found.recommendation,
        state=state,
        question=found.recommendation.kind in UNLEVELLED_KINDS,
        headline=headline,
        dispute=dispute,
        voices=[voice for voice in said if dispute is None or voice not in dispute.sides],
        parts=public_parts(found, parts_of(found, headline, past=past)),
        updates=updates,
        corrected=corrected,
        bearings=bearing_on(found, past=past),
        contributors=contributors_of(found, past=past),
        followed=[row.pk for row in documents],
        related=related_to([found.recommendation], workspace.alliance, among=documents, **workspace.when).get(
            found.recommendation_id
        ),
        timelines=timelines(updates, corrected),
        story=story_of(request, item_story(found, updates, before=past.before if past else None)),
    )
