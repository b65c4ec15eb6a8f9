"""Organisations and alliances."""

import zoneinfo
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tracker.choices import OrganisationKind, ReviewRule, Visibility
from tracker.forms.base import ReasonForm, StepForm, reason_field
from tracker.permissions import may_show_organisation, shows_more


class OrganisationForm(StepForm):
    """What an organisation is called and what it is."""

    LOCALISED = {"name": (_("Name"), _("Its own name, in each language that it has one in."), 2)}

    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=OrganisationKind.choices,
        help_text=_("Shown instead of the name where that is hidden."),
    )
    address = forms.URLField(
        label=_("Web address"),
        required=False,
        max_length=500,
        assume_scheme="https",
        help_text=_("Its own site, beginning with https://. Leave it empty if it has none."),
    )

    def prepare(self) -> None:
        self.begin_with("name", "kind", "address")

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if not self.text("name"):
            raise forms.ValidationError(_("Write the name in at least one language."))
        return found

    def values(self) -> dict[str, Any]:
        """Return what the action takes."""
        return {"name": self.text("name"), "kind": self.cleaned_data["kind"], "address": self.cleaned_data["address"]}


class OrganisationVisibilityForm(StepForm):
    """How an organisation is named in public. Hiding more takes no explanation: it may have to be quick."""

    visibility = forms.ChoiceField(
        label=_("Visibility"),
        help_text=_(
            "Named: with its name and a page. Role only: just what kind of organisation it is. Hidden: not even that. "
            "It holds on pages, in exports, in the public history and in mail, at once."
        ),
    )
    reason = reason_field(_("Needed to show more than now. It is kept in the history."), rows=2, required=False)

    def prepare(self) -> None:
        alliances = set(self.record.alliances.values_list("pk", flat=True))
        now = self.record.visibility
        offered = [
            (value, label)
            for value, label in Visibility.choices
            if may_show_organisation(self.actor, self.record.pk, alliances, more=shows_more(now, value))
        ]
        self.offer("visibility", offered)
        self.begin_with("visibility")


class AllianceForm(ReasonForm):
    """Who publishes in an alliance, and when its days end."""

    review_rule = forms.ChoiceField(
        label=_("Who publishes"),
        choices=ReviewRule.choices,
        help_text=_(
            "Another organisation is the rule. “Another person” is for an alliance too small for that; every public "
            "page then says so."
        ),
    )
    time_zone = forms.ChoiceField(
        label=_("Time zone"), help_text=_("It decides when a day, and with it a date, is over.")
    )

    field_order = ("review_rule", "time_zone", "reason")

    def prepare(self) -> None:
        zones = sorted(zoneinfo.available_timezones())
        self.offer("time_zone", [(zone, zone) for zone in zones])
        self.begin_with("review_rule", "time_zone")
