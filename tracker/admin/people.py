"""People: their roles, their sign-ins, and what each decides about themselves."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from tracker.actions.organisations import add_membership, add_user, end_membership
from tracker.actions.people import (
    change_user,
    deactivate_user,
    keep_checkpoints,
    reactivate_user,
    set_mail,
    stop_keeping_checkpoints,
)
from tracker.admin import access
from tracker.admin.base import WRITING, Step, WorkspaceAdmin, by_name
from tracker.admin.fresh import ask_to_confirm, require_fresh
from tracker.choices import Role
from tracker.errors import Refusal
from tracker.forms.base import ReasonForm, StepForm
from tracker.forms.people import MembershipForm, MyMailForm, MyVisibilityForm, NamesForm, UserForm
from tracker.models import Invitation, Membership, User
from tracker.permissions import (
    Actor,
    may_decide_about,
    may_draft,
    may_edit_catalogue,
    may_end_role,
    may_manage,
    may_name_keeper,
)


class AddingAdmin(WorkspaceAdmin):
    """A table to which the workspace adds rows, one form and one action each."""

    add_template: ClassVar[str] = "admin/add.html"
    add_form: ClassVar[type[StepForm]]
    add_title: ClassVar[Any] = ""
    add_button: ClassVar[Any] = gettext_lazy("Add")
    # Whether the person must have said lately who they are.
    add_fresh: ClassVar[bool] = False

    def add(self, form: Any, **who: Any) -> Any:
        """Call the action with what was typed."""
        raise NotImplementedError

    def added_words(self, added: Any) -> str:
        """Return what is said about a row that was added."""
        return _("%(record)s is added.") % {"record": added}

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Ask for what a new row needs, and add it."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        if request.method not in WRITING:
            return HttpResponseNotAllowed(WRITING)
        away = require_fresh(request) if self.add_fresh else None
        if away is not None and request.method != "POST":
            return away
        form = self.add_form(request.POST if request.method == "POST" else None, actor=access.actor_of(request))
        if away is not None:
            ask_to_confirm(request, request.get_full_path())
        elif request.method == "POST" and form.is_valid():
            try:
                added = self.add(form, actor=access.actor_of(request), at=timezone.now())
            except Refusal as refusal:
                form.refuse(refusal)
            else:
                messages.success(request, self.added_words(added))
                return HttpResponseRedirect(self.address(added))
        return self.respond(
            request, self.add_template, {"title": self.add_title, "button": self.add_button, "form": form}
        )


class OfPeople(AddingAdmin):
    """A table about people, for the staff and, of their own organisation, for its coordinators."""

    add_fresh = True

    def offered(self, actor: Actor) -> bool:
        here = may_manage(actor, actor.alliance_id) or may_draft(actor, actor.alliance_id)
        return here or may_edit_catalogue(actor)

    def sees(self, actor: Actor, record: Membership | Invitation) -> bool:
        return may_end_role(actor, record.alliance_id, record.organisation_id)

    def adds(self, actor: Actor) -> bool:
        return self.offered(actor)


def _may_end(actor: Actor, membership: Membership) -> bool:
    ours = may_end_role(actor, membership.alliance_id, membership.organisation_id)
    return ours and may_decide_about(actor, membership.user_id)


def _keep(membership: Membership, form: StepForm, **who: Any) -> Membership:
    return keep_checkpoints(membership, **form.cleaned_data, **who)


def _stop_keeping(membership: Membership, form: StepForm, **who: Any) -> Membership:
    return stop_keeping_checkpoints(membership, **form.cleaned_data, **who)


def _may_name_keeper(actor: Actor, membership: Membership) -> bool:
    return may_name_keeper(actor, membership.alliance_id, membership.organisation_id)


class MembershipAdmin(OfPeople):
    facts = ("alliance", "user", "organisation", "role", "active", "keeps_checkpoints")
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
            _may_end,
            by_name(end_membership),
            lambda membership: membership.active,
            fresh=True,
        ),
        Step(
            "keep",
            gettext_lazy("Let this person keep the checkpoints"),
            gettext_lazy("Send them the checkpoints"),
            gettext_lazy("This person gets the checkpoints by mail and keeps them for the organisation."),
            StepForm,
            _may_name_keeper,
            _keep,
            lambda membership: membership.active and not membership.keeps_checkpoints,
        ),
        Step(
            "stop_keeping",
            gettext_lazy("Send this person the checkpoints no more"),
            gettext_lazy("Send no more"),
            gettext_lazy("This person gets the checkpoints no more. Let somebody else of the organisation keep them."),
            StepForm,
            _may_name_keeper,
            _stop_keeping,
            lambda membership: membership.keeps_checkpoints,
        ),
    )

    def add(self, form: MembershipForm, **who: Any) -> Membership:
        typed = form.cleaned_data
        return add_membership(
            typed["username"], typed["organisation"], Role(typed["role"]), alliance=typed["alliance"], **who
        )


def _of_installation(actor: Actor, user: User) -> bool:
    return may_edit_catalogue(actor)


def _name(user: User, form: NamesForm, **who: Any) -> User:
    return change_user(user, version=form.cleaned_data["version"], **form.values(), **who)


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
    add_fresh = True
    list_display = ("username", "first_name", "last_name", "is_active", "is_superuser")
    list_filter = ("is_active", "is_superuser")
    search_fields = ("username", "first_name", "last_name")
    search_help_text = gettext_lazy("Part of the name or sign-in name.")
    ordering = ("username",)
    steps = (
        Step(
            "edit",
            gettext_lazy("Change names or address"),
            gettext_lazy("Save"),
            gettext_lazy("The person is changed."),
            NamesForm,
            _of_installation,
            _name,
            fresh=True,
        ),
        Step(
            "deactivate",
            gettext_lazy("End this person's sign-in"),
            gettext_lazy("End the sign-in"),
            gettext_lazy("This person is signed out everywhere and cannot sign in. The roles stay as they were."),
            ReasonForm,
            lambda actor, user: may_edit_catalogue(actor) and actor.user_id != user.pk,
            by_name(deactivate_user),
            lambda user: user.is_active,
            fresh=True,
        ),
        Step(
            "reactivate",
            gettext_lazy("Let this person sign in again"),
            gettext_lazy("Allow it again"),
            gettext_lazy("This person can sign in again."),
            ReasonForm,
            _of_installation,
            by_name(reactivate_user),
            lambda user: not user.is_active,
            fresh=True,
        ),
    )

    def offered(self, actor: Actor) -> bool:
        return may_edit_catalogue(actor)

    def adds(self, actor: Actor) -> bool:
        return may_edit_catalogue(actor)

    def add(self, form: UserForm, **who: Any) -> User:
        typed = form.values()
        return add_user(typed.pop("username"), password=typed.pop("password"), **typed, **who)


def _show_me(user: User, form: MyVisibilityForm, **who: Any) -> None:
    change_user(user, **form.cleaned_data, **who)


def _write_to_me(user: User, form: MyMailForm, **who: Any) -> None:
    typed = form.cleaned_data
    set_mail(user, paused=not typed["weekly"], language=typed["language"], **who)


# {name: (title, form, what it does)} of what everyone decides about themselves.
_MINE: dict[str, tuple[Any, type[StepForm], Callable[..., None]]] = {
    "visibility": (gettext_lazy("How the public sees you"), MyVisibilityForm, _show_me),
    "mail": (gettext_lazy("Mail"), MyMailForm, _write_to_me),
}


@require_http_methods(WRITING)
def my_settings(request: HttpRequest) -> HttpResponse:
    """Show and change what the person asking decides about themselves: visibility and mail."""
    user: Any = request.user
    me, actor, act = User.objects.get(pk=user.pk), access.actor_of(request), request.POST.get("act", "")
    forms = {
        name: form(request.POST if act == name else None, actor=actor, record=me, auto_id=f"{name}_%s")
        for name, (_title, form, _run) in _MINE.items()
    }
    if act in forms and forms[act].is_valid():
        try:
            _MINE[act][2](me, forms[act], actor=actor, at=timezone.now())
        except Refusal as refusal:
            forms[act].refuse(refusal)
        else:
            messages.success(request, _("Saved."))
            return HttpResponseRedirect(reverse("admin:settings"))
    parts = [{"name": name, "title": _MINE[name][0], "form": form} for name, form in forms.items()]
    context = admin.site.each_context(request) | {"title": _("My settings"), "parts": parts}
    return TemplateResponse(request, "admin/settings.html", context)
