"""Organisations and alliances."""

from typing import Any, ClassVar

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tracker.actions.organisations import change_alliance, change_organisation
from tracker.admin import access
from tracker.admin.base import Step, WorkspaceAdmin
from tracker.admin.fresh import ask_to_confirm, require_fresh
from tracker.errors import Refusal
from tracker.forms.base import ReasonForm, StepForm
from tracker.forms.organisations import AllianceForm, OrganisationForm, OrganisationVisibilityForm
from tracker.models import Alliance, Organisation
from tracker.permissions import Actor, may_edit_catalogue, may_manage, may_show_organisation


def _may_show(actor: Actor, organisation: Organisation) -> bool:
    alliances = set(organisation.alliances.values_list("pk", flat=True))
    return may_show_organisation(actor, organisation.pk, alliances)


def _of_installation(actor: Actor, record: Any) -> bool:
    return may_edit_catalogue(actor)


def _change(organisation: Organisation, form: OrganisationForm, **who: Any) -> Organisation:
    return change_organisation(organisation, version=form.cleaned_data["version"], **form.values(), **who)


def _show(organisation: Organisation, form: OrganisationVisibilityForm, **who: Any) -> Organisation:
    return change_organisation(organisation, **form.cleaned_data, **who)


def _archive(organisation: Organisation, form: ReasonForm, **who: Any) -> Organisation:
    return change_organisation(organisation, archived_on=timezone.localdate(who["at"]), **form.cleaned_data, **who)


def _restore(organisation: Organisation, form: ReasonForm, **who: Any) -> Organisation:
    return change_organisation(organisation, archived_on=None, **form.cleaned_data, **who)


class OrganisationAdmin(WorkspaceAdmin):
    of_installation = True
    facts = ("code", "kind", "name", "country", "address", "visibility", "archived_on")
    list_display = ("name", "kind", "country", "visibility")
    list_filter = ("kind", "visibility")
    search_fields = ("code",)
    search_help_text = gettext_lazy("Part of the code.")
    steps = (
        Step(
            "visibility",
            gettext_lazy("How the public sees it"),
            gettext_lazy("Set the visibility"),
            gettext_lazy("The visibility is set. It holds at once."),
            OrganisationVisibilityForm,
            _may_show,
            _show,
        ),
        Step(
            "edit",
            gettext_lazy("Change name, kind or address"),
            gettext_lazy("Save"),
            gettext_lazy("The organisation is changed."),
            OrganisationForm,
            _of_installation,
            _change,
        ),
        Step(
            "archive",
            gettext_lazy("Archive"),
            gettext_lazy("Archive"),
            gettext_lazy("The organisation is archived. Nothing of it is deleted."),
            ReasonForm,
            _of_installation,
            _archive,
            lambda organisation: organisation.archived_on is None,
        ),
        Step(
            "restore",
            gettext_lazy("Bring back from the archive"),
            gettext_lazy("Bring back"),
            gettext_lazy("The organisation is in use again."),
            ReasonForm,
            _of_installation,
            _restore,
            lambda organisation: organisation.archived_on is not None,
        ),
    )


class AddingAdmin(WorkspaceAdmin):
    """A table to which the workspace adds rows, one form and one action each."""

    add_template: ClassVar[str] = "admin/add.html"
    add_form: ClassVar[type[StepForm]]
    add_title: ClassVar[Any] = ""
    # Whether the person must have said lately who they are.
    add_fresh: ClassVar[bool] = False

    def adds(self, actor: Actor) -> bool:
        """Tell whether `actor` may add a row."""
        raise NotImplementedError

    def add(self, form: Any, **who: Any) -> Any:
        """Call the action with what was typed."""
        raise NotImplementedError

    def added_words(self, added: Any) -> str:
        """Return what is said about a row that was added."""
        return _("%(record)s is added.") % {"record": added}

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_module_permission(request) and self.adds(access.actor_of(request))

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Ask for what a new row needs, and add it."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        if request.method not in ("GET", "HEAD", "POST"):
            return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
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
        return self.respond(request, self.add_template, {"title": self.add_title, "form": form})


def _decide(alliance: Alliance, form: AllianceForm, **who: Any) -> Alliance:
    return change_alliance(alliance, **form.cleaned_data, **who)


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
    steps = (
        Step(
            "rules",
            gettext_lazy("Who publishes, and the time zone"),
            gettext_lazy("Save"),
            gettext_lazy("The alliance is changed."),
            AllianceForm,
            lambda actor, alliance: may_manage(actor, alliance.pk) or may_edit_catalogue(actor),
            _decide,
            fresh=True,
        ),
    )

    def sees(self, actor: Actor, record: Alliance) -> bool:
        return may_edit_catalogue(actor) or record.pk == actor.alliance_id
