"""What every tracked row shares."""

import json
import uuid
from collections.abc import Mapping
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from i18nfield.fields import I18nTextField
from i18nfield.strings import LazyI18nString

from tracker.lib.dates import last_day


class Record(models.Model):
    """A row whose every change has a history entry.

    KIND names it in the history, TRACKED lists the fields the history follows, `version` counts its changes so that two
    editors cannot overwrite each other.
    """

    KIND: ClassVar[str] = ""
    TRACKED: ClassVar[tuple[str, ...]] = ()

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        abstract = True


def texts(value: Any) -> dict[str, str]:
    """Return a localised value as {language: text} without empty languages.

    Only dictionaries and their wrapped form are taken: a plain string has no language, and would be read as JSON.
    """
    if isinstance(value, LazyI18nString):
        value = value.data
    if value is None or value == "":
        return {}
    if not isinstance(value, Mapping):
        raise TypeError("a localised text is a mapping of language to text")
    return {str(language): str(text) for language, text in value.items() if text}


class LocalisedText(I18nTextField):
    """One column that holds a text in any number of languages; empty is the empty string."""

    def to_python(self, value: Any) -> LazyI18nString:
        return LazyI18nString(texts(value))

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> LazyI18nString:
        return LazyI18nString(_stored(value) if value else {})

    def get_prep_value(self, value: Any) -> str:
        if isinstance(value, str) and value == "":
            return ""
        known = texts(value)
        return json.dumps(known, ensure_ascii=False, sort_keys=True) if known else ""


def _stored(value: str) -> dict[str, str]:
    """Read a stored text. What we did not write is shown as it is, in no language, so that the verifier finds it."""
    try:
        found = json.loads(value)
    except (ValueError, RecursionError):
        found = value
    return texts(found) if isinstance(found, dict) else {"und": str(found)}


def validate_partial_date(value: str) -> None:
    """Refuse a text that is neither a year, a month nor a day."""
    try:
        last_day(value)
    except ValueError as error:
        raise ValidationError(_("Write the date as 2012, 2012-05 or 2012-05-31.")) from error


class PartialDate(models.CharField):
    """A date as exact as the source gives it: `2012`, `2012-05` or `2012-05-31`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["max_length"] = 10
        super().__init__(*args, **kwargs)
        self.validators = [*self.validators, validate_partial_date]

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("max_length", None)
        return name, path, args, kwargs


def one_of(field: str, values: list[str], name: str) -> models.CheckConstraint:
    """Return the constraint that keeps a closed list closed in the database too."""
    return models.CheckConstraint(
        condition=models.Q(**{f"{field}__in": values}),
        name=name,
        violation_error_message=_("This value is not one of the known ones."),
    )


def web_address(field: str, name: str) -> models.CheckConstraint:
    """Return the constraint that keeps everything but web addresses out of a column whose value becomes a link."""
    return models.CheckConstraint(
        condition=models.Q(**{field: ""})
        | models.Q(**{f"{field}__startswith": "https://"})
        | models.Q(**{f"{field}__startswith": "http://"}),
        name=name,
        violation_error_message=_("A web address starts with https:// or http://."),
    )
