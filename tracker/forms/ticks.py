"""Boxes to tick: records that are there already."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from tracker.choices import EvidenceKind
from tracker.lib.dates import in_words


def is_key(chosen: str) -> bool:
    """Tell whether what was sent can be the key of a row: digits, and no more than a database holds."""
    return chosen.isdecimal() and len(chosen) < 19


class Ticks(forms.ModelMultipleChoiceField):
    """Any number of records of a query set, each with a box."""

    widget = forms.CheckboxSelectMultiple

    def offer(self, records: Sequence[Any]) -> None:
        """Show boxes for these records alone; any other of the query set is taken as well."""
        self.widget.choices = [(record.pk, self.label_from_instance(record)) for record in records]

    def clean(self, value: Any) -> Any:
        for key in value or ():
            # What cannot be a key is refused like any other unknown one.
            if not is_key(str(key)):
                raise forms.ValidationError(self.error_messages["invalid_choice"], params={"value": key})
        return super().clean(value)


class EvidenceTicks(Ticks):
    """Sources, each with its publisher, date and kind."""

    def label_from_instance(self, source: Any) -> str:
        published = [in_words(source.published_on)] if source.published_on else []
        return " · ".join([source.title, source.publisher, *published, str(EvidenceKind(source.kind).label)])


class LetterTicks(Ticks):
    """Letters, each with whom it went to, when, and what became of it."""

    def label_from_instance(self, letter: Any) -> str:
        sent = _("%(subject)s · to %(name)s, sent %(day)s") % {
            "subject": letter.subject,
            "name": letter.duty_bearer,
            "day": date_format(letter.sent_on),
        }
        return f"{sent} · {_became(letter)}"


def _became(letter: Any) -> str:
    if letter.answered_on is not None:
        return _("answered %(day)s: %(quality)s") % {
            "day": date_format(letter.answered_on),
            "quality": letter.get_quality_display(),
        }
    if letter.quality:
        return _("no answer came")
    if letter.due_on is None:
        return _("no answer yet")
    return _("no answer yet; due %(day)s") % {"day": date_format(letter.due_on)}
