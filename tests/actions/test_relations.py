"""Relations from the file and by hand: twice is once, what staff decided stays, and nobody else decides."""

from functools import partial
from typing import Any

import pytest

from tests import factories as make
from tests.actions.asserting import actors, last_entry, opened, outcomes, refuses, story
from tests.conftest import NOW, World, everything
from tracker.actions.relations import archive_relation, load_relations, relate_points
from tracker.choices import RelationKind
from tracker.errors import Conflict, InvalidValue
from tracker.importer.fields import Point
from tracker.importer.relations import RelationEntry
from tracker.models import Recommendation, Relation
from tracker.models.base import texts
from tracker.permissions import SYSTEM
from tracker.queries.verify import verify

WHY, OTHER = make.texts("Why"), make.texts("Another reason")


@pytest.fixture
def points(world: World) -> list[Recommendation]:
    """A point of the alliances' document, and two of another one."""
    section = make.SectionFactory(document=make.DocumentFactory(code="treaty"))
    others = [make.RecommendationFactory(section=section, reference=str(n), position=n) for n in (1, 2)]
    return [world.items[0].recommendation, *others]


def entry(*ends: Recommendation, kind: str = "narrower", reason: Any = WHY) -> RelationEntry:
    source, target = (Point(row.document.code, row.reference) for row in ends)
    return RelationEntry(source, target, kind, reason)


def load(*entries: RelationEntry) -> None:
    load_relations(entries, actor=SYSTEM, at=NOW)


def stored() -> list[tuple[Any, ...]]:
    return [
        (row.source, row.target, row.kind, texts(row.reason), row.archived_on)
        for row in Relation.objects.order_by("pk")
    ]


# --- From the file


def test_load_stores_what_the_file_says_and_verifies(points: list[Recommendation]) -> None:
    here, first, second = points

    load(entry(here, first), entry(here, second, kind="same"))

    assert stored() == [(here, first, "narrower", WHY, None), (here, second, "same", WHY, None)]
    assert verify().faults == []


def test_load_twice_writes_nothing(points: list[Recommendation]) -> None:
    here, first, second = points
    told = (entry(here, first), entry(here, second, kind="same"))
    load(*told)
    before = everything()

    load(*told)

    assert everything() == before


def test_load_changes_a_reason_and_a_direction_with_old_and_new(points: list[Recommendation]) -> None:
    here, there, _ = points
    load(entry(here, there))

    load(entry(there, here, reason=OTHER))

    assert stored() == [(there, here, "narrower", OTHER, None)]
    assert story(Relation.objects.get())[1:] == [
        (
            "import_catalogue",
            {
                "source": (str(here.uuid), str(there.uuid)),
                "target": (str(there.uuid), str(here.uuid)),
                "reason": (WHY, OTHER),
            },
        )
    ]


def test_load_archives_what_the_file_lost_and_brings_it_back(points: list[Recommendation]) -> None:
    here, first, second = points
    load(entry(here, first), entry(here, second))

    load(entry(here, second))
    assert [row[-1] for row in stored()] == [NOW.date(), None]

    load(entry(here, first), entry(here, second))
    assert [row[-1] for row in stored()] == [None, None]


def test_load_leaves_what_the_staff_decided(points: list[Recommendation], world: World) -> None:
    here, first, second = points
    load(entry(here, first))
    archive_relation(Relation.objects.get(), reason="Not so.", actor=world.actor("root"), at=NOW)
    relate_points(here, second, RelationKind.SAME, reason=OTHER, actor=world.actor("root"), at=NOW)
    before = everything()

    load(entry(here, first), entry(here, second, kind="same"))
    load(entry(here, first))

    assert everything() == before


# --- By hand


def test_relate_points_stores_it_with_its_history(points: list[Recommendation], world: World) -> None:
    here, there, _ = points

    made = relate_points(here, there, RelationKind.SUPERSEDES, reason=WHY, actor=world.actor("root"), at=NOW)

    assert stored() == [(here, there, "supersedes", WHY, None)]
    assert story(made) == [
        (
            "relate_points",
            {
                "source": (None, str(here.uuid)),
                "target": (None, str(there.uuid)),
                "kind": (None, "supersedes"),
                "reason": (None, WHY),
            },
        )
    ]
    assert last_entry().log == "installation"


@pytest.mark.parametrize(("kind", "turned"), [("same", False), ("narrower", True)])
def test_archived_relation_returns_in_the_new_direction(
    points: list[Recommendation], world: World, kind: str, turned: bool
) -> None:
    here, there, _ = points
    root = world.actor("root")
    made = relate_points(here, there, RelationKind(kind), reason=WHY, actor=root, at=NOW)
    archive_relation(made, reason="Not so.", actor=root, at=NOW)

    again = relate_points(there, here, RelationKind(kind), reason=OTHER, actor=root, at=NOW)

    ends = (there, here) if turned else (here, there)
    assert (again.pk, stored()) == (made.pk, [(*ends, kind, OTHER, None)])


def test_relate_points_refuses(points: list[Recommendation], world: World) -> None:
    here, there, other = points
    gone = make.RecommendationFactory(archived_on=NOW.date())
    make.RelationFactory(source=there, target=here)
    act = partial(relate_points, reason=WHY, actor=world.actor("root"), at=NOW)

    with refuses(InvalidValue, "what is the same"):
        relate_points(here, other, RelationKind.SAME, reason={"en": " "}, actor=world.actor("root"), at=NOW)
    with refuses(InvalidValue, "archived point"):
        act(here, gone, RelationKind.SAME)
    with refuses(InvalidValue, "only replace another"):
        act(there, other, RelationKind.SAME)
    with refuses(InvalidValue, "related in this way already"):
        act(here, there, RelationKind.SAME)


def test_archive_relation_keeps_the_reason(world: World) -> None:
    made = make.RelationFactory()

    archived = archive_relation(made, reason=" Read again. ", actor=world.actor("root"), at=NOW)

    assert archived.archived_on == NOW.date()
    assert story(made)[-1] == ("archive_relation", {"archived_on": (None, "2026-03-02")})
    assert opened(last_entry())["@reason"] == (None, "Read again.")


def test_archive_relation_refuses(world: World) -> None:
    root, made = world.actor("root"), make.RelationFactory()

    with refuses(InvalidValue, "Say why"):
        archive_relation(made, reason=" ", actor=root, at=NOW)
    with refuses(Conflict):
        archive_relation(made, reason="So.", actor=root, at=NOW, version=made.version + 1)
    archive_relation(made, reason="So.", actor=root, at=NOW)
    with refuses(InvalidValue, "archived already"):
        archive_relation(made, reason="So.", actor=root, at=NOW)


def test_only_the_installations_staff_relates_points(points: list[Recommendation], world: World) -> None:
    here, there, other = points
    made = make.RelationFactory(source=here, target=other)
    people = actors(world)

    found = outcomes(
        {
            (name, act): partial(call, actor=actor, at=NOW)
            for name, actor in people.items()
            for act, call in {
                "relate": partial(relate_points, here, there, RelationKind.SAME, reason=WHY),
                "archive": partial(archive_relation, made, reason="So."),
                "load": partial(load_relations, [entry(here, there)]),
            }.items()
        }
    )

    assert found == {
        (name, act): "done" if name in ("root", "system") else "NotAllowed"
        for name in people
        for act in ("relate", "archive", "load")
    }
