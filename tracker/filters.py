"""Filters over items, shared by pages, downloads and the export command: an export equals its page."""

import datetime as dt
import zoneinfo
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tracker.choices import (
    COUNTED_KINDS,
    OPEN_LIFECYCLES,
    UNLEVELLED_KINDS,
    Addressee,
    Area,
    Flag,
    Level,
    Lifecycle,
    RecommendationKind,
    Visibility,
)
from tracker.lib.addresses import is_tracking
from tracker.lib.dates import in_words
from tracker.models import Alliance, ItemState, Organisation, Section
from tracker.queries.askable import organisations, sections
from tracker.queries.asof import Past
from tracker.queries.items import DOCUMENT_ORDER, current
from tracker.queries.organisations import contributed
from tracker.queries.progress import published_by
from tracker.queries.search import items_holding, problem_of

Pair = tuple[str, str]

# The filter that leaves exactly what the headline counts (queries.items.headline_duties).
DUTIES: tuple[Pair, ...] = (
    *(("kind", kind) for kind in COUNTED_KINDS),
    ("addressee", Addressee.STATES.value),
    *(("lifecycle", lifecycle) for lifecycle in OPEN_LIFECYCLES),
)
# The filter that leaves what is asked of others than the State, and counted apart.
OTHERS: tuple[Pair, ...] = (
    *(("kind", kind) for kind in COUNTED_KINDS),
    *(("addressee", value) for value in Addressee.values if value != Addressee.STATES),
    *(("lifecycle", lifecycle) for lifecycle in OPEN_LIFECYCLES),
)
COUNTED: tuple[Pair, ...] = tuple(("kind", kind) for kind in COUNTED_KINDS)
ENDED: tuple[Pair, ...] = (
    *COUNTED,
    ("lifecycle", Lifecycle.CLOSED.value),
    ("lifecycle", Lifecycle.SUPERSEDED.value),
)

# "Update overdue" follows from a date that stays inside the alliance.
PUBLIC_FLAGS = tuple(flag for flag in Flag if flag != Flag.UPDATE_OVERDUE)

# Orders of the list, each with what it sorts by; the documents' own order decides between equals.
ORDERS: dict[str, tuple[Any, ...]] = {
    "latest": (F("last_update_on").desc(nulls_last=True),),
    "oldest": (F("last_update_on").asc(nulls_first=True),),
    "deadline": (F("item__recommendation__deadline_last_day").asc(nulls_last=True),),
    "since": (F("level_since").asc(nulls_last=True),),
}
ORDER_LABELS = (
    ("latest", gettext_lazy("Latest update first")),
    ("oldest", gettext_lazy("Longest without an update first")),
    ("deadline", gettext_lazy("Earliest deadline first")),
    ("since", gettext_lazy("Longest at its level first")),
)

# Not a filter: the page of the list.
_PAGE = "page"


class StrictForm(forms.Form):
    """A filter form that refuses what it does not know, so that a slip never passes for an answer."""

    def clean(self) -> dict[str, Any]:
        for name in self.data:
            if name not in self.fields:
                if name != _PAGE and not is_tracking(name):
                    self.add_error(None, _("There is no filter called “%(name)s”.") % {"name": name})
            elif not isinstance(self.fields[name], forms.MultipleChoiceField) and self._values(name) > 1:
                self.add_error(name, _("Choose one value only."))
        return self.cleaned_data

    def _values(self, name: str) -> int:
        # The field itself would keep the last value only, and say nothing about the others.
        return len(set(self.data.getlist(name))) if isinstance(self.data, QueryDict) else 1


def _refuse_unsearchable(value: str) -> None:
    if problem := problem_of(value):
        raise ValidationError(problem)


class _Several(django_filters.MultipleChoiceFilter):
    """Any of the chosen values, as boxes to tick."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**({"distinct": False, "widget": forms.CheckboxSelectMultiple} | kwargs))


class Active(NamedTuple):
    """One filter that is set: its name and value in the address, and both in words."""

    name: str
    value: str
    label: str
    words: str


class Counts(NamedTuple):
    """What each level and each flag would leave under the other filters, and how many items all of them leave."""

    level: Mapping[str, int]
    flag: Mapping[str, int]
    total: int


class ItemFilter(django_filters.FilterSet):
    """Filters the states of one alliance's items, now or at a `past`. `internal` adds what only members may ask for."""

    words = django_filters.CharFilter(
        method="with_words",
        label=gettext_lazy("Words"),
        max_length=200,
        validators=[_refuse_unsearchable],
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    document = django_filters.ChoiceFilter(
        field_name="item__recommendation__document__code",
        label=gettext_lazy("Document"),
        empty_label=gettext_lazy("Any document"),
    )
    section = django_filters.ChoiceFilter(
        method="in_section", label=gettext_lazy("Section"), empty_label=gettext_lazy("Any section")
    )
    area = django_filters.ChoiceFilter(
        field_name="item__recommendation__area",
        label=gettext_lazy("Area"),
        choices=Area.choices,
        empty_label=gettext_lazy("Any area"),
    )
    owner = django_filters.ChoiceFilter(
        method="owned_by", label=gettext_lazy("Owner"), empty_label=gettext_lazy("Any owner")
    )
    level = _Several(method="at_levels", label=gettext_lazy("Level"), choices=Level.choices)
    flag = _Several(method="with_flags", label=gettext_lazy("Flags"))
    kind = _Several(
        field_name="item__recommendation__kind", label=gettext_lazy("Kind"), choices=RecommendationKind.choices
    )
    addressee = _Several(
        field_name="item__recommendation__addressee", label=gettext_lazy("Addressee"), choices=Addressee.choices
    )
    lifecycle = _Several(label=gettext_lazy("Lifecycle"), choices=Lifecycle.choices)
    bearer = django_filters.ChoiceFilter(
        field_name="duty_bearer__code", label=gettext_lazy("Duty bearer"), empty_label=gettext_lazy("Any duty bearer")
    )
    contributor = django_filters.ChoiceFilter(
        method="contributed_by", label=gettext_lazy("Contributor"), empty_label=gettext_lazy("Any contributor")
    )
    since = django_filters.DateFilter(
        method="updated_since",
        label=gettext_lazy("Something published since"),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        input_formats=["%Y-%m-%d"],
    )
    sort = django_filters.ChoiceFilter(
        method="in_order",
        label=gettext_lazy("Order"),
        choices=ORDER_LABELS,
        empty_label=gettext_lazy("As in the documents"),
    )

    class Meta:
        model = ItemState
        fields = ()
        form = StrictForm

    def __init__(
        self,
        data: QueryDict,
        queryset: QuerySet[ItemState],
        *,
        alliance: Alliance,
        internal: bool,
        past: Past | None = None,
    ) -> None:
        super().__init__(data, queryset)
        self.alliance, self.internal, self.past = alliance, internal, past
        self.sections = list(sections(alliance, past))
        documents = {row.document.code: str(row.document) for row in self.sections}
        flags = list(Flag) if internal else PUBLIC_FLAGS
        known = organisations(alliance, past, internal=internal)
        self.filters["document"].extra["choices"] = list(documents.items())
        self.filters["section"].extra["choices"] = _section_choices(self.sections)
        for name in ("owner", "bearer", "contributor"):
            self.filters[name].extra["choices"] = [(row.code, str(row)) for row in known if getattr(row, f"is_{name}")]
        self.filters["flag"].extra["choices"] = [(flag.value, flag.label) for flag in flags]

    def with_words(self, states: QuerySet[ItemState], name: str, value: str) -> QuerySet[ItemState]:
        """Keep what holds every word, in any of its forms, any language and any case: see `queries.search`."""
        return items_holding(
            states, "item", value, alliance_id=self.alliance.pk, internal=self.internal, past=self.past
        )

    def owned_by(self, states: QuerySet[ItemState], name: str, value: str) -> QuerySet[ItemState]:
        """Keep what an organisation owns; for the public where it is named as owner: else the count would tell."""
        owned = states.filter(owner__code=value)
        return owned if self.internal else owned.filter(item__visibility=Visibility.NAMED)

    def contributed_by(self, states: QuerySet[ItemState], name: str, value: str) -> QuerySet[ItemState]:
        """Keep what an organisation contributes to; for the public where it may be named there."""
        seen = states if self.internal else states.filter(item__visibility=Visibility.NAMED)
        return contributed(seen, Organisation.objects.get(code=value), self.past)

    def updated_since(self, states: QuerySet[ItemState], name: str, value: dt.date) -> QuerySet[ItemState]:
        """Keep what any perspective published something about from this day on, in the alliance's time zone."""
        # Years have a first one, and in the east a day of it begins before it.
        value = max(value, dt.date(1900, 1, 1))
        midnight = dt.datetime.combine(value, dt.time(), zoneinfo.ZoneInfo(self.alliance.time_zone))
        return states.filter(Exists(published_by(self.past).filter(item=OuterRef("item"), published_at__gte=midnight)))

    def in_order(self, states: QuerySet[ItemState], name: str, value: str) -> QuerySet[ItemState]:
        """Put the states in another order than that of the documents."""
        return states.order_by(*ORDERS[value], *DOCUMENT_ORDER)

    def in_section(self, states: QuerySet[ItemState], name: str, value: str) -> QuerySet[ItemState]:
        """Keep what stands under a heading, its subsections included."""
        inside = {row.pk for row in self.sections if section_key(row) == value}
        while more := {row.pk for row in self.sections if row.parent_id in inside} - inside:
            inside |= more
        return states.filter(item__recommendation__section__in=inside)

    def at_levels(self, states: QuerySet[ItemState], name: str, value: Sequence[str]) -> QuerySet[ItemState]:
        """Keep what is at one of the levels. Questions are at none."""
        if not value:
            return states
        return states.filter(level__in=value).exclude(item__recommendation__kind__in=UNLEVELLED_KINDS)

    def with_flags(self, states: QuerySet[ItemState], name: str, value: Sequence[str]) -> QuerySet[ItemState]:
        """Keep what carries at least one of the flags."""
        if not value:
            return states
        wanted = Q()
        for flag in value:
            wanted |= Q(**{f"flag_{flag}": True})
        return states.filter(wanted)

    def counts(self) -> Counts:
        """Return what each level and each flag would leave under the other filters; one query, two where a level or a
        flag is chosen, and one more where a flag is, as what carries several counts once.
        """
        chosen = self.form.cleaned_data
        levels, flags = self._by_level("level"), None
        if chosen["level"] or chosen["flag"]:
            flags = self._by_level("flag")
        levelled = [row for row in levels if row["kind"] not in UNLEVELLED_KINDS]
        at = Counter({level: sum(row["count"] for row in levelled if row["level"] == level) for level in Level.values})
        codes = [code for code, _label in self.form.fields["flag"].choices]
        carrying = {code: sum(row[f"with_{code}"] for row in (levels if flags is None else flags)) for code in codes}
        if chosen["flag"]:
            total = self.qs.count()
        elif chosen["level"]:
            total = sum(at[level] for level in set(chosen["level"]))
        else:
            total = sum(row["count"] for row in levels)
        return Counts(at, carrying, total)

    def _by_level(self, name: str) -> Sequence[Mapping[str, Any]]:
        """Return what all filters but one leave, counted by level and kind, and with each flag; one query."""
        codes = [code for code, _label in self.form.fields["flag"].choices]
        carrying = {f"with_{code}": Count("pk", filter=Q(**{f"flag_{code}": True})) for code in codes}
        rows = self._without(name).order_by().values("level", kind=F("item__recommendation__kind"))
        return list(rows.annotate(count=Count("pk"), **carrying))

    def narrow(self) -> None:
        """Offer, where a document is chosen, only its sections and areas; others stay valid in an address. One query
        where it is.
        """
        document = self.form.cleaned_data.get("document")
        if not document:
            return
        here = self.queryset.filter(item__recommendation__document__code=document).order_by()
        known = set(here.values_list("item__recommendation__area", flat=True).distinct())
        known.add(self.form.cleaned_data["area"])
        _offer(self.form.fields["area"], [pair for pair in Area.choices if pair[0] in known])
        chosen = [row for row in self.sections if row.document.code == document]
        _offer(self.form.fields["section"], _section_choices(chosen))

    def active(self) -> list[Active]:
        """Return the filters that are set, in the order of the form, each value apart."""
        found = []
        for name, value in self.form.cleaned_data.items():
            field = self.form.fields[name]
            words = _words_of(field)
            found += [
                Active(name, str(one), str(field.label), words.get(str(one)) or _said(one))
                for one in (value if isinstance(value, list) else [value])
                if one not in ("", None)
            ]
        return found

    def _without(self, name: str) -> QuerySet[ItemState]:
        """Return the states that all filters but one leave."""
        states = self.queryset.all()
        for other, value in self.form.cleaned_data.items():
            if other not in (name, "sort"):
                states = self.filters[other].filter(states, value)
        return states

    def in_words(self) -> list[str]:
        """Return what is wrong with the filter, whole sentences, empty where nothing is."""
        return [
            f"{self.form.fields[name].label}: {message}" if name in self.form.fields else str(message)
            for name, messages in self.form.errors.items()
            for message in messages
        ]


def filter_states(
    alliance: Alliance,
    params: QueryDict | Mapping[str, str | Sequence[str]],
    today: dt.date,
    *,
    internal: bool = False,
    past: Past | None = None,
) -> tuple[ItemFilter, QuerySet[ItemState]]:
    """Return the filter and the states it leaves, in the order of the documents.

    `params` are the parameters of an address, or {filter: value or values}. Where a filter or a value is unknown no
    state is left, and the filter's `in_words()` says why. `internal` adds flags and owners that only members may see.
    With `past`, the end of the day `today`, the states are those of then. Three queries, the states' own included.
    """
    states = current(alliance, today=today, past=past)
    found = ItemFilter(_as_query(params), states, alliance=alliance, internal=internal, past=past)
    return found, found.qs if found.form.is_valid() else states.none()


def section_key(section: Section) -> str:
    """Return how a section is named in an address: codes repeat between documents, and hold no dot."""
    return f"{section.document.code}.{section.code}"


def _as_query(params: QueryDict | Mapping[str, str | Sequence[str]]) -> QueryDict:
    if isinstance(params, QueryDict):
        return params
    query = QueryDict(mutable=True)
    for name, value in params.items():
        query.setlist(name, [value] if isinstance(value, str) else list(value))
    return query


def _section_choices(sections: Iterable[Section]) -> list[tuple[str, list[Pair]]]:
    grouped: dict[str, list[Pair]] = {}
    for row in sections:
        grouped.setdefault(str(row.document), []).append((section_key(row), f"– {row}" if row.parent_id else str(row)))
    return list(grouped.items())


def _words_of(field: forms.Field) -> dict[str, str]:
    """Return {value: words} of a field's choices, those in groups too; empty for a field without."""
    found: dict[str, str] = {}
    for value, words in getattr(field, "choices", ()):
        found.update(words if isinstance(words, list | tuple) else [(value, words)])
    return {str(value): str(words).removeprefix("– ") for value, words in found.items()}


def _said(value: Any) -> str:
    return in_words(value.isoformat()) if isinstance(value, dt.date) else str(value)


def _offer(field: forms.Field, choices: Sequence[Any]) -> None:
    """Let a select offer fewer choices than are valid; the empty one stays first."""
    widget: Any = field.widget
    widget.choices = [*list(widget.choices)[:1], *choices]
