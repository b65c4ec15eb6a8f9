"""What the lists and pages of the workspace show of a record, in words."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from tracker.charts.marks import mark
from tracker.choices import Level
from tracker.lib.dates import in_words
from tracker.models.base import PartialDate


def level_badge(level: str) -> str:
    """Return a level as the lists show it: in colour, shape and words."""
    if not level:
        return "–"
    # The mark is drawn by us, from a closed list.
    return format_html('<span class="level">{} {}</span>', mark_safe(mark(level)), Level(level).label)  # noqa: S308


@dataclass(frozen=True)
class Fact:
    """One line of a record's page."""

    label: str
    value: Any
    address: str = ""


def facts_of(record: Any, names: Sequence[str]) -> list[Fact]:
    """Return the named fields of `record` in words, without the empty ones."""
    found = []
    for name in names:
        field = record._meta.get_field(name)
        value = getattr(record, name)
        # Only what a browser opens as a page: older records may hold anything.
        linked = name.endswith("address") and str(value).startswith(("https://", "http://"))
        address = value if linked else ""
        if isinstance(field, models.ManyToManyField):
            value = ", ".join(str(entry) for entry in value.all())
        elif isinstance(field, PartialDate) and value:
            value = in_words(value)
        elif field.choices:
            value = getattr(record, f"get_{name}_display")()
        elif name == "language":
            value = dict(settings.LANGUAGES).get(value, value)
        elif isinstance(value, bool):
            value = _("yes") if value else _("no")
        elif isinstance(value, dt.datetime):
            value = date_format(timezone.localtime(value), "DATETIME_FORMAT")
        elif isinstance(value, dt.date):
            value = date_format(value)
        if value not in (None, "") and str(value):
            found.append(Fact(str(field.verbose_name), value, address))
    return found
