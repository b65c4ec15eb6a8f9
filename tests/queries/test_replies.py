"""Reads about a questionnaire: the State's word on each question, and what it bears on."""

import datetime as dt
from typing import Any

import pytest

from tests import factories as make
from tests.conftest import NOW, World
from tracker.actions.history import Act
from tracker.actions.safeguarding import take_down
from tracker.actions.statements import add_bearing, state_from_source
from tracker.choices import Perspective, RecommendationKind
from tracker.models import Document, Item, Update
from tracker.permissions import SYSTEM
from tracker.queries.asof import end_of
from tracker.queries.items import current
from tracker.queries.replies import Reply, answered, replies

LATER = NOW + dt.timedelta(days=10)


def questions(world: World, count: int = 2) -> tuple[Document, list[Item]]:
    section = make.SectionFactory(document=make.DocumentFactory(code="asks", kind="questionnaire"))
    points = [
        make.RecommendationFactory(
            section=section, reference=f"{number}.1", position=number, kind=RecommendationKind.QUESTION
        )
        for number in range(1, count + 1)
    ]
    return section.document, [make.ItemFactory(alliance=world.alliance, recommendation=point) for point in points]


def reply(
    world: World,
    item: Item,
    dated: str = "2017",
    at: dt.datetime = NOW,
    by: str = Perspective.STATE,
    said: str = "Yes.",
) -> Update:
    with Act("test_setup", actor=SYSTEM, at=at) as act:
        return state_from_source(
            act,
            item,
            organisation=world.organisations[4],
            perspective=by,
            dated=dated,
            document=item.recommendation.document,
            place="l. 1",
            source_key=f"{item.pk}-{dated}-{by}",
            done=make.texts(said),
        )


def found(world: World, document: Document, **when: Any) -> list[Reply]:
    day = {"today": NOW.date()} | when
    states = current(world.alliance, **day).filter(item__recommendation__document=document)
    return replies(world.alliance, states, past=when.get("past"))


def test_replies_give_the_states_latest_word_on_each_question(world: World) -> None:
    document, (first, second, _third) = questions(world, 3)
    reply(world, first, "2017")
    latest = reply(world, first, "2021")
    reply(world, second, by=Perspective.MONITORING_BODY)
    world.submitted(second, perspective=Perspective.STATE, level="")

    assert [row.said for row in found(world, document)] == [latest, None, None]
    assert answered(world.alliance, document) == 1
    assert answered(world.other_alliance, document) == 0


def test_replies_tell_what_they_bear_on(world: World) -> None:
    document, (first, _second) = questions(world)
    said = reply(world, first)
    kept, _gone = (
        add_bearing(said, item, reason=make.texts("The same law."), actor=SYSTEM, at=NOW) for item in world.items[:2]
    )
    with Act("test_setup", actor=SYSTEM, at=NOW) as act:
        act.change(act.lock(world.items[1]), archived_on=NOW.date())

    assert [row.bearings for row in found(world, document)] == [[kept], []]


def test_reply_that_is_withheld_is_there_without_its_words_and_bearings(world: World) -> None:
    document, (first, _second) = questions(world)
    said = reply(world, first)
    add_bearing(said, world.items[0], reason=make.texts("The same law."), actor=SYSTEM, at=NOW)
    take_down(said, reason="Look at it.", actor=world.actor("anna"), at=NOW)

    shown = found(world, document)[0]

    assert shown.said is not None
    assert (shown.said.withheld, str(shown.said.done), shown.bearings) == (True, "", [])


def test_replies_of_a_day_are_those_of_then(world: World) -> None:
    document, (first, _second) = questions(world)
    said = reply(world, first)
    bearing = add_bearing(said, world.items[0], reason=make.texts("The same law."), actor=SYSTEM, at=LATER)
    reply(world, first, "2021", at=LATER)

    past = end_of(world.alliance, NOW.date())
    then = found(world, document, past=past)[0]
    later = found(world, document, today=LATER.date(), past=end_of(world.alliance, LATER.date()))[0]

    assert (then.said, then.bearings) == (said, [])
    assert later.said is not None
    assert (later.said.period_to, later.bearings) == ("2021", [])
    assert bearing.pk
    assert answered(world.alliance, document, past=past) == 1


@pytest.mark.parametrize("count", [1, 3])
def test_replies_take_the_same_queries_for_any_number_of_questions(
    world: World, count: int, django_assert_num_queries: Any
) -> None:
    document, items = questions(world, count)
    for item in items:
        add_bearing(reply(world, item), world.items[0], reason=make.texts("x"), actor=SYSTEM, at=NOW)

    # The states, the replies, what they bear on.
    with django_assert_num_queries(3):
        assert all(row.bearings for row in found(world, document))
