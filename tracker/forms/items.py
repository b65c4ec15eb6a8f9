"""What staff decides about an item."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tracker.actions.items import ASSIGNABLE, lifecycles_from
from tracker.choices import Lifecycle, PointAtIssue
from tracker.forms.base import DateField, StepForm, short_reason_field
from tracker.models import Organisation
from tracker.queries.access import members, organisations


class AssignForm(StepForm):
    """Who owns an item, and by when."""

    owner = forms.ModelChoiceField(
        Organisation.objects.none(),
        label=_("Owner"),
        required=False,
        help_text=_("The member organisation that follows this item and records its updates."),
    )
    duty_bearer = forms.ModelChoiceField(
        Organisation.objects.none(),
        label=_("Duty bearer"),
        required=False,
        help_text=_("Who has to carry it out: the State, a ministry, a company."),
    )
    contributors = forms.ModelMultipleChoiceField(
        Organisation.objects.none(),
        label=_("Contributors"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Other member organisations that work on it."),
    )
    update_due_on = DateField(
        label=_("Update due on"),
        required=False,
        help_text=_("When the owner is to report next. Never shown in public."),
    )
    verify_by = DateField(
        label=_("Verify by"),
        required=False,
        help_text=_("After this day the level is shown as out of date until someone confirms it."),
    )
    reason = short_reason_field(_("Why this changes, for the history. You may leave it empty."))

    def prepare(self) -> None:
        own = members(self.actor)
        choices = {"owner": own, "contributors": own, "duty_bearer": organisations(self.actor)}
        for name, found in choices.items():
            self.offer(name, found.filter(archived_on=None))
        self.begin_with(*(name for name in ASSIGNABLE if name != "contributors"))
        self.initial["contributors"] = list(self.record.contributors.all())

    def values(self) -> dict[str, Any]:
        """Return what the action takes."""
        return {name: self.cleaned_data[name] for name in ASSIGNABLE} | {
            "contributors": list(self.cleaned_data["contributors"])
        }


class DisputeForm(StepForm):
    """What the perspectives on an item disagree about."""

    LOCALISED = {
        "dispute_note": (
            _("What the disagreement is about"),
            _("One or two sentences that each side could sign, in at least one language. Shown in public."),
            3,
        ),
    }

    dispute_point = forms.ChoiceField(
        label=_("Point at issue"),
        choices=[("", "–"), *PointAtIssue.choices],
        help_text=_("What each side would have to show for the others to agree. It ends with the disagreement."),
    )

    def prepare(self) -> None:
        self.begin_with("dispute_point", "dispute_note")


class LifecycleForm(StepForm):
    """Where an item's lifecycle goes next, and why."""

    LOCALISED = {
        "reason": (_("Reason"), _("Why, in at least one language. It is shown in public beside the item."), 3),
    }

    lifecycle = forms.ChoiceField(
        label=_("Lifecycle"), help_text=_("An item is closed by an update that closes it, confirmed by two reviewers.")
    )

    def prepare(self) -> None:
        targets = lifecycles_from(self.record.lifecycle)
        self.offer("lifecycle", [(code, Lifecycle(code).label) for code in targets])
