"""What is disputed, by whom: each member NGO, the ombudsperson, the UN each with their own word."""

import datetime as dt
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.conftest import NOW, World
from tracker.actions.items import name_dispute, set_lifecycle
from tracker.actions.statements import add_bearing
from tracker.choices import Level, Perspective, PointAtIssue
from tracker.models import Item
from tracker.permissions import SYSTEM
from tracker.queries.disputes import Dispute, dispute_of
from tracker.queries.progress import accounts

DAY = dt.timedelta(days=1)


def fresh(item: Item) -> Item:
    return Item.objects.select_related("recommendation", "alliance").get(pk=item.pk)


def found(item: Item) -> Dispute | None:
    return dispute_of(fresh(item), accounts(item))


def said(world: World, perspective: Perspective, level: str, **options: Any) -> Any:
    return world.published(perspective=perspective, level=level, search_note={"en": "Asked."}, **options)


def test_every_side_of_a_dispute_is_heard_for_itself(world: World) -> None:
    ours = world.published()
    ngo = said(world, Perspective.MEMBER_NGO, Level.UNDER_WAY)
    other = said(world, Perspective.MEMBER_NGO, Level.ANNOUNCED, by="boris", reviewer="clara")
    state = said(world, Perspective.STATE, Level.IMPLEMENTED)
    panel = said(world, Perspective.UN_BODY, Level.ANNOUNCED)
    office = said(world, Perspective.OMBUDSPERSON, Level.NO_ACTION)
    silent = said(world, Perspective.MONITORING_BODY, Level.NO_INFORMATION)

    dispute = found(world.items[0])

    assert dispute is not None
    assert (dispute.sides, dispute.point, str(dispute.note)) == ([ours, ngo, other, state, panel, office], "", "")
    assert silent in accounts(world.items[0])


def test_agreement_and_silence_dispute_nothing(world: World) -> None:
    world.published()
    said(world, Perspective.STATE, Level.UNDER_WAY)
    said(world, Perspective.UN_BODY, Level.NO_INFORMATION)
    said(world, Perspective.OMBUDSPERSON, "")

    assert found(world.items[0]) is None


def test_point_at_issue_is_told_until_the_dispute_ends(world: World) -> None:
    world.published()
    said(world, Perspective.STATE, Level.PARTLY_IMPLEMENTED)
    note = {"en": "On paper or in practice."}
    name_dispute(world.items[0], PointAtIssue.EFFECT, note=note, actor=world.actor("boris"), at=NOW)

    dispute = found(world.items[0])
    assert dispute is not None
    assert (dispute.point, str(dispute.note)) == ("The effect in practice", "On paper or in practice.")

    said(world, Perspective.STATE, Level.UNDER_WAY, at=NOW + DAY)
    item = fresh(world.items[0])
    assert (found(item), item.disputed, item.dispute_point, str(item.dispute_note)) == (None, False, "", "")


def test_item_that_is_not_followed_any_more_disputes_nothing(world: World) -> None:
    world.published()
    said(world, Perspective.STATE, Level.IMPLEMENTED)
    set_lifecycle(fresh(world.items[0]), "superseded", reason={"en": "A new law."}, actor=world.actor("staff"), at=NOW)

    assert fresh(world.items[0]).disputed
    assert found(world.items[0]) is None


def test_what_another_item_says_in_passing_takes_no_side(world: World) -> None:
    world.published()
    update = said(world, Perspective.STATE, Level.IMPLEMENTED, item=world.items[1])
    add_bearing(update, world.items[0], reason={"en": "The same law."}, actor=SYSTEM, at=NOW)

    assert found(world.items[0]) is None


def test_one_perspective_and_three_take_the_same_queries(world: World) -> None:
    counts = []
    for perspective in (Perspective.ALLIANCE, Perspective.STATE, Perspective.UN_BODY):
        said(world, perspective, Level.UNDER_WAY if perspective == Perspective.ALLIANCE else Level.IMPLEMENTED)
        item = fresh(world.items[0])
        with CaptureQueriesContext(connection) as queries:
            dispute_of(item, accounts(item))
        counts.append(len(queries))

    assert counts == [1, 1, 1]
