"""The workspace: Django's admin under our own roof."""

import zoneinfo
from functools import update_wrapper
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from tracker.admin import access
from tracker.admin.base import WorkspaceAdmin
from tracker.admin.catalogue import DocumentAdmin, RecommendationAdmin
from tracker.admin.desk import desk_context
from tracker.admin.evidence import EvidenceAdmin
from tracker.admin.help import help_context
from tracker.admin.history import HistoryEntryAdmin
from tracker.admin.imports import DocumentImportAdmin
from tracker.admin.invitations import InvitationAdmin
from tracker.admin.items import ItemAdmin
from tracker.admin.kept import kept_words
from tracker.admin.organisations import AllianceAdmin, OrganisationAdmin
from tracker.admin.people import MembershipAdmin, UserAdmin, my_settings
from tracker.admin.redactions import RedactionAdmin
from tracker.admin.requests import RequestAdmin
from tracker.admin.safeguarding import HoldAdmin
from tracker.admin.signin import is_local, needs_second_factor
from tracker.admin.stop import stop_page
from tracker.admin.updates import UpdateAdmin
from tracker.models import (
    Alliance,
    Document,
    DocumentImport,
    Evidence,
    HistoryEntry,
    Hold,
    Invitation,
    Item,
    Membership,
    Organisation,
    Recommendation,
    Redaction,
    Request,
    Update,
    User,
)

# In the order of the menu. Listed here and not found by themselves: importing this file is what makes the site.
TABLES: tuple[tuple[Any, type[WorkspaceAdmin]], ...] = (
    (Item, ItemAdmin),
    (Update, UpdateAdmin),
    (Evidence, EvidenceAdmin),
    (Request, RequestAdmin),
    (Hold, HoldAdmin),
    (Redaction, RedactionAdmin),
    (Organisation, OrganisationAdmin),
    (Document, DocumentAdmin),
    (Recommendation, RecommendationAdmin),
    (DocumentImport, DocumentImportAdmin),
    (Alliance, AllianceAdmin),
    (Membership, MembershipAdmin),
    (Invitation, InvitationAdmin),
    (User, UserAdmin),
    (HistoryEntry, HistoryEntryAdmin),
)


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
        return access.is_let_in(request)

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Show every page in the time zone of the alliance, and none before there is a second factor."""

        def local(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if any("\x00" in value for _name, values in request.GET.lists() for value in values):
                # PostgreSQL refuses this character in any question, with an error of its own.
                raise BadRequest("The address holds a NUL character.")
            if needs_second_factor(request.user):
                return HttpResponseRedirect(reverse("mfa_activate_totp"))
            alliance = access.alliance_of(request)
            with timezone.override(zoneinfo.ZoneInfo(alliance.time_zone if alliance else settings.TIME_ZONE)):
                response: HttpResponse = view(request, *args, **kwargs)
                # Templates render late; here they still do so in that zone.
                return response.render() if isinstance(response, TemplateResponse) else response

        inner = super().admin_view(update_wrapper(local, view), cacheable)

        def outer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            kept = None if request.user.is_authenticated else kept_words(request)
            return kept or inner(request, *args, **kwargs)

        return update_wrapper(outer, inner)

    @method_decorator(require_safe)
    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Lead to the page to sign in, and from there back; tell someone signed in without a role what is missing."""
        back = request.GET.get("next", "")
        back = back if is_local(request, back) else reverse("admin:index")
        if not request.user.is_authenticated:
            return HttpResponseRedirect(f"{reverse('account_login')}?{urlencode({'next': back})}")
        if self.has_permission(request):
            return HttpResponseRedirect(back)
        context = self.each_context(request) | {"title": _("No role yet")}
        return TemplateResponse(request, "account/no_role.html", context, status=403)

    def logout(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:  # type: ignore[override]
        return HttpResponseRedirect(reverse("account_logout"))

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:  # type: ignore[override]
        return HttpResponseRedirect(reverse("account_change_password"))

    def password_change_done(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:  # type: ignore[override]
        return HttpResponseRedirect(reverse("mfa_index"))

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """Add who works where."""
        return super().each_context(request) | {
            "alliance": access.alliance_of(request),
            "alliances": access.alliances(request),
            "actor": access.actor_of(request),
        }

    def get_urls(self) -> list[Any]:
        """Put our own pages before Django's own, whose last one takes everything."""
        return [
            path("help/", self.admin_view(self.help), name="help"),
            path("settings/", self.admin_view(my_settings), name="settings"),
            path("stop/", self.admin_view(stop_page), name="stop"),
            *super().get_urls(),
        ]

    @method_decorator(require_safe)
    def help(self, request: HttpRequest) -> HttpResponse:
        """Explain how an update becomes public, from the tables of the rules."""
        context = self.each_context(request) | {"title": _("How an update becomes public")}
        return TemplateResponse(request, "admin/help.html", context | help_context(access.alliance_of(request)))

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

    @method_decorator(require_safe)
    def index(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:  # type: ignore[override]
        """Show what waits for the person asking; `?alliance=` changes the workspace, `next=` leads on."""
        if "alliance" in request.GET:
            access.choose(request, request.GET["alliance"])
            wanted = request.GET.get("next", "")
            return HttpResponseRedirect(wanted if is_local(request, wanted) else reverse("admin:index"))
        context = self.each_context(request) | {"title": self.index_title, "subtitle": None} | desk_context(request)
        return TemplateResponse(request, "admin/index.html", context | (extra_context or {}))
