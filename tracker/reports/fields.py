"""What each column of the downloads means, in the reader's language. docs/exports.md says it at length."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from tracker.reports.summary import columns

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

# By the name of the column; where there is one for each language, without the language.
MEANINGS: Mapping[str, "StrPromise"] = {
    "alliance": _("The alliance, as in its address."),
    "document": _("The document's code."),
    "reference": _("The point's reference in the document; never used again for another."),
    "url": _("The item's page."),
    "kind": _("What kind of point it is: a commitment, a priority action, a question, an indicator."),
    "section": _("The heading that the point stands under."),
    "area": _("One of six areas, the same for all documents."),
    "addressee": _("Whom the point asks."),
    "title": _("The point's short title, in our own words."),
    "level": _("The alliance's latest published level; empty for a question."),
    "level_label": _("The level in words."),
    "level_since": _("Since when it is at this level."),
    "lifecycle": _("Open, reopened, closed, superseded or not applicable. Only the first two count as open."),
    "flags": _("What was found on the day of the file: past its deadline, stale, stalled, disputed and others."),
    "deadline": _("The deadline in the source, as exact as the source is."),
    "update_due_on": _("Internal to the alliance: always empty in a public file."),
    "verify_by": _("The day after which the level counts as stale."),
    "owner": _("The member organisation that looks after the item."),
    "duty_bearer": _("The organisation that has the duty."),
    "evidence_grade": _("The grade of the evidence that the level rests on, from 0 to 3."),
    "evidence_count": _("How many pieces of evidence the level rests on."),
    "evidence_urls": _("Where that evidence is."),
    "last_update_on": _("When the alliance last published an update."),
    "last_update": _("What that update says was done."),
    "state_level": _("The level by the State's own account, as the alliance reads it."),
    "state_level_on": _("The date of the State's account."),
    "wording": _("The document's own words, where they are free to show."),
}


def fields() -> list[tuple[str, "StrPromise"]]:
    """Return (name, meaning) of every column, in the order of the files."""
    return [(column.name, MEANINGS[_without_language(column.name)]) for column in columns()]


def _without_language(name: str) -> str:
    if name in MEANINGS:
        return name
    codes = [code.replace("-", "_") for code, _name in settings.LANGUAGES]
    return next(name.removesuffix(f"_{code}") for code in codes if name.endswith(f"_{code}"))
