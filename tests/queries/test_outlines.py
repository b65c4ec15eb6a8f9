"""The outline of a document, with states in place."""

import datetime as dt

from tests import factories as make
from tests.conftest import World
from tracker.models import Recommendation
from tracker.queries.outlines import Heading, followed, outline, states_of

TODAY = dt.date(2026, 3, 2)


def shape(headings: list[Heading]) -> list[tuple[object, ...]]:
    return [
        (
            heading.section.code,
            [state.item.recommendation.reference for state in heading.states],
            shape(heading.children),
        )
        for heading in headings
    ]


def follow(world: World, **values: object) -> Recommendation:
    point: Recommendation = make.RecommendationFactory(**values)
    make.ItemFactory(alliance=world.alliance, recommendation=point)
    return point


def test_outline_puts_points_under_their_headings_and_leaves_empty_ones_out(world: World) -> None:
    top = make.SectionFactory(document=world.document, code="II")
    below = make.SectionFactory(document=world.document, code="II-a", parent=top)
    make.SectionFactory(document=world.document, code="III")
    follow(world, section=below, reference="4")

    found = outline(world.document, states_of(world.alliance, world.document, today=TODAY))

    assert shape(found) == [("I", ["C(1)", "C(2)", "C(3)"], []), ("II", [], [("II-a", ["4"], [])])]


def test_outline_keeps_points_whose_heading_was_archived(world: World) -> None:
    gone = make.SectionFactory(document=world.document, code="IV", archived_on=dt.date(2026, 1, 1))
    follow(world, section=gone, reference="9")

    found = outline(world.document, states_of(world.alliance, world.document, today=TODAY))

    assert shape(found)[-1] == ("IV", ["9"], [])


def test_states_of_are_the_alliances_own(world: World) -> None:
    assert [s.item for s in states_of(world.other_alliance, world.document, today=TODAY)] == [world.other_item]


def test_followed_documents_are_those_with_items_and_not_archived(world: World) -> None:
    make.DocumentFactory()
    gone = make.DocumentFactory(archived_on=dt.date(2026, 1, 1))
    follow(world, section=make.SectionFactory(document=gone))

    assert followed(world.alliance) == [world.document]
