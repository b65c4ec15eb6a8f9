"""What the staff sets on many items at once."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from tracker.forms.base import DateField, StepForm, short_reason_field
from tracker.models import Organisation
from tracker.queries.access import members


class BulkForm(StepForm):
    """One change for many items. What is left empty stays on each of them as it is."""

    owner = forms.ModelChoiceField(
        Organisation.objects.none(),
        label=_("Owner"),
        required=False,
        empty_label=_("Leave as it is"),
        help_text=_("The member organisation that follows these items and records their updates."),
    )
    add_contributors = forms.ModelMultipleChoiceField(
        Organisation.objects.none(),
        label=_("Contributors to add"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("They join those who work on an item already. Tick none to leave them as they are."),
    )
    update_due_on = DateField(
        label=_("Update due on"),
        required=False,
        help_text=_("When the owners are to report next. Leave it empty to keep the day of each item."),
    )
    ask = forms.CharField(
        label=_("Ask the owners for an update"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_(
            "What you need to know, in a few words: it stands on the owners' desks until they publish an update. "
            "Leave it empty to ask for nothing."
        ),
    )
    reason = short_reason_field(_("Why this changes, for the history of each item. You may leave it empty."))

    def prepare(self) -> None:
        own = members(self.actor).filter(archived_on=None)
        for name in ("owner", "add_contributors"):
            self.offer(name, own)

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        if not self.errors and not any(typed.get(name) for name in self.fields if name != "reason"):
            raise ValidationError(_("Choose what to change: an owner, contributors, a day, or what to ask for."))
        return typed

    def wanted(self) -> dict[str, Any]:
        """Return what `actions.items.planned` takes: only what is to change."""
        typed = self.cleaned_data
        values = {name: typed[name] for name in ("owner", "update_due_on") if typed[name]}
        return values | {"ask": typed["ask"], "add_contributors": list(typed["add_contributors"])}
