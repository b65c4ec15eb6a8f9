"""Filters beside the lists. What they offer comes from what the person may see, never from a whole table."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from tracker.admin import access
from tracker.choices import Flag
from tracker.forms.ticks import is_key
from tracker.models import Document, Item, Organisation
from tracker.queries.access import visible_to
from tracker.queries.desk import Desk
from tracker.queries.letters import Standing, in_standing

# What the desk counts, by table: each list is the method of queries.desk.Desk that is called so.
ITEM_LISTS = (
    ("asked", _("Asked for an update")),
    ("overdue", _("Update overdue")),
    ("due_soon", _("Update due in 30 days")),
    ("stale", _("Past the verification date")),
    ("evidence_lost", _("Evidence lost")),
    ("undefined_disputes", _("Disputed, point at issue not named")),
    ("unowned", _("No owner")),
    ("unanswered", _("Asked, no update yet")),
)
UPDATE_LISTS = (
    ("returned", _("Returned to us")),
    ("drafts", _("Our drafts")),
    ("to_review", _("To review")),
    ("review_levels", _("Level changes to review")),
    ("review_others", _("Other updates to review")),
    ("latest", _("Latest published")),
)
REQUEST_LISTS = (("letters_due", _("Answer overdue")),)
HOLD_LISTS = (("held", _("Waits for you")),)
REDACTION_LISTS = (("redactions", _("Redactions that wait for a second person")),)


class TodayFilter(admin.SimpleListFilter):
    """Rows as they stand today in the chosen alliance; what is no choice of `offered` finds nothing."""

    offered: Iterable[tuple[str, Any]] = ()

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, Any]]:
        return self.offered

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen, desk = self.value(), access.desk_of(request)
        if chosen is None:
            return queryset
        if desk is None or chosen not in dict(self.offered):
            return queryset.none()
        return self.narrowed(queryset, chosen, desk)

    def narrowed(self, queryset: QuerySet[Any], chosen: str, desk: Desk) -> QuerySet[Any]:
        """Return the rows of `queryset` that are `chosen`."""
        raise NotImplementedError


class DeskFilter(TodayFilter):
    """The lists of the desk: each shows exactly the rows that the desk counts."""

    title = _("desk")
    parameter_name = "todo"

    def narrowed(self, queryset: QuerySet[Any], chosen: str, desk: Desk) -> QuerySet[Any]:
        wanted: QuerySet[Any] = getattr(desk, chosen)()
        return queryset.filter(pk__in=wanted.order_by().values("pk"))


class ItemDeskFilter(DeskFilter):
    offered = ITEM_LISTS


class UpdateDeskFilter(DeskFilter):
    offered = UPDATE_LISTS


class RequestDeskFilter(DeskFilter):
    offered = REQUEST_LISTS


class HoldDeskFilter(DeskFilter):
    offered = HOLD_LISTS


class RedactionDeskFilter(DeskFilter):
    offered = REDACTION_LISTS


class FlagFilter(TodayFilter):
    """Flags as they are today."""

    title = _("flag")
    parameter_name = "flag"
    offered = Flag.choices

    def narrowed(self, queryset: QuerySet[Any], chosen: str, desk: Desk) -> QuerySet[Any]:
        return queryset.filter(pk__in=desk.flagged(Flag(chosen)).values("pk"))


class StandingFilter(TodayFilter):
    """Letters by where they stand today."""

    title = _("state")
    parameter_name = "standing"
    offered = Standing.choices

    def narrowed(self, queryset: QuerySet[Any], chosen: str, desk: Desk) -> QuerySet[Any]:
        return in_standing(queryset, Standing(chosen), desk.today)


class ArchivedFilter(admin.SimpleListFilter):
    """Archived records stay out of a list unless asked for."""

    title = _("archived")
    parameter_name = "archived"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, Any]]:
        return (("yes", _("Archived")),)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(archived_on__isnull=self.value() != "yes")

    def choices(self, changelist: Any) -> Iterator[Any]:
        everything, *others = super().choices(changelist)
        yield {**everything, "display": _("In use")}
        yield from others


class RelatedFilter(admin.SimpleListFilter):
    """Records that one of the listed rows points to; `path` leads there."""

    path = ""
    model: Any = None

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        rows = model_admin.get_queryset(request)
        used = visible_to(access.actor_of(request), self.model).filter(pk__in=rows.order_by().values(self.path))
        return sorted(((str(row.pk), str(row)) for row in used), key=lambda pair: pair[1])

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = self.value()
        if chosen is None:
            return queryset
        return queryset.filter(**{self.path: int(chosen)}) if is_key(chosen) else queryset.none()


class OwnerFilter(RelatedFilter):
    title, parameter_name, path, model = _("owner"), "owner", "owner", Organisation


class OrganisationFilter(RelatedFilter):
    title, parameter_name, path, model = _("organisation"), "organisation", "organisation", Organisation


class DocumentFilter(RelatedFilter):
    title, parameter_name, path, model = _("document"), "document", "recommendation__document", Document


class ItemDocumentFilter(RelatedFilter):
    title, parameter_name, path, model = _("document"), "document", "item__recommendation__document", Document


class OneItemFilter(RelatedFilter):
    """Rows of one item; set by a link, and offered only while set."""

    title, parameter_name, path, model = _("item"), "item", "item", Item

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        chosen = request.GET.get(self.parameter_name, "")
        found = visible_to(access.actor_of(request), Item).filter(pk=chosen) if is_key(chosen) else ()
        return [(str(item.pk), str(item)) for item in found]
