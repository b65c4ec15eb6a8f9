"""What a point relates to, read from both ends, with where the alliance stands."""

import datetime as dt
from typing import Any

from tests import factories as make
from tests.conftest import LAW, NOW, World
from tracker.actions.items import archive_item
from tracker.choices import DocumentKind, RecommendationKind, RelationKind
from tracker.models import Recommendation
from tracker.queries.asof import end_of
from tracker.queries.relations import Group, evidence_nearby, in_use, reference_outline, related_to

TODAY = dt.date(2026, 3, 2)


def article(reference: str = "3", code: str = "treaty", **values: Any) -> Recommendation:
    """Return a point of a document that nobody has to follow."""
    document = make.DocumentFactory(code=code, kind=DocumentKind.TREATY)
    point: Recommendation = make.RecommendationFactory(
        section=make.SectionFactory(document=document), reference=reference, kind=RecommendationKind.ARTICLE, **values
    )
    return point


def told(groups: list[Group]) -> list[tuple[str, list[tuple[str, str | None]]]]:
    return [
        (group.words, [(str(row.point), row.state.level if row.state else None) for row in group.related])
        for group in groups
    ]


def seen(world: World, point: Recommendation, **when: Any) -> list[tuple[str, list[tuple[str, str | None]]]]:
    found = related_to([point], world.alliance, **({"today": TODAY} | when))
    return told(found.get(point.pk, []))


def test_relations_are_read_from_both_ends_with_the_alliances_levels(world: World) -> None:
    first, second, third = (item.recommendation for item in world.items)
    world.published(world.items[1])
    make.RelationFactory(source=first, target=second, kind=RelationKind.NARROWER)
    make.RelationFactory(source=first, target=third, kind=RelationKind.SUPERSEDES)
    make.RelationFactory(source=third, target=first, kind=RelationKind.IN_TENSION)
    make.RelationFactory(source=third, target=first, kind=RelationKind.SAME)

    assert seen(world, first) == [
        ("Replaces", [("doc C(3)", "not_assessed")]),
        ("Asks for the same", [("doc C(3)", "not_assessed")]),
        ("Is a part of", [("doc C(2)", "under_way")]),
        ("Pulls the other way", [("doc C(3)", "not_assessed")]),
    ]
    assert seen(world, second) == [("Goes further than", [("doc C(1)", "not_assessed")])]
    assert seen(world, third) == [
        ("Is replaced by", [("doc C(1)", "not_assessed")]),
        ("Asks for the same", [("doc C(1)", "not_assessed")]),
        ("Pulls the other way", [("doc C(1)", "not_assessed")]),
    ]


def test_levels_are_the_alliances_own(world: World) -> None:
    world.published(world.items[0])
    there = article()
    make.RelationFactory(source=there, target=world.items[0].recommendation)

    found = related_to([there], world.other_alliance, today=TODAY)

    assert told(found[there.pk]) == [("Asks for the same", [("doc C(1)", "not_assessed")])]


def test_only_documents_that_are_followed_or_there_to_be_related_to_are_shown(world: World) -> None:
    here = world.items[0].recommendation
    make.RelationFactory(source=here, target=article())
    make.RelationFactory(source=here, target=make.RecommendationFactory())
    section = make.SectionFactory(document=world.document)
    unfollowed = make.RecommendationFactory(section=section, reference="9", position=9)
    make.RelationFactory(source=here, target=unfollowed)

    assert seen(world, here) == [("Asks for the same", [("doc 9", None), ("treaty 3", None)])]


def test_archived_relations_points_and_documents_are_left_out(world: World) -> None:
    here = world.items[0].recommendation
    make.RelationFactory(source=here, target=article(code="one"), archived_on=TODAY)
    make.RelationFactory(source=here, target=article(code="two", archived_on=TODAY))
    gone = article(code="three")
    make.RelationFactory(source=here, target=gone)
    with make.Act("test_setup", actor=make.SYSTEM, at=NOW) as act:
        act.change(act.lock(gone.document), archived_on=TODAY)

    assert seen(world, here) == []
    assert not in_use().exists()


def test_on_an_earlier_day_levels_and_relations_are_those_of_then(world: World) -> None:
    here, there = (item.recommendation for item in world.items[:2])
    later = NOW + dt.timedelta(days=10)
    make.RelationFactory(source=here, target=there, archived_on=later.date())
    world.published(world.items[1], at=later)
    then = end_of(world.alliance, NOW.date())

    assert seen(world, here, today=then.day, past=then) == [("Asks for the same", [("doc C(2)", "not_assessed")])]
    assert seen(world, here, today=later.date()) == []


def test_outline_of_a_reference_document_has_every_point_with_what_relates_to_it(world: World) -> None:
    there = article("3", position=3)
    other = make.RecommendationFactory(
        section=there.section, reference="4", position=4, kind=RecommendationKind.ARTICLE
    )
    make.RelationFactory(source=world.items[0].recommendation, target=there, kind=RelationKind.NARROWER)

    (heading,) = reference_outline(there.document, world.alliance, today=TODAY)

    assert heading.section == there.section
    assert [(point, told(groups)) for point, groups in heading.points] == [
        (there, [("Goes further than", [("doc C(1)", "not_assessed")])]),
        (other, []),
    ]


# --- Evidence that can serve again


def test_evidence_of_published_updates_on_related_items_is_near(world: World) -> None:
    here, there, other = world.items
    published = world.published(there)
    world.published(other)
    make.RelationFactory(source=there.recommendation, target=here.recommendation, kind=RelationKind.NARROWER)

    assert list(evidence_nearby(here, world.actor("anna"))) == list(published.evidence.all())
    assert list(evidence_nearby(there, world.actor("anna"))) == []
    assert not evidence_nearby(here, world.actor("nobody")).exists()
    assert not evidence_nearby(here, world.actor("eve")).exists()


def test_drafts_archived_items_and_archived_relations_lend_no_evidence(world: World) -> None:
    here, there, other = world.items
    world.submitted(there, new_evidence=(LAW,))
    make.RelationFactory(source=here.recommendation, target=there.recommendation)
    world.published(other)
    make.RelationFactory(source=here.recommendation, target=other.recommendation, archived_on=TODAY)
    make.RelationFactory(source=here.recommendation, target=other.recommendation, kind=RelationKind.NARROWER)
    archive_item(other, reason="Followed no longer", actor=world.actor("staff"), at=NOW)

    assert not evidence_nearby(here, world.actor("anna")).exists()
