"""What the installation's staff decides about the catalogue."""

from django import forms
from django.utils.translation import gettext_lazy as _

from tracker.choices import TextRights
from tracker.forms.base import StepForm, reason_field


class TextRightsForm(StepForm):
    """What the public may read of a document's own words."""

    text_rights = forms.ChoiceField(
        label=_("What may be shown of its wording"),
        choices=TextRights.choices,
        widget=forms.RadioSelect,
        help_text=_("With “Paraphrase only” the public reads our summaries, and never the document's own sentences."),
    )
    reason = reason_field(
        _("Who permitted it, when, and where that is written. It is kept in the history."), label=_("On what ground")
    )

    def prepare(self) -> None:
        self.begin_with("text_rights")
