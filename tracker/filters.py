"""Filters over items, shared by pages, downloads and the export command: an export equals its page."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tracker.choices import (
    COUNTED_KINDS,
    OPEN_LIFECYCLES,
    SHOWN_RIGHTS,
    UNLEVELLED_KINDS,
    Addressee,
    Area,
    Flag,
    Level,
    Lifecycle,
    RecommendationKind,
    Visibility,
)
from tracker.lib.text import fold
from tracker.models import Alliance, ItemState, Organisation, Section
from tracker.queries.asof import Past, states_at
from tracker.queries.items import current

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

# Not filters: the page of the list, and what search engines and mail programs add to a link.
_NO_FILTERS = ("page", "fbclid", "gclid", "yclid")
_NO_FILTERS_BEGIN = "utm_"


class StrictForm(forms.Form):
    """A filter form that refuses what it does not know, so that a slip never passes for an answer."""

    def clean(self) -> dict[str, Any]:
        for name in self.data:
            if name not in self.fields:
                if name not in _NO_FILTERS and not name.startswith(_NO_FILTERS_BEGIN):
                    self.add_error(None, _("There is no filter called “%(name)s”.") % {"name": name})
            elif not isinstance(self.fields[name], forms.MultipleChoiceField) and self._values(name) > 1:
                self.add_error(name, _("Choose one value only."))
        return self.cleaned_data

    def _values(self, name: str) -> int:
        # The field itself would keep the last value only, and say nothing about the others.
        return len(set(self.data.getlist(name))) if isinstance(self.data, QueryDict) else 1


class _Several(django_filters.MultipleChoiceFilter):
    """Any of the chosen values, as boxes to tick."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**({"distinct": False, "widget": forms.CheckboxSelectMultiple} | kwargs))


class ItemFilter(django_filters.FilterSet):
    """Filters the states of one alliance's items, now or at a `past`. `internal` adds what only members may ask for."""

    words = django_filters.CharFilter(
        method="with_words",
        label=gettext_lazy("Words"),
        max_length=200,
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
        self.internal = internal
        self.sections = list(_sections(alliance, past))
        documents = {row.document.code: str(row.document) for row in self.sections}
        flags = list(Flag) if internal else PUBLIC_FLAGS
        owners = _owners(alliance, past, internal=internal)
        self.filters["document"].extra["choices"] = list(documents.items())
        self.filters["section"].extra["choices"] = _section_choices(self.sections)
        self.filters["owner"].extra["choices"] = [(row.code, str(row)) for row in owners]
        self.filters["flag"].extra["choices"] = [(flag.value, flag.label) for flag in flags]

    def with_words(self, states: QuerySet[ItemState], name: str, value: str) -> QuerySet[ItemState]:
        """Keep what holds every word, in any language and any case.

        The document's own words are looked through where whoever asks may read them: else a search would tell them.
        """
        readable = Q() if self.internal else Q(item__recommendation__document__text_rights__in=SHOWN_RIGHTS)
        for word in fold(value).split():
            in_ours = Q(item__recommendation__words__contains=word)
            states = states.filter(in_ours | readable & Q(item__recommendation__wording_words__contains=word))
        return states

    def owned_by(self, states: QuerySet[ItemState], name: str, value: str) -> QuerySet[ItemState]:
        """Keep what an organisation owns; for the public where it is named as owner: else the count would tell."""
        owned = states.filter(owner__code=value)
        return owned if self.internal else owned.filter(item__visibility=Visibility.NAMED)

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


def _sections(alliance: Alliance, past: Past | None) -> QuerySet[Section]:
    """Return the sections of the documents that the alliance follows, or followed then. Every document has some."""
    documents: QuerySet[Any, Any] = (
        alliance.items.filter(archived_on=None).values("recommendation__document")
        if past is None
        else states_at(past).values("item__recommendation__document")
    )
    return (
        Section.objects.filter(document__in=documents, archived_on=None)
        .select_related("document")
        .order_by("document__position", "document__code", "position", "pk")
    )


def _section_choices(sections: Iterable[Section]) -> list[tuple[str, list[Pair]]]:
    grouped: dict[str, list[Pair]] = {}
    for row in sections:
        grouped.setdefault(str(row.document), []).append((section_key(row), f"– {row}" if row.parent_id else str(row)))
    return list(grouped.items())


def _owners(alliance: Alliance, past: Past | None, *, internal: bool) -> QuerySet[Organisation]:
    items: QuerySet[Any] = alliance.items.filter(archived_on=None) if past is None else states_at(past)
    if internal:
        return Organisation.objects.filter(pk__in=items.values("owner"))
    named = items.filter(**{"visibility" if past is None else "item__visibility": Visibility.NAMED})
    return Organisation.objects.filter(pk__in=named.values("owner"), visibility=Visibility.NAMED)
