"""Proposing a redaction, carrying it out, refusing it."""

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from tracker.choices import RedactionGround
from tracker.forms.base import ReasonForm, StepForm
from tracker.queries.redaction_places import fields_with_text
from tracker.queries.redactions import field_label


class ProposeForm(StepForm):
    """Which field of a record must go, and why."""

    field = forms.ChoiceField(
        label=_("What must go"),
        help_text=_(
            "Every text that this field ever held goes, drafts included, and the same words wherever they stand."
        ),
    )
    ground = forms.ChoiceField(label=_("Ground"), help_text=_("Everyone can read the ground in the public history."))
    note = forms.CharField(
        label=_("Note for the second person"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What to look at. Do not repeat what must go: the alliance keeps this note."),
    )

    def prepare(self) -> None:
        del self.fields["version"]
        found = fields_with_text(self.record)
        names = [(name, capfirst(field_label(self.record.KIND, name))) for name in found]
        self.fields["field"].choices = names  # type: ignore[attr-defined]
        self.fields["ground"].choices = RedactionGround.choices  # type: ignore[attr-defined]


class CarryOutForm(StepForm):
    """That the second person knows what this does."""

    certain = forms.BooleanField(
        label=_("I have looked at what goes. It cannot be brought back."),
        help_text=_("What goes is listed on this page."),
    )


class RefuseForm(ReasonForm):
    """Why nothing goes."""

    def prepare(self) -> None:
        self.fields["reason"].help_text = _("Why nothing must go. Do not repeat the text. Members can read it.")
