"""Evidence as someone enters it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tracker.actions.evidence import NewEvidence, check_address
from tracker.choices import EvidenceKind
from tracker.errors import InvalidValue, UnsafeMaterial
from tracker.forms.base import DateField, PartialDateField, StepForm


def linkable(address: str) -> str:
    """Return `address`. Raises a validation error that says what to enter instead."""
    if address:
        try:
            check_address(address)
        except InvalidValue as refusal:
            raise forms.ValidationError(str(refusal)) from refusal
    return address


def leads_to_no_document(form: forms.Form, name: str) -> bool:
    """Tell whether what was given as `name` is no document, so that the stop page answers and nothing is kept."""
    return any(isinstance(error.__cause__, UnsafeMaterial) for error in form.errors.as_data().get(name, ()))


class EvidenceForm(forms.Form):
    """One new source; a row that is left empty counts for nothing."""

    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=[("", "–"), *EvidenceKind.choices],
        help_text=_("The kind decides what grade the source can bear."),
    )
    title = forms.CharField(label=_("Title"), max_length=300, help_text=_("As the source itself is called."))
    publisher = forms.CharField(
        label=_("Publisher"), max_length=200, help_text=_("Who published it: a gazette, a court, an organisation.")
    )
    address = forms.CharField(
        label=_("Web address"),
        max_length=1000,
        widget=forms.TextInput(attrs={"inputmode": "url"}),
        help_text=_("A link to the document or page, never to a picture, a recording or an archive."),
    )
    published_on = PartialDateField(
        label=_("Published on"), required=False, help_text=_("As exact as you know it: 2012, 2012-05 or 2012-05-31.")
    )
    accessed_on = DateField(label=_("Accessed on"), required=False, help_text=_("The day you read it."))
    language = forms.CharField(
        label=_("Language"), max_length=10, required=False, help_text=_("Its code, such as en or ru.")
    )
    page = forms.CharField(
        label=_("Page or place"), max_length=100, required=False, help_text=_("Where in the source: page, article.")
    )

    @property
    def unsafe(self) -> bool:
        """Whether the link leads to a picture, a recording or an archive."""
        return leads_to_no_document(self, "address")

    def clean_address(self) -> str:
        return linkable(self.cleaned_data["address"].strip())

    def new_evidence(self) -> NewEvidence:
        """Return the row as the action takes it."""
        return NewEvidence(**self.cleaned_data)


class DeadLinkForm(StepForm):
    """Since when a link is dead, and where an archived copy is."""

    since = DateField(
        label=_("Dead since"),
        required=False,
        help_text=_("The day it was found dead. Leave empty if it answers again."),
    )
    archived_address = forms.CharField(
        label=_("Archived copy"),
        max_length=1000,
        required=False,
        help_text=_("The web address of an archived copy, if there is one."),
    )

    def prepare(self) -> None:
        self.initial["since"] = self.record.dead_since
        self.begin_with("archived_address")

    @property
    def unsafe(self) -> bool:
        """Whether the link leads to a picture, a recording or an archive."""
        return leads_to_no_document(self, "archived_address")

    def forget_unsafe(self) -> None:
        """Empty the link; everything else that was typed stays."""
        self.retype({self.add_prefix("archived_address"): ""})

    def clean_archived_address(self) -> Any:
        return linkable(self.cleaned_data["archived_address"].strip())
