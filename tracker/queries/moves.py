"""One field of one entry of the history in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import ForeignKey, ManyToManyField, TextField
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from tracker.lib.canonical import parse_time
from tracker.lib.dates import in_words
from tracker.models import Record
from tracker.models.base import LocalisedText, PartialDate

# Stands for no value.
_NOTHING = "–"


@dataclass(frozen=True)
class Moved:
    """One field of one entry in words."""

    field: str
    old: str
    new: str

    @property
    def is_empty(self) -> bool:
        """Whether there was nothing and is nothing: an entry about a new record tells all of its fields."""
        return self.old == self.new == _NOTHING


def moved(
    model: type[Record], name: str, pair: tuple[Any, Any] | None, names: Mapping[str, str], *, withheld: bool
) -> Moved:
    """Return a field of `model` and what it went from and to, None for what was taken out of the history since.

    `names` are {UUID: label} of the records that it may name; of what is withheld no text is told.
    """
    tracked = model._meta.get_field(name)
    label = str(tracked.verbose_name)  # type: ignore[union-attr]
    if pair is None:
        return Moved(label, _("withdrawn"), _("withdrawn"))
    if withheld and isinstance(tracked, LocalisedText | TextField):
        return Moved(label, _("withheld"), _("withheld"))
    old, new = (_in_words(tracked, value, names) for value in pair)
    return Moved(label, old, new)


def _in_words(tracked: Any, value: Any, names: Mapping[str, str]) -> str:
    if value is None or value in ("", [], {}):
        return _NOTHING
    if isinstance(tracked, LocalisedText):
        return str(value.get(get_language()) or next(iter(value.values())))
    if isinstance(tracked, ManyToManyField):
        return ", ".join(names.get(entry, "…") for entry in value)
    if isinstance(tracked, ForeignKey):
        return names.get(value, "…")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, dict):
        return "; ".join(f"{name}: {text}" for name, text in value.items())
    if isinstance(value, list):
        return "; ".join(" ".join(map(str, entry)) if isinstance(entry, list) else str(entry) for entry in value)
    choices = dict(tracked.flatchoices)
    if value in choices:
        return str(choices[value])
    return _date_in_words(tracked, value)


def _date_in_words(tracked: Any, value: Any) -> str:
    kind = tracked.get_internal_type()
    if isinstance(tracked, PartialDate) or kind == "DateField":
        return in_words(value)
    if kind == "DateTimeField":
        return date_format(timezone.localtime(parse_time(value)), "DATETIME_FORMAT")
    return str(value)
