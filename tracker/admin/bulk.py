"""Changing many items at once: chosen on the list, filled in, looked at row by row, then written as one act."""

import copy
import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect, QueryDict
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from tracker.actions.items import assign_items, planned
from tracker.admin import access
from tracker.admin.base import WRITING, WorkspaceAdmin
from tracker.errors import Refusal
from tracker.forms.bulk import BulkForm
from tracker.forms.ticks import is_key
from tracker.models import Item
from tracker.permissions import may_manage
from tracker.queries.access import editable_by

# One act holds the alliance's log until its last row is written, while others wait ten seconds at most.
LIMIT = 200
LIST = "admin:tracker_item_changelist"
ORDER = ("recommendation__document__position", "recommendation__position", "pk")
# What the address says beside the filters of the list: the rows that are ticked, or all that match.
ROW, ALL = "row", "all"


@dataclass
class Row:
    """One chosen item: what changes on it, as (name, now, then), or why nothing can."""

    item: Item
    changes: list[tuple[str, str, str]] = field(default_factory=list)
    refused: str = ""


class BulkPages(WorkspaceAdmin):
    """The list's boxes, and the pages on which the staff changes many of its rows: one address, three pages."""

    change_list_template = "admin/change_list_bulk.html"

    def get_urls(self) -> list[URLPattern]:
        bulk = path("bulk/", self.admin_site.admin_view(self.bulk_view), name="tracker_item_bulk")
        return [bulk, *super().get_urls()]

    def manages(self, request: HttpRequest) -> bool:
        """Tell whether the person asking may change many items at once: the staff of the alliance."""
        actor = access.actor_of(request)
        return may_manage(actor, actor.alliance_id)

    # --- The list

    @admin.display(description=gettext_lazy("Choose"))
    def box(self, item: Item) -> str:
        """Return the box that chooses a row; it belongs to the form above the list."""
        return format_html(
            '<label class="pick"><input type="checkbox" name="{}" value="{}" form="bulk"><span>{}</span></label>',
            ROW,
            item.pk,
            _("Choose %(item)s") % {"item": item},
        )

    def get_list_display(self, request: HttpRequest) -> Any:
        shown = super().get_list_display(request)
        return ("box", *shown) if self.manages(request) else shown

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        bulk = {"limit": LIMIT, "filters": filters_of(request)} if self.manages(request) else None
        return super().changelist_view(request, {"bulk": bulk} | (extra_context or {}))

    # --- What was chosen

    def reachable(self, request: HttpRequest) -> QuerySet[Item]:
        """Return the items that the person asking may change, in order, with what a preview shows of them."""
        found: QuerySet[Item] = editable_by(access.actor_of(request), Item)
        return found.prefetch_related("contributors", "alliance__members").order_by(*ORDER)

    def listed(self, request: HttpRequest) -> QuerySet[Item]:
        """Return all items of the list whose filters the address repeats."""
        asked = copy.copy(request)
        asked.GET = filters_of(request)  # type: ignore[assignment]
        found = self.get_changelist_instance(asked).queryset
        return self.reachable(request).filter(pk__in=found.order_by().values("pk"))

    def ticked(self, request: HttpRequest, keys: Iterable[str]) -> list[Item]:
        """Return the items with these keys. Raises Http404 where one is out of reach, or there are too many."""
        wanted = set(keys)
        if len(wanted) > LIMIT or not all(is_key(key) for key in wanted):
            raise Http404
        items = list(self.reachable(request).filter(pk__in=wanted))
        if len(items) != len(wanted):
            raise Http404
        return items

    # --- The pages

    def bulk_view(self, request: HttpRequest) -> HttpResponse:
        """Ask what to change, then show what each row becomes, then change it."""
        if not (self.has_module_permission(request) and self.manages(request)):
            raise PermissionDenied
        if request.method not in WRITING:
            return HttpResponseNotAllowed(WRITING)
        versions = versions_of(request.POST.get("rows", ""))
        if versions:
            items = self.ticked(request, versions)
        elif ALL in request.GET:
            items = list(self.listed(request)[: LIMIT + 1])
        else:
            items = self.ticked(request, request.GET.getlist(ROW))
        if not items or len(items) > LIMIT:
            return self.choose_again(request, too_many=bool(items))
        form = BulkForm(request.POST if versions else None, actor=access.actor_of(request))
        act = request.POST.get("act", "")
        if act == "apply" and form.is_valid():
            return self.applied(request, form, [(item, versions[str(item.pk)]) for item in items])
        if act == "preview" and form.is_valid():
            return self.preview(request, form, items)
        return self.show(request, "admin/bulk.html", {"form": form, "items": items, "rows": versions_in(items)})

    def choose_again(self, request: HttpRequest, *, too_many: bool) -> HttpResponse:
        """Lead back to the list, and say why."""
        if too_many:
            told = ngettext(
                "At most %(n)s item is changed at once. Narrow the filters, and change the rest afterwards.",
                "At most %(n)s items are changed at once. Narrow the filters, and change the rest afterwards.",
                LIMIT,
            )
            messages.warning(request, told % {"n": LIMIT})
        else:
            messages.warning(request, _("Choose items first: tick the box of each, or change all that match."))
        return HttpResponseRedirect(list_address(request))

    def preview(self, request: HttpRequest, form: BulkForm, items: list[Item]) -> HttpResponse:
        """Show what each item is now and what it would be; nothing is written."""
        rows = rows_of(items, form, timezone.now())
        context = {
            "form": form,
            "rows": versions_in(items),
            "changing": [row for row in rows if row.changes],
            "same": [row.item for row in rows if not (row.changes or row.refused)],
            "refused": [(row.item, row.refused) for row in rows if row.refused],
        }
        return self.show(request, "admin/bulk_preview.html", context)

    def applied(self, request: HttpRequest, form: BulkForm, looked_at: list[tuple[Item, int]]) -> HttpResponse:
        """Change the items, each as it was looked at, and tell what became of every one."""
        at = timezone.now()
        reason = form.cleaned_data["reason"]
        done = assign_items(looked_at, actor=access.actor_of(request), at=at, reason=reason, **form.wanted())
        # Sent twice, the second finds every version moved, by the first: those are as they were to be.
        now = rows_of(self.ticked(request, [str(item.pk) for item, _why in done.refused]), form, at)
        alike = {row.item.pk for row in now if not (row.changes or row.refused)}
        context = {
            "changed": done.changed,
            "same": [*done.same, *(item for item, _why in done.refused if item.pk in alike)],
            "refused": [(item, why) for item, why in done.refused if item.pk not in alike],
        }
        return self.show(request, "admin/bulk_result.html", context)

    def show(self, request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
        """Return one of the pages, which all lead back to the list as it was filtered."""
        base = {"title": _("Change many items"), "back": list_address(request)}
        return self.respond(request, template, base | context)


def filters_of(request: HttpRequest) -> QueryDict:
    """Return what the address asks of the list, without the page that it shows and what is chosen there."""
    asked = request.GET.copy()
    for name in (ROW, ALL, "p", "o", "e"):
        asked.pop(name, None)
    return asked


def list_address(request: HttpRequest) -> str:
    """Return the address of the list as it was filtered."""
    asked = filters_of(request).urlencode()
    return reverse(LIST) + (f"?{asked}" if asked else "")


def versions_in(items: Iterable[Item]) -> str:
    """Return which items a page is about, each as it was looked at, for the page to carry."""
    return ",".join(f"{item.pk}:{item.version}" for item in items)


def versions_of(carried: str) -> dict[str, int]:
    """Return {key of an item: version that was looked at}. Raises Http404 for what no page carries."""
    found = {}
    for pair in filter(None, carried.split(",")):
        key, _colon, version = pair.partition(":")
        if not version.isdecimal():
            raise Http404
        found[key] = int(version)
    return found


def rows_of(items: Iterable[Item], form: BulkForm, at: dt.datetime) -> list[Row]:
    """Return what would become of each item, by the rules of the act itself."""
    return [_row(item, form.wanted(), at) for item in items]


def _row(item: Item, wanted: Mapping[str, Any], at: dt.datetime) -> Row:
    try:
        values = planned(item, at=at, **wanted)
    except Refusal as refusal:
        return Row(item, refused=str(refusal))
    changes = []
    for name, then in values.items():
        column, now = Item._meta.get_field(name), getattr(item, name)
        if column.many_to_many:
            now, then = set(now.all()), set(then)
        if now != then:
            changes.append((capfirst(str(column.verbose_name)), _words(now), _words(then)))  # type: ignore[union-attr]
    return Row(item, changes)


def _words(value: Any) -> str:
    if isinstance(value, set):
        return ", ".join(sorted(str(entry) for entry in value)) or "–"
    if isinstance(value, dt.date):
        return date_format(value)
    return "–" if value is None or value == "" else str(value)
