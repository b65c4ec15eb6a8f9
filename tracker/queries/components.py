"""Reads about components: what each part of a point came to."""

from dataclasses import dataclass

from tracker.choices import ComponentVerdict
from tracker.models import Component, Item, Update


@dataclass(frozen=True)
class Part:
    """A component with the verdict of the update that the level rests on, or why it does not apply."""

    component: Component
    verdict: ComponentVerdict
    not_applicable: str = ""


def parts_of(item: Item, headline: Update | None) -> list[Part]:
    """Return the components of the item's point, in order; `headline` has its assessments loaded. Two queries."""
    verdicts = {row.component_id: row.verdict for row in headline.assessments.all()} if headline else {}
    excluded = {row.component_id: row.reason for row in item.components_not_applicable.filter(archived_on=None)}
    return [
        Part(
            component,
            ComponentVerdict(verdicts.get(component.pk, ComponentVerdict.NOT_ASSESSED)),
            str(excluded.get(component.pk, "")),
        )
        for component in item.recommendation.components.filter(archived_on=None)
    ]
