"""Taking down, deciding about what is held back, and how much of who works on an item is public."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tracker.choices import Visibility
from tracker.forms.base import StepForm, reason_field, short_reason_field
from tracker.permissions import may_manage


class TakeDownForm(StepForm):
    """Why something must be out of public sight at once."""

    reason = reason_field(
        _(
            "A few words for the safeguarding lead, who looks at it next. Do not repeat what must not be seen. Members "
            "can read them in the history; the public cannot."
        )
    )


class DecideForm(StepForm):
    """Why what is held back may be shown, or may not."""

    reason = reason_field(
        _("Why you decide so. Do not repeat what must not be seen. Members can read it in the history.")
    )


class ItemVisibilityForm(StepForm):
    """How much the public may see of who works on one item."""

    visibility = forms.ChoiceField(
        label=_("Visibility on this item"),
        help_text=_(
            "How the public pages, downloads and mail name its owner, contributors, authors and reviewers: never more "
            "than this, and never more than each organisation allows itself. The duty bearer is not affected."
        ),
    )
    reason = short_reason_field(
        _("Why this changes, for the history. You may leave it empty; do not describe the danger here.")
    )

    def prepare(self) -> None:
        known: list[Any] = list(Visibility.choices)
        if not may_manage(self.actor, self.record.alliance_id):
            # Whoever owns the item may hide more at once; the staff alone shows more.
            known = known[Visibility.values.index(self.record.visibility) :]
        self.offer("visibility", known)
        self.begin_with("visibility")
