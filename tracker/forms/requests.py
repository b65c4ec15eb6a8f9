"""Letters to duty bearers, as someone writes them and notes what became of them."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from tracker.choices import ReplyQuality
from tracker.forms.base import DateField, StepForm, reason_field
from tracker.models import Organisation, Request
from tracker.queries.access import organisations


class LetterForm(StepForm):
    """The draft of a letter, plain text."""

    WRITTEN = ("duty_bearer", "language", "subject", "letter")

    duty_bearer = forms.ModelChoiceField(
        Organisation.objects.none(),
        label=_("To"),
        help_text=_("The duty bearer who is asked: the State, a ministry, a company."),
    )
    language = forms.ChoiceField(
        label=_("Language of the letter"),
        choices=settings.LANGUAGES,
        help_text=_("Whatever the language of these pages."),
    )
    subject = forms.CharField(
        label=_("Subject"),
        max_length=Request._meta.get_field("subject").max_length,
        help_text=_("One line, above the letter."),
    )
    letter = forms.CharField(
        label=_("Letter"),
        widget=forms.Textarea(attrs={"rows": 26}),
        help_text=_(
            "Plain text, yours to change. If you know the name of whom you write to, put it into the greeting. Name no "
            "child and no case."
        ),
    )

    def prepare(self) -> None:
        self.offer("duty_bearer", organisations(self.actor).filter(archived_on=None))
        if self.record is not None:
            self.begin_with(*self.WRITTEN)

    def clean_letter(self) -> str:
        """Return the text with the line ends that it was drafted with; browsers send others."""
        return str(self.cleaned_data["letter"]).replace("\r\n", "\n")

    def values(self) -> dict[str, Any]:
        """Return what the actions take."""
        return {name: self.cleaned_data[name] for name in self.WRITTEN}


class SendForm(StepForm):
    """When a letter was sent, and by when an answer is due."""

    sent_on = DateField(
        label=_("Sent on"),
        help_text=_(
            "The day on which you sent it yourself: this software sends no letters. Save your changes first: what was "
            "saved is what counts as sent."
        ),
    )
    due_on = DateField(
        label=_("Answer due on"), help_text=_("30 days after sending, unless another law or habit holds.")
    )


class RemindForm(StepForm):
    """When the duty bearer was reminded, and until when you wait now."""

    reminded_on = DateField(label=_("Reminded on"), help_text=_("The day on which you reminded them."))
    due_on = DateField(label=_("Answer now due on"), help_text=_("The new day; the letter counts as overdue after it."))


class AnswerForm(StepForm):
    """What came back."""

    quality = forms.ChoiceField(
        label=_("Quality of the reply"),
        choices=[("", "–"), *ReplyQuality.choices],
        help_text=_(
            "Full: every question answered. Partial: some. Evasive: words, and no answer. Refused: they say that they "
            "will not answer. None came: you wait no longer."
        ),
    )
    answered_on = DateField(
        label=_("Answered on"), required=False, help_text=_("The day on the reply. Leave it empty where none came.")
    )
    reply = forms.CharField(
        label=_("What the reply says"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("In your own words, for members only; never shown in public. Name no child and no case."),
    )

    def prepare(self) -> None:
        self.begin_with("quality", "answered_on", "reply")


class WithdrawForm(StepForm):
    """Why a letter is put aside."""

    reason = reason_field(
        _("Why it was never sent, or was sent in error. It is kept in the history; the letter stays.")
    )
