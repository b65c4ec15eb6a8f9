"""What each part of a point came to."""

from tests import factories as make
from tests.conftest import NOW, World
from tracker.actions.items import exclude_component
from tracker.choices import ComponentVerdict, Level
from tracker.queries.components import parts_of
from tracker.queries.progress import published


def test_parts_carry_the_headlines_verdict_or_why_they_do_not_apply(world: World) -> None:
    item = world.items[0]
    for letter in "abc":
        make.ComponentFactory(recommendation=item.recommendation, letter=letter)
    excluded = item.recommendation.components.get(letter="c")
    exclude_component(item, excluded, reason={"en": "Another region."}, actor=world.actor("staff"), at=NOW)
    world.published(item, level=Level.PARTLY_IMPLEMENTED, components={"a": ComponentVerdict.MET})

    found = parts_of(item, published(item)[0])

    assert [(part.component.letter, part.verdict, part.not_applicable) for part in found] == [
        ("a", ComponentVerdict.MET, ""),
        ("b", ComponentVerdict.NOT_ASSESSED, ""),
        ("c", ComponentVerdict.NOT_ASSESSED, "Another region."),
    ]


def test_parts_without_a_headline_are_not_assessed(world: World) -> None:
    make.ComponentFactory(recommendation=world.items[0].recommendation)

    assert [part.verdict for part in parts_of(world.items[0], None)] == [ComponentVerdict.NOT_ASSESSED]
