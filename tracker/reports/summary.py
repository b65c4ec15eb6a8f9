"""The status summary: one row per item, in stable columns. docs/exports.md says what each of them means."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import override

from tracker.choices import SHOWN_RIGHTS, UNLEVELLED_KINDS, Flag, Level, OrganisationKind, Visibility
from tracker.exporting.table import Column, Table, Value
from tracker.models import Alliance, ItemState
from tracker.models.base import texts
from tracker.queries import summary, withholding
from tracker.queries.addresses import Addresses
from tracker.queries.asof import Past
from tracker.queries.checkpoints import ends, logs_of
from tracker.queries.names import hidden_name, stricter

_POINT = "item__recommendation"
# Names of sections, organisations and their kinds; what has a column per language has none of this.
_LANGUAGE = "en"


def columns() -> list[Column]:
    """Return the columns in their order. Texts have one for each of settings.LANGUAGES, `title_ru` or `title_pt_br`."""
    return [
        Column("alliance"),
        Column("document"),
        Column("reference", width=12),
        Column("url", width=40),
        Column("kind"),
        Column("section", width=40),
        Column("area"),
        Column("addressee"),
        *_per_language("title", width=60),
        Column("level", width=18),
        *_per_language("level_label", width=22),
        Column("level_since", "date", 12),
        Column("lifecycle"),
        Column("flags", width=24),
        Column("deadline", width=12),
        Column("update_due_on", "date", 14),
        Column("verify_by", "date", 12),
        Column("owner", width=30),
        Column("duty_bearer", width=30),
        Column("evidence_grade", "integer", 8),
        Column("evidence_count", "integer", 8),
        Column("evidence_urls", width=40),
        Column("last_update_on", "date", 14),
        *_per_language("last_update", width=60),
        Column("state_level", width=18),
        Column("state_level_on", width=12),
        Column("wording", width=60),
    ]


def table(
    states: QuerySet[ItemState],
    alliance: Alliance,
    *,
    today: dt.date,
    past: Past | None = None,
    base_url: str = "",
    language: str = settings.LANGUAGE_CODE,
    internal: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> Table:
    """Return the summary of `states`, all of `alliance`, in document order, read from the database that they are in.

    With `past` the states are of that day, and so is everything told beside them; `today` is when the table is made.
    Four queries now and two for every 500 rows read. `base_url` goes before the path of each item's page, `language` is
    the one whose page it is. `internal` fills what the alliance keeps to itself; never for a public download.
    `progress` is told after each row how many of how many are done.
    """
    keys, day = summary.ordered(states), past.day if past else today
    report = _Summary(alliance, base_url.rstrip("/"), language, internal)

    def rows() -> Iterator[list[Value]]:
        found = summary.rows(keys, today=day, past=past, public=not internal, using=states.db)
        for done, row in enumerate(found, start=1):
            yield report.row(row)
            if progress is not None:
                progress(done, len(keys))

    about = {"alliance": alliance.slug} | ({"as_of": day.isoformat()} if past else {})
    return Table(columns(), rows(), "items", today, about, ends(logs_of(alliance), using=states.db))


class _Summary:
    """What all rows of one summary share."""

    def __init__(self, alliance: Alliance, base_url: str, language: str, internal: bool) -> None:
        self.alliance, self.base_url, self.language, self.internal = alliance, base_url, language, internal
        self.addresses = Addresses(alliance)
        # "Update overdue" follows from a date that stays inside the alliance.
        self.flags = [flag for flag in Flag if internal or flag != Flag.UPDATE_OVERDUE]
        self.labels = [_labels(Level, code) for code in _languages()]
        with override(_LANGUAGE):
            self.kinds = {kind.value: str(kind.label) for kind in OrganisationKind}
            self.hidden = hidden_name()
        self.withheld = {code: _withheld(code) for code in _languages()}

    def row(self, row: Mapping[str, Any]) -> list[Value]:
        """Return the values of one item, in the order of `columns`."""
        level = "" if row[f"{_POINT}__kind"] in UNLEVELLED_KINDS else row["level"]
        return [
            self.alliance.slug,
            row[f"{_POINT}__document__code"],
            row[f"{_POINT}__reference"],
            self._url(row),
            row[f"{_POINT}__kind"],
            _section(row),
            row[f"{_POINT}__area"],
            row[f"{_POINT}__addressee"],
            *_in_each(row[f"{_POINT}__title"]),
            level,
            *(labels.get(level, "") for labels in self.labels),
            row["level_since"] if level else None,
            row["lifecycle"],
            ";".join(flag.value for flag in self.flags if row[f"flag_{flag.value}"]),
            row[f"{_POINT}__deadline"],
            row["update_due_on"] if self.internal else None,
            row["verify_by"],
            self._organisation(row, "owner", at_most=row["item__visibility"]),
            self._organisation(row, "duty_bearer"),
            row["headline__evidence_grade"],
            len(row["sources"]),
            " ".join(filter(None, map(_where, row["sources"]))),
            row["last_update_on"],
            *_in_each(self.withheld if row["last_withheld"] and not self.internal else row["last_done"]),
            row["state_level"],
            row["state_level_on"],
            self._wording(row),
        ]

    def _url(self, row: Mapping[str, Any]) -> str:
        # For this one call only: rows are read while other work goes on in the same thread.
        with override(self.language):
            path = self.addresses.page("item", document=row[f"{_POINT}__document__code"], slug=row[f"{_POINT}__slug"])
        return self.base_url + path

    def _wording(self, row: Mapping[str, Any]) -> str:
        """Return the document's own words: to the public only those that it may read."""
        shown = self.internal or row[f"{_POINT}__document__text_rights"] in SHOWN_RIGHTS
        return str(row[f"{_POINT}__wording"]) if shown else ""

    def _organisation(self, row: Mapping[str, Any], role: str, *, at_most: str = Visibility.NAMED) -> str:
        """Return the name of an organisation that may be named, else its kind, and nothing of one that is hidden.

        `at_most` is what the item allows of who works on it. The same rule as queries.names.shown_name.
        """
        if row[f"{role}__kind"] is None:
            return ""
        visibility = stricter(row[f"{role}__visibility"], at_most)
        if visibility == Visibility.NAMED:
            return _english(row[f"{role}__name"])
        return self.kinds[row[f"{role}__kind"]] if visibility == Visibility.ROLE_ONLY else self.hidden


def _languages() -> list[str]:
    return [code for code, _name in settings.LANGUAGES]


def _per_language(name: str, *, width: int) -> list[Column]:
    return [Column(f"{name}_{code.replace('-', '_').lower()}", width=width) for code in _languages()]


def _in_each(text: Any) -> list[str]:
    """Return a localised text in each language, empty where it has none: a gap is a gap, not another language."""
    known = texts(text)
    return [known.get(code, "") for code in _languages()]


def _labels(choices: type[Level], language: str) -> dict[str, str]:
    with override(language):
        return {choice.value: str(choice.label) for choice in choices}


def _withheld(language: str) -> str:
    with override(language):
        return withholding.in_place()


def _english(text: Any) -> str:
    """Return the English of a localised text, or whatever language it has."""
    known = texts(text)
    return known.get(_LANGUAGE) or next(iter(known.values()), "")


def _section(row: Mapping[str, Any]) -> str:
    """Return code and title; a title that repeats the numeral of its heading stands alone."""
    code, title = row[f"{_POINT}__section__code"], _english(row[f"{_POINT}__section__title"])
    return title if title.startswith(f"{code}. ") else f"{code} {title}".strip()


def _where(source: Mapping[str, str]) -> str:
    """Return where a piece of evidence is: its address, or code and page of a document that has none."""
    return source["address"] or ", ".join(filter(None, (source["document"], source["page"])))
