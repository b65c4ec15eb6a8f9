"""The desk: what waits for the person asking, every number a link to exactly its rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from tracker.admin import access
from tracker.admin.filters import HOLD_LISTS, ITEM_LISTS, REDACTION_LISTS, REQUEST_LISTS, UPDATE_LISTS
from tracker.choices import ImportState, Role
from tracker.exporting.formats import FORMATS
from tracker.models import Organisation
from tracker.permissions import Actor, may_draft, may_manage
from tracker.queries.addresses import Addresses
from tracker.queries.checkpoints import without_keeper
from tracker.queries.desk import Desk, imports

# Where each list is shown, and what it is called there.
_PLACES = {
    name: (table, label)
    for table, lists in (
        ("item", ITEM_LISTS),
        ("update", UPDATE_LISTS),
        ("request", REQUEST_LISTS),
        ("hold", HOLD_LISTS),
        ("redaction", REDACTION_LISTS),
    )
    for name, label in lists
}
TODO = (
    "returned",
    "drafts",
    "asked",
    "overdue",
    "due_soon",
    "stale",
    "evidence_lost",
    "letters_due",
    "undefined_disputes",
)
REVIEW = ("review_levels", "review_others")
SECRETARIAT = ("unowned", "unanswered")
# How many rows stand on the desk itself; the number above them leads to all.
LATEST = 5
SHOWN = 10


@dataclass(frozen=True)
class Number:
    """How many rows a list has, what they are, and where they are shown."""

    code: str
    count: int
    label: Any
    address: str


def desk_context(request: HttpRequest) -> dict[str, Any]:
    """Return the numbers and rows of the desk; the queries it takes do not depend on how many rows there are."""
    actor, desk = access.actor_of(request), access.desk_of(request)
    context: dict[str, Any] = {"desk": desk, "imports": waiting_imports(actor)}
    if desk is None:
        return context
    manages, reviews = may_manage(actor, actor.alliance_id), actor.has(Role.REVIEWER, actor.alliance_id)
    numbers = numbered(desk, (*TODO, *REVIEW, "held", "redactions", *(SECRETARIAT if manages else ())))
    return context | {
        "todo": [numbers[name] for name in TODO if numbers[name].count],
        "returned": rows(desk, numbers["returned"]),
        "asked": rows(desk, numbers["asked"]),
        "reviews": reviews,
        "review": [(numbers[name], rows(desk, numbers[name])) for name in REVIEW if numbers[name].count],
        "leads": actor.has(Role.SAFEGUARDING, actor.alliance_id),
        "held": numbers["held"],
        "held_rows": rows(desk, numbers["held"]),
        "redactions": numbers["redactions"],
        "latest": desk.latest()[:LATEST],
        "latest_address": address("latest"),
        "manages": manages,
        "secretariat": [numbers[name] for name in SECRETARIAT if manages and numbers[name].count],
        "downloads": downloads(desk) if manages else [],
        "drafts_here": may_draft(actor, actor.alliance_id),
        "unkept": unkept(desk, manages),
        "our_items": f"{reverse('admin:tracker_item_changelist')}?owner={actor.organisation_id}",
    }


def numbered(desk: Desk, names: Sequence[str]) -> dict[str, Number]:
    """Return {name of a list: its number}; one query."""
    return {name: Number(name, count, _PLACES[name][1], address(name)) for name, count in desk.counts(*names).items()}


def address(name: str) -> str:
    """Return the address of the table that shows the list called `name`, and nothing else."""
    return f"{reverse(f'admin:tracker_{_PLACES[name][0]}_changelist')}?todo={name}"


def rows(desk: Desk, number: Number) -> list[Any]:
    """Return the first rows of a list; an empty one is not asked for."""
    return list(getattr(desk, number.code)()[:SHOWN]) if number.count else []


def waiting_imports(actor: Actor) -> Number | None:
    """Return how many imports wait to be accepted, to those who see them: they belong to no alliance."""
    count = imports(actor).count()
    where = f"{reverse('admin:tracker_documentimport_changelist')}?state__exact={ImportState.PREVIEW.value}"
    return Number("imports", count, ImportState.PREVIEW.label, where) if count else None


def unkept(desk: Desk, manages: bool) -> list[Organisation]:
    """Return the organisations in which nobody keeps the checkpoints, to those who can name somebody."""
    if manages:
        return list(without_keeper(desk.alliance))
    if not may_draft(desk.actor, desk.alliance.pk):
        return []
    return list(without_keeper(desk.alliance).filter(pk=desk.actor.organisation_id or 0))


def downloads(desk: Desk) -> list[dict[str, str]]:
    """Return the addresses of the status summary in each format, as the public list of items offers them."""
    pages = Addresses(desk.alliance)
    return [{"name": name.upper(), "address": pages.page("download", format=name)} for name in FORMATS]
