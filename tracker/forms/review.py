"""What reviewers and readers do with an update that is written: publish, return, discard, link."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tracker.choices import Level
from tracker.forms.base import StepForm, reason_field
from tracker.models import Item
from tracker.queries.access import items_called
from tracker.queries.readiness import standing


class PublishForm(StepForm):
    """What a reviewer confirms: a word on the sources where the level is borne by that alone, else nothing."""

    independence_note = forms.CharField(
        label=gettext_lazy("Why the sources are independent of each other"),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def prepare(self) -> None:
        found = standing(self.record)
        if not found.needs_note:
            del self.fields["independence_note"]
            return
        field, changes = self.fields["independence_note"], self._changes(found.grade, found.needed or 0)
        field.help_text = f"{_('Two sources count as two only where neither draws on the other.')} {changes}"
        # The first of two reviewers has said so: the second may leave it at that.
        field.required = not self.record.independence_note
        field.error_messages["required"] = f"{_('Say why the sources are independent.')} {changes}"
        self.begin_with("independence_note")

    def _changes(self, grade: int, needed: int) -> str:
        return _("Without this note they bear grade %(grade)s; “%(level)s” needs evidence of grade %(needed)s.") % {
            "grade": grade,
            "level": Level(self.record.level).label,
            "needed": needed,
        }


class ReturnForm(StepForm):
    """Why an update goes back to its author."""

    reason = reason_field(
        gettext_lazy("The author reads this first. Say what to change, one point per sentence."),
        label=gettext_lazy("What is missing"),
        required=False,
    )


class DiscardForm(StepForm):
    """Why a draft is put aside."""

    reason = reason_field(
        gettext_lazy("The draft is put aside for good; it stays in the history with this reason."),
        label=gettext_lazy("Why you discard it"),
        rows=2,
    )


class BearingForm(StepForm):
    """Another item that a published update says something about, and why."""

    LOCALISED = {
        "reason": (
            gettext_lazy("What it says about that item"),
            gettext_lazy("One sentence, in at least one language. It is shown in public beside that item."),
            2,
        ),
    }

    item = forms.CharField(
        label=gettext_lazy("The other item"),
        max_length=100,
        help_text=gettext_lazy("Its reference, as the list of items shows it."),
    )

    def clean_item(self) -> Item:
        """Return the item that was named. Raises a validation error that says what to write instead."""
        found = items_called(self.cleaned_data["item"], self.actor, beside=self.record.item)
        if not found:
            raise forms.ValidationError(_("No other item of the alliance has this reference. Look it up in the list."))
        if len(found) > 1:
            names = "; ".join(str(item) for item in found)
            raise forms.ValidationError(_("Several items have it. Write one of these: %(names)s.") % {"names": names})
        return found[0]
