"""Filters beside the lists. What they offer comes from what the person may see, never from a whole table."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from tracker.admin import access
from tracker.choices import Flag
from tracker.models import Document, Item, Organisation
from tracker.queries.access import visible_to

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


def is_key(chosen: str) -> bool:
    """Tell whether what an address asks for can be the key of a row: digits, and no more than a database holds."""
    return chosen.isdecimal() and len(chosen) < 19


class DeskFilter(admin.SimpleListFilter):
    """The lists of the desk: each shows exactly the rows that the desk counts."""

    title = _("desk")
    parameter_name = "todo"
    lists: tuple[tuple[str, Any], ...] = ()

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, Any]]:
        return self.lists

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        desk = access.desk_of(request)
        if self.value() is None:
            return queryset
        if desk is None or self.value() not in dict(self.lists):
            return queryset.none()
        wanted: QuerySet[Any] = getattr(desk, str(self.value()))()
        return queryset.filter(pk__in=wanted.order_by().values("pk"))


class ItemDeskFilter(DeskFilter):
    lists = ITEM_LISTS


class UpdateDeskFilter(DeskFilter):
    lists = UPDATE_LISTS


class RequestDeskFilter(DeskFilter):
    lists = REQUEST_LISTS


class HoldDeskFilter(DeskFilter):
    lists = HOLD_LISTS


class FlagFilter(admin.SimpleListFilter):
    """Flags as they are today."""

    title = _("flag")
    parameter_name = "flag"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, Any]]:
        return Flag.choices

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        desk = access.desk_of(request)
        if self.value() is None:
            return queryset
        if desk is None or self.value() not in Flag.values:
            return queryset.none()
        return queryset.filter(pk__in=desk.flagged(Flag(str(self.value()))).values("pk"))


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


class OneItemFilter(admin.SimpleListFilter):
    """Rows of one item; set by a link, and offered only while set."""

    title = _("item")
    parameter_name = "item"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        chosen = request.GET.get(self.parameter_name, "")
        found = visible_to(access.actor_of(request), Item).filter(pk=chosen) if is_key(chosen) else ()
        return [(str(item.pk), str(item)) for item in found]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = self.value()
        if chosen is None:
            return queryset
        return queryset.filter(item_id=int(chosen)) if is_key(chosen) else queryset.none()
