"""What the forms of the workspace share: they check what was typed and write nothing."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.db.models import QuerySet
from django.forms.boundfield import BoundField
from django.utils.translation import gettext_lazy as _

from tracker.errors import Refusal
from tracker.models.base import texts, validate_partial_date
from tracker.permissions import Actor


class StepForm(forms.Form):
    """One step that somebody takes with one record: what it asks for, beside the version that they looked at."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    # {name of a localised text: (label, help, rows)}; one text area per language is made of each.
    LOCALISED: Mapping[str, tuple[Any, Any, int]] = {}
    # Why the act was refused, once it was.
    refusal: Refusal | None = None

    def __init__(self, data: Any = None, *, actor: Actor, record: Any = None, **kwargs: Any) -> None:
        super().__init__(data, label_suffix="", **kwargs)
        self.actor, self.record = actor, record
        if record is not None:
            self.initial.setdefault("version", record.version)
        else:
            del self.fields["version"]
        for name, (label, help_text, rows) in self.LOCALISED.items():
            add_texts(self, name, label, help_text, rows)
        self.prepare()

    def prepare(self) -> None:
        """Fill in what depends on the record and on who asks: choices, and what the fields begin with."""

    def offer(self, name: str, choices: Any) -> None:
        """Let the field `name` choose among `choices`: records, or pairs of value and label."""
        setattr(self.fields[name], "queryset" if isinstance(choices, QuerySet) else "choices", choices)

    def begin_with(self, *names: str) -> None:
        """Let these fields begin with what the record has, unless the page said with what."""
        for name in names:
            value = getattr(self.record, name)
            begun = initial_texts(name, value) if name in self.LOCALISED else {name: value}
            self.initial = {**begun, **self.initial}

    def refuse(self, refusal: Refusal) -> None:
        """Show why the act was refused; what was typed stays."""
        self.refusal = refusal
        self.add_error(None, str(refusal))

    def retype(self, values: Mapping[str, str]) -> None:
        """Put `values`, {name in the page: text}, in place of what was typed there; everything else stays."""
        given: Any = self.data
        typed = given.copy()
        for name, text in values.items():
            typed[name] = text
        self.data = typed

    def text(self, name: str) -> dict[str, str]:
        """Return what was typed as a localised text, {language: text} without empty ones.

        The record's text in languages that the site has no field for stays as it is.
        """
        typed = {code: self.cleaned_data.get(f"{name}_{code}", "") for code, _language in settings.LANGUAGES}
        known = texts(getattr(self.record, name, None))
        return {code: value for code, value in (known | typed).items() if value}

    def text_fields(self, name: str) -> list[BoundField]:
        """Return the text areas of one localised text."""
        return [self[f"{name}_{code}"] for code, _language in settings.LANGUAGES]

    @property
    def text_groups(self) -> dict[str, dict[str, Any]]:
        """Return {name: legend, help and text areas} of every localised text, for the page."""
        return {
            name: {
                "legend": label,
                "help": help_text,
                "help_id": help_id(self, name),
                "fields": self.text_fields(name),
            }
            for name, (label, help_text, _rows) in self.LOCALISED.items()
        }

    @property
    def plain_fields(self) -> list[BoundField]:
        """Return the visible fields that belong to no localised text, in order."""
        localised = {field.name for name in self.LOCALISED for field in self.text_fields(name)}
        return [field for field in self.visible_fields() if field.name not in localised]


def help_id(form: forms.Form, name: str) -> str:
    """Return the id of the element that explains the text areas of `name`, or "" where a form gives no ids."""
    return f"{form.auto_id % name}_helptext" if isinstance(form.auto_id, str) else ""


def add_texts(form: forms.Form, name: str, label: Any, help_text: Any, rows: int) -> None:
    """Give `form` one text area per language of the site, labelled with the language's own name."""
    described = help_id(form, name)
    for code, language in settings.LANGUAGES:
        attributes = {"rows": rows, "lang": code} | ({"aria-describedby": described} if described else {})
        form.fields[f"{name}_{code}"] = forms.CharField(
            label=language, required=False, widget=forms.Textarea(attrs=attributes), help_text=""
        )


def initial_texts(name: str, value: Any) -> dict[str, str]:
    """Return a localised value as the initial values of its text areas."""
    return {f"{name}_{code}": text for code, text in texts(value).items()}


class DateInput(forms.DateInput):
    """The browser's own date field: no script, and its own keyboard."""

    input_type = "date"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="%Y-%m-%d", **kwargs)


class DateField(forms.DateField):
    """One day."""

    widget = DateInput

    def __init__(self, **kwargs: Any) -> None:
        # The browser's field always sends this form, whatever it shows.
        super().__init__(input_formats=["%Y-%m-%d"], **kwargs)


class PartialDateField(forms.CharField):
    """A date as exact as it is known: a year, a month or a day."""

    # Without a greatest length, at which a browser cuts what is typed and says nothing.
    default_validators = [validate_partial_date]

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return super().widget_attrs(widget) | {"autocomplete": "off", "inputmode": "numeric"}


def reason_field(help_text: Any, *, label: Any = "", rows: int = 3, required: bool = True) -> forms.CharField:
    """Return the field in which somebody says why, in a few sentences."""
    return forms.CharField(
        label=label or _("Reason"),
        required=required,
        widget=forms.Textarea(attrs={"rows": rows}),
        help_text=help_text,
    )


def short_reason_field(help_text: Any) -> forms.CharField:
    """Return the field in which somebody may say why, in one line."""
    return forms.CharField(label=_("Reason"), required=False, max_length=500, help_text=help_text)


class ReasonForm(StepForm):
    """A step that asks for nothing but its reason."""

    reason = reason_field(_("One or two sentences. They are kept in the history."))
