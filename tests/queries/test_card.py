"""Reads for the progress card: which indicators, what each rests on, and whose stars stand there."""

import datetime as dt
from typing import Any

import pytest

from tests import factories as make
from tests.conftest import LAW, NOW, STUDY, World, content
from tracker.actions.history import Act
from tracker.actions.progress import correct_update, publish_update, submit_update
from tracker.actions.safeguarding import take_down
from tracker.actions.statements import state_from_source
from tracker.choices import DocumentKind, Perspective, RecommendationKind
from tracker.models import Alliance, Item, Update
from tracker.permissions import SYSTEM
from tracker.queries.asof import end_of
from tracker.queries.card import Square, card, with_card

LATER = NOW + dt.timedelta(days=10)


def indicators(world: World, count: int = 2) -> list[Item]:
    """Return items on the indicators of a card, two goals."""
    document = make.DocumentFactory(code="card", kind=DocumentKind.PROGRESS_CARD)
    goals = [make.SectionFactory(document=document, code=f"G{number}", position=number) for number in (1, 2)]
    return [
        make.ItemFactory(
            alliance=world.alliance,
            recommendation=make.RecommendationFactory(
                section=goals[number % 2],
                reference=f"{number % 2 + 1}.{number}",
                kind=RecommendationKind.INDICATOR,
                position=number % 2 * 100 + number,
            ),
        )
        for number in range(count)
    ]


def squares(world: World, **when: Any) -> list[Square]:
    found = card(world.alliance, **({"today": NOW.date()} | when))
    return [square for goal in found for square in goal.squares]


def said_by_the_source(world: World, item: Item, **place: Any) -> Update:
    with Act("test_setup", actor=SYSTEM, at=NOW) as act:
        return state_from_source(
            act,
            item,
            organisation=world.organisations[4],
            perspective=Perspective.MONITORING_BODY,
            dated="2012",
            document=place.get("document", item.recommendation.document),
            place="p. 31",
            source_key=f"source-{item.pk}",
            done=make.texts("The card has a star here."),
        )


def test_card_holds_the_indicators_of_progress_cards_by_goal(world: World) -> None:
    items = indicators(world, 3)
    other = make.RecommendationFactory(section=world.items[0].recommendation.section, kind=RecommendationKind.INDICATOR)
    make.ItemFactory(alliance=world.alliance, recommendation=other)

    found = card(world.alliance, today=NOW.date())

    assert [(goal.section.code, [square.state.item_id for square in goal.squares]) for goal in found] == [
        ("G1", [items[0].pk, items[2].pk]),
        ("G2", [items[1].pk]),
    ]
    assert card(world.other_alliance, today=NOW.date()) == []


def test_square_counts_what_its_level_rests_on(world: World) -> None:
    first, second = indicators(world)
    world.published(first, new_evidence=(LAW, STUDY))
    world.published(second, perspective=Perspective.STATE)

    assert [(square.state.level, square.evidence) for square in squares(world)] == [
        ("under_way", 2),
        ("not_assessed", 0),
    ]


def test_square_tells_no_number_of_what_is_withheld(world: World) -> None:
    first, _second = indicators(world)
    take_down(world.published(first), reason="Look at it.", actor=world.actor("anna"), at=NOW)

    assert squares(world)[0].evidence == 0


def test_star_stands_for_published_work_of_a_member_with_evidence(world: World) -> None:
    first, second = indicators(world)
    starred = world.published(first, perspective=Perspective.MEMBER_NGO, level="")
    world.published(second, perspective=Perspective.MEMBER_NGO, level="", new_evidence=())
    world.submitted(second, by="boris", perspective=Perspective.MEMBER_NGO, level="")

    assert [square.stars for square in squares(world)] == [[starred], []]


def test_star_goes_with_its_words_and_with_its_correction(world: World) -> None:
    first, second = indicators(world)
    hidden, wrong = (world.published(item, perspective=Perspective.MEMBER_NGO, level="") for item in (first, second))
    take_down(hidden, reason="Look at it.", actor=world.actor("anna"), at=NOW)
    said = content(perspective=Perspective.MEMBER_NGO, level="", new_evidence=())
    anna = world.actor("anna")
    later = submit_update(correct_update(wrong, said, actor=anna, at=NOW), actor=anna, at=NOW)
    publish_update(later, actor=world.actor("boris"), at=NOW)

    assert [square.stars for square in squares(world)] == [[], []]


def test_star_of_the_source_is_what_it_says_in_the_card_itself(world: World) -> None:
    first, second = indicators(world)
    star = said_by_the_source(world, first)
    said_by_the_source(world, second, document=world.document)

    assert [(list(square.stars), list(square.kept)) for square in squares(world)] == [([], [star]), ([], [])]


def test_card_of_a_day_holds_what_was_published_by_then(world: World) -> None:
    first, _second = indicators(world)
    world.published(first, at=LATER)
    world.published(first, by="boris", reviewer="olga", perspective=Perspective.MEMBER_NGO, level="", at=LATER)

    then = squares(world, today=NOW.date(), past=end_of(world.alliance, NOW.date()))[0]
    now = squares(world, today=LATER.date(), past=end_of(world.alliance, LATER.date()))[0]

    assert (then.state.level, then.evidence, len(then.stars)) == ("not_assessed", 0, 0)
    assert (now.state.level, now.evidence, len(now.stars)) == ("under_way", 1, 1)


@pytest.mark.parametrize("count", [1, 3, 12])
def test_card_takes_the_same_queries_however_many_indicators(
    world: World, count: int, django_assert_num_queries: Any
) -> None:
    for item in indicators(world, count):
        world.published(item)

    with django_assert_num_queries(3):
        assert len(squares(world)) == count


def test_alliance_has_a_card_while_it_follows_an_indicator(world: World) -> None:
    assert [row.has_card for row in with_card(Alliance.objects.all())] == [False, False]  # type: ignore[attr-defined]

    first, second = indicators(world)
    with Act("test_setup", actor=SYSTEM, at=NOW) as act:
        act.change(act.lock(second), archived_on=NOW.date())
    assert {row.slug: row.has_card for row in with_card(Alliance.objects.all())} == {"abroad": False, "home": True}  # type: ignore[attr-defined]

    with Act("test_setup", actor=SYSTEM, at=NOW) as act:
        act.change(act.lock(first.recommendation), archived_on=NOW.date())
    assert {row.slug: row.has_card for row in with_card(Alliance.objects.all())} == {"abroad": False, "home": False}  # type: ignore[attr-defined]
