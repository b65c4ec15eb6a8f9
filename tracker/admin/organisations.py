"""Organisations, alliances, people and their roles."""

from typing import Any, ClassVar

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tracker.actions.organisations import add_membership, add_user, end_membership
from tracker.admin import access
from tracker.admin.base import Step, WorkspaceAdmin
from tracker.choices import Role
from tracker.errors import Refusal
from tracker.forms.base import ReasonForm, StepForm
from tracker.forms.organisations import MembershipForm, UserForm
from tracker.models import Alliance, Membership, User
from tracker.permissions import Actor, may_edit_catalogue, may_manage


class OrganisationAdmin(WorkspaceAdmin):
    of_installation = True
    facts = ("code", "kind", "name", "country", "address", "visibility", "archived_on")
    list_display = ("name", "kind", "country", "visibility")
    list_filter = ("kind", "visibility")
    search_fields = ("code",)
    search_help_text = gettext_lazy("Part of the code.")


class AddingAdmin(WorkspaceAdmin):
    """A table to which the workspace adds rows, one form and one action each."""

    add_template: ClassVar[str] = "admin/add.html"
    add_form: ClassVar[type[StepForm]]
    add_title: ClassVar[Any] = ""

    def adds(self, actor: Actor) -> bool:
        """Tell whether `actor` may add a row."""
        raise NotImplementedError

    def add(self, form: Any, **who: Any) -> Any:
        """Call the action with what was typed."""
        raise NotImplementedError

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_module_permission(request) and self.adds(access.actor_of(request))

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Ask for what a new row needs, and add it."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        if request.method not in ("GET", "HEAD", "POST"):
            return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
        form = self.add_form(request.POST if request.method == "POST" else None, actor=access.actor_of(request))
        if request.method == "POST" and form.is_valid():
            try:
                added = self.add(form, actor=access.actor_of(request), at=timezone.now())
            except Refusal as refusal:
                form.refuse(refusal)
            else:
                messages.success(request, _("%(record)s is added.") % {"record": added})
                return HttpResponseRedirect(self.address(added))
        return self.respond(request, self.add_template, {"title": self.add_title, "form": form})


def _end(membership: Membership, form: ReasonForm, **who: Any) -> Membership:
    typed = form.cleaned_data
    return end_membership(membership, reason=typed["reason"], version=typed["version"], **who)


class MembershipAdmin(AddingAdmin):
    facts = ("alliance", "user", "organisation", "role", "active")
    add_form = MembershipForm
    add_title = gettext_lazy("Give a role")
    list_display = ("user", "organisation", "role", "active", "alliance")
    list_filter = ("role", "active")
    search_fields = ("user__username", "user__first_name", "user__last_name")
    search_help_text = gettext_lazy("Part of the person's name or sign-in name.")
    steps = (
        Step(
            "end",
            gettext_lazy("End this role"),
            gettext_lazy("End this role"),
            gettext_lazy("The role is ended."),
            ReasonForm,
            lambda actor, membership: may_manage(actor, membership.alliance_id),
            _end,
            lambda membership: membership.active,
        ),
    )

    def offered(self, actor: Actor) -> bool:
        return may_manage(actor, actor.alliance_id) or may_edit_catalogue(actor)

    def sees(self, actor: Actor, record: Membership) -> bool:
        return may_edit_catalogue(actor) or may_manage(actor, record.alliance_id)

    def adds(self, actor: Actor) -> bool:
        return self.offered(actor)

    def add(self, form: MembershipForm, **who: Any) -> Membership:
        typed = form.cleaned_data
        return add_membership(
            typed["username"], typed["organisation"], Role(typed["role"]), alliance=typed["alliance"], **who
        )


class UserAdmin(AddingAdmin):
    facts = (
        "username",
        "first_name",
        "last_name",
        "email",
        "is_active",
        "is_superuser",
        "visibility",
        "last_login",
    )
    add_form = UserForm
    add_title = gettext_lazy("Add a person")
    list_display = ("username", "first_name", "last_name", "is_active", "is_superuser")
    list_filter = ("is_active", "is_superuser")
    search_fields = ("username", "first_name", "last_name")
    search_help_text = gettext_lazy("Part of the name or sign-in name.")
    ordering = ("username",)

    def offered(self, actor: Actor) -> bool:
        return may_edit_catalogue(actor)

    def adds(self, actor: Actor) -> bool:
        return may_edit_catalogue(actor)

    def add(self, form: UserForm, **who: Any) -> User:
        typed = form.cleaned_data
        return add_user(typed["username"], password=typed["password"], **form.values(), **who)


class AllianceAdmin(WorkspaceAdmin):
    of_installation = True
    facts = (
        "name",
        "slug",
        "country_name",
        "country",
        "time_zone",
        "about",
        "is_demo",
        "review_rule",
        "duty_bearer",
        "members",
    )
    list_display = ("name", "slug", "country_name", "is_demo", "review_rule")

    def sees(self, actor: Actor, record: Alliance) -> bool:
        return may_edit_catalogue(actor) or record.pk == actor.alliance_id
