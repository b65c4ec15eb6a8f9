"""Relations: two different points, once in each way, whichever end it was written from."""

from itertools import pairwise

import pytest

from tests import factories as make
from tests.actions.asserting import refuses
from tests.conftest import NOW, World
from tracker.actions.history import Act
from tracker.choices import MUTUAL_RELATIONS, READ_BACK, RelationKind
from tracker.errors import InvalidValue
from tracker.models import Relation
from tracker.permissions import SYSTEM


def add(source: object, target: object, kind: str = "same") -> None:
    with Act("test", actor=SYSTEM, at=NOW) as act:
        act.add(Relation(source=source, target=target, kind=kind, reason=make.texts("Why")))


def test_a_point_does_not_relate_to_itself(world: World) -> None:
    point = world.items[0].recommendation
    with refuses(InvalidValue, "does not relate to itself"):
        add(point, point)


@pytest.mark.parametrize("kind", RelationKind.values)
def test_two_points_are_related_in_one_way_once_from_whichever_end(world: World, kind: str) -> None:
    first, second = (item.recommendation for item in world.items[:2])
    add(first, second, kind)

    for ends in ((first, second), (second, first)):
        with refuses(InvalidValue, "related in this way already"):
            add(*ends, kind)


def test_two_points_are_related_in_several_ways_and_to_several_points(world: World) -> None:
    points = [item.recommendation for item in world.items]
    for pair in pairwise(points):
        for kind in ("narrower", "in_tension"):
            add(*pair, kind)

    assert Relation.objects.count() == 4


def test_kind_is_a_known_one(world: World) -> None:
    first, second = (item.recommendation for item in world.items[:2])
    with refuses(InvalidValue, "kind"):
        add(first, second, "broader")


def test_every_kind_is_mutual_or_has_words_for_the_way_back() -> None:
    assert sorted([*MUTUAL_RELATIONS, *READ_BACK]) == sorted(RelationKind.values)
