"""What the installation's staff decides about the catalogue."""

from django import forms
from django.utils.translation import gettext_lazy as _

from tracker.choices import TextRights
from tracker.forms.base import StepForm


class TextRightsForm(StepForm):
    """What the public may read of a document's own words."""

    text_rights = forms.ChoiceField(
        label=_("What may be shown of its wording"),
        choices=TextRights.choices,
        widget=forms.RadioSelect,
        help_text=_("With “Paraphrase only” the public reads our summaries, and never the document's own sentences."),
    )
    reason = forms.CharField(
        label=_("On what ground"),
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Who permitted it, when, and where that is written. It is kept in the history."),
    )

    def prepare(self) -> None:
        self.initial["text_rights"] = self.record.text_rights
