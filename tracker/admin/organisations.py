"""Organisations and alliances."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy

from tracker.actions.organisations import change_alliance, change_organisation
from tracker.admin.base import Step, WorkspaceAdmin, by_name
from tracker.forms.base import ReasonForm
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
            by_name(change_organisation),
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
            by_name(change_alliance),
            fresh=True,
        ),
    )

    def sees(self, actor: Actor, record: Alliance) -> bool:
        return may_edit_catalogue(actor) or record.pk == actor.alliance_id
