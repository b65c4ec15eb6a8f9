"""Reads about components: what each part of a point came to."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q

from tracker.choices import ComponentVerdict
from tracker.models import Component, Item, ItemComponent, Update
from tracker.queries.asof import Past, not_yet_archived, set_back


@dataclass(frozen=True)
class Part:
    """A component with the verdict of the update that the level rests on, or why it does not apply."""

    component: Component
    verdict: ComponentVerdict
    not_applicable: str = ""


def parts_of(item: Item, headline: Update | None, *, past: Past | None = None) -> list[Part]:
    """Return the components of the item's point, in order, as they are or were then; `headline` has its assessments
    loaded. Two queries now.
    """
    verdicts = {row.component_id: row.verdict for row in headline.assessments.all()} if headline else {}
    excluded = {row.component_id: row.reason for row in _not_applicable(item, past)}
    components = item.recommendation.components
    return [
        Part(
            component,
            ComponentVerdict(verdicts.get(component.pk, ComponentVerdict.NOT_ASSESSED)),
            str(excluded.get(component.pk, "")),
        )
        for component in components.filter(not_yet_archived(past) if past else Q(archived_on=None))
    ]


def _not_applicable(item: Item, past: Past | None) -> Iterable[ItemComponent]:
    if past is None:
        return item.components_not_applicable.filter(archived_on=None)
    then = set_back(item.components_not_applicable.all(), ("reason", "archived_on"), past)
    return [row for row in then if row.archived_on is None]
