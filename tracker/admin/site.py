"""The workspace: Django's admin under our own roof."""

import zoneinfo
from functools import update_wrapper
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tracker.admin import access
from tracker.admin.base import WorkspaceAdmin
from tracker.admin.catalogue import DocumentAdmin, RecommendationAdmin
from tracker.admin.evidence import EvidenceAdmin
from tracker.admin.filters import ITEM_LISTS, UPDATE_LISTS
from tracker.admin.history import HistoryEntryAdmin
from tracker.admin.imports import DocumentImportAdmin
from tracker.admin.items import ItemAdmin
from tracker.admin.organisations import AllianceAdmin, MembershipAdmin, OrganisationAdmin, UserAdmin
from tracker.admin.updates import UpdateAdmin
from tracker.exporting.formats import FORMATS
from tracker.models import (
    Alliance,
    Document,
    DocumentImport,
    Evidence,
    HistoryEntry,
    Item,
    Membership,
    Organisation,
    Recommendation,
    Update,
    User,
)
from tracker.permissions import may_manage
from tracker.queries.addresses import Addresses
from tracker.queries.desk import Desk

# In the order of the menu. Listed here and not found by themselves: importing this file is what makes the site.
TABLES: tuple[tuple[Any, type[WorkspaceAdmin]], ...] = (
    (Item, ItemAdmin),
    (Update, UpdateAdmin),
    (Evidence, EvidenceAdmin),
    (Organisation, OrganisationAdmin),
    (Document, DocumentAdmin),
    (Recommendation, RecommendationAdmin),
    (DocumentImport, DocumentImportAdmin),
    (Alliance, AllianceAdmin),
    (Membership, MembershipAdmin),
    (User, UserAdmin),
    (HistoryEntry, HistoryEntryAdmin),
)
LATEST = 5
WAITING = 10


class TrackerAdminSite(admin.AdminSite):
    """The admin of the alliances."""

    site_title = _("Recommendation tracker")
    site_header = _("Recommendation tracker")
    index_title = _("Workspace")
    enable_nav_sidebar = False

    def __init__(self, name: str = "admin") -> None:
        super().__init__(name)
        for model, admin_class in TABLES:
            self.register(model, admin_class)

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Take in only what keeps the rules of the workspace: other apps' pages write past the history."""
        if admin_class is not None and issubclass(admin_class, WorkspaceAdmin):
            super().register(model_or_iterable, admin_class, **options)

    def has_permission(self, request: HttpRequest) -> bool:
        """Let in active staff who work in an alliance, and the installation's own staff."""
        user: Any = request.user
        return user.is_active and user.is_staff and bool(user.is_superuser or access.alliances(request))

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Show every page in the time zone of the alliance."""

        def local(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if any("\x00" in value for _name, values in request.GET.lists() for value in values):
                # PostgreSQL refuses this character in any question, with an error of its own.
                raise BadRequest("The address holds a NUL character.")
            alliance = access.alliance_of(request)
            with timezone.override(zoneinfo.ZoneInfo(alliance.time_zone if alliance else settings.TIME_ZONE)):
                response: HttpResponse = view(request, *args, **kwargs)
                # Templates render late; here they still do so in that zone.
                return response.render() if isinstance(response, TemplateResponse) else response

        return super().admin_view(update_wrapper(local, view), cacheable)

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """Add who works where."""
        return super().each_context(request) | {
            "alliance": access.alliance_of(request),
            "alliances": access.alliances(request),
            "actor": access.actor_of(request),
        }

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[dict[str, Any]]:
        """Keep the tables in the order of the work, not of the alphabet."""
        found = super().get_app_list(request, app_label)
        order = [model._meta.object_name for model in self._registry]
        for app in found:
            for row in app["models"]:
                row["name"] = self._registry[row["model"]].heading  # type: ignore[attr-defined]
            app["models"].sort(key=lambda row: order.index(row["object_name"]))
        return found

    def get_log_entries(self, request: HttpRequest) -> list[Any]:  # type: ignore[override]
        """Django's own log is off: the history is ours."""
        return []

    def app_index(self, request: HttpRequest, app_label: str, extra_context: Any = None) -> HttpResponse:  # type: ignore[override]
        """There is one app only, and the desk shows it."""
        return HttpResponseRedirect(reverse("admin:index"))

    def index(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:  # type: ignore[override]
        """Show what waits for the person asking; `?alliance=` changes the workspace."""
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        if "alliance" in request.GET:
            access.choose(request, request.GET["alliance"])
            return HttpResponseRedirect(reverse("admin:index"))
        context = self.each_context(request) | {"title": self.index_title, "subtitle": None} | desk_context(request)
        return TemplateResponse(request, "admin/index.html", context | (extra_context or {}))


def desk_context(request: HttpRequest) -> dict[str, Any]:
    """Return the numbers and lists of the desk; each number is the length of the list that its link opens."""
    desk = access.desk_of(request)
    if desk is None:
        return {"desk": None}
    items, updates = reverse("admin:tracker_item_changelist"), reverse("admin:tracker_update_changelist")
    labels = dict((*ITEM_LISTS, *UPDATE_LISTS))
    todo = [(updates, "returned"), (updates, "drafts"), (items, "overdue"), (items, "due_soon"), (items, "stale")]
    review = desk.to_review()
    return {
        "desk": desk,
        "todo": [
            {
                "label": labels[code],
                "address": f"{page}?todo={code}",
                "count": getattr(desk, code)().count(),
                "code": code,
            }
            for page, code in todo
        ],
        "returned": desk.returned()[:WAITING],
        "review": review[:WAITING],
        "review_count": review.count(),
        "review_address": f"{updates}?todo=to_review",
        "latest": desk.latest()[:LATEST],
        "latest_address": f"{updates}?todo=latest",
        "unowned_count": desk.unowned().count() if may_manage_here(request) else None,
        "unowned_address": f"{items}?todo=unowned",
        "downloads": downloads(desk) if may_manage_here(request) else [],
    }


def may_manage_here(request: HttpRequest) -> bool:
    """Tell whether the person asking is of the staff of the chosen alliance."""
    actor = access.actor_of(request)
    return may_manage(actor, actor.alliance_id)


def downloads(desk: Desk) -> list[dict[str, str]]:
    """Return the addresses of the status summary in each format, as the public list of items offers them."""
    pages = Addresses(desk.alliance)
    return [{"name": name.upper(), "address": pages.page("download", format=name)} for name in FORMATS]
