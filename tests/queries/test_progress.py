"""Reads about updates."""

import dataclasses
import datetime as dt

from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import factories as make
from tests.conftest import LAW, NOW, STUDY, World, content
from tracker.actions.items import exclude_component
from tracker.actions.progress import correct_update, publish_update, submit_update
from tracker.actions.requests import draft_request, send_request
from tracker.actions.statements import add_bearing
from tracker.choices import Level, Perspective
from tracker.models import Item, Quotation, Request, Update
from tracker.permissions import SYSTEM
from tracker.queries.progress import (
    accounts,
    applicable_components,
    assessed_components,
    bearing_on,
    latest,
    published,
    sources_of,
    voices,
)
from tracker.workflow import ComponentResult, Source

DAY = dt.timedelta(days=1)


def test_sources_of_gives_kind_and_publisher(world: World) -> None:
    update = world.draft(new_evidence=(LAW, STUDY))

    assert sorted(sources_of(update), key=str) == [
        Source("law", "Official gazette"),
        Source("research", "University"),
    ]


def test_applicable_components_leave_out_what_is_archived_or_excluded_here(world: World) -> None:
    point = world.items[0].recommendation
    first, away, last = (make.ComponentFactory(recommendation=point, letter=letter) for letter in "abc")
    make.ComponentFactory(recommendation=point, letter="d", archived_on=NOW.date())
    make.ComponentFactory(recommendation=world.items[1].recommendation, letter="a")
    exclude_component(world.items[0], away, reason={"en": "Elsewhere."}, actor=SYSTEM, at=NOW)

    assert set(applicable_components(world.items[0])) == {first, last}
    assert set(applicable_components(world.other_item)) == {first, away, last}


def test_assessed_components_are_not_assessed_where_the_update_says_nothing(world: World) -> None:
    point = world.items[0].recommendation
    make.ComponentFactory(recommendation=point, letter="a", layer="structure", position=1)
    make.ComponentFactory(recommendation=point, letter="b", layer="process", required=False, position=2)
    update = world.draft(components={"a": "partly_met"})

    assert assessed_components(update) == [
        ComponentResult("structure", True, "partly_met"),
        ComponentResult("process", False, "not_assessed"),
    ]


def test_published_gives_what_is_published_latest_first(world: World) -> None:
    first, later = world.published(), world.published(at=NOW + DAY)
    world.submitted()
    world.published(world.items[1])

    assert published(world.items[0]) == [later, first]


def test_published_takes_the_same_queries_for_one_and_for_three(world: World) -> None:
    make.ComponentFactory(recommendation=world.items[0].recommendation, letter="a")
    counts = []
    for number in range(3):
        update = world.published(
            at=NOW + number * DAY,
            components={"a": "met"},
            requests=(sent_letter(world),),
            new_evidence=(LAW, dataclasses.replace(STUDY, address="", document=world.document)),
        )
        add_bearing(update, world.items[1], reason={"en": "About it."}, actor=SYSTEM, at=NOW)
        if number:
            with make.Act("test_setup", actor=SYSTEM, at=NOW) as act:
                act.add(Quotation(alliance=world.alliance, update=update, text="Quoted."))
        with CaptureQueriesContext(connection) as queries:
            shown = [everything_shown(row) for row in published(world.items[0])]
        assert len(shown) == number + 1
        counts.append(len(queries))

    assert len(set(counts)) == 1
    assert counts[0] <= 10


def sent_letter(world: World) -> Request:
    anna, letter = world.actor("anna"), {"subject": "A question", "letter": "Dear Sir or Madam,", "language": "en"}
    drafted = draft_request(world.items[0], world.organisations[4], **letter, actor=anna, at=NOW)
    return send_request(drafted, sent_on=NOW.date(), due_on=NOW.date() + 30 * DAY, actor=anna, at=NOW)


def everything_shown(update: Update) -> object:
    return (
        [f"{letter.organisation}{letter.duty_bearer}{letter.sent_on}" for letter in update.requests.all()],
        update.quotation.text if hasattr(update, "quotation") else "",
        str(update.organisation),
        str(update.publisher_organisation),
        [str(evidence.document) for evidence in update.evidence.all()],
        [str(assessment.component) for assessment in update.assessments.all()],
        [bearing.item.recommendation.document.code for bearing in update.bears_on.all()],
    )


def levels(item: Item) -> dict[str, str]:
    return {account.perspective: account.level for account in accounts(item)}


def state_account(item: Item) -> tuple[str, str]:
    return next((row.level, row.period_to) for row in accounts(item) if row.perspective == Perspective.STATE)


def test_current_levels_are_the_latest_of_each_perspective(world: World) -> None:
    item = world.items[0]
    assert levels(item) == {}
    world.published(level=Level.ANNOUNCED)
    world.published(at=NOW + DAY)
    world.published(at=NOW + 2 * DAY, level="")
    world.published(at=NOW + 3 * DAY, perspective=Perspective.STATE, level=Level.PARTLY_IMPLEMENTED)
    world.submitted(level=Level.CONTRARY)

    assert levels(item) == {"alliance": "under_way", "state": "partly_implemented"}


def test_current_levels_of_other_perspectives_are_those_of_the_latest_period(world: World) -> None:
    item = world.items[0]
    world.published(level=Level.ANNOUNCED, period_to="2025")
    world.published(level=Level.UNDER_WAY, period_to="2020", at=NOW + DAY)
    state = {"perspective": Perspective.STATE}
    world.published(level=Level.PARTLY_IMPLEMENTED, period_to="2025-06", **state)
    world.published(level=Level.ANNOUNCED, period_to="2017-10", at=NOW + DAY, **state)

    assert levels(item) == {"alliance": "under_way", "state": "partly_implemented"}
    assert state_account(item) == ("partly_implemented", "2025-06")

    world.published(level=Level.NO_ACTION, period_to="2025-06-30", search_note={"en": "Asked."}, at=NOW + DAY, **state)
    assert state_account(item) == ("no_action", "2025-06-30")


def test_each_member_ngo_speaks_for_itself(world: World) -> None:
    ngo = {"perspective": Perspective.MEMBER_NGO, "level": Level.ANNOUNCED}
    ours = world.published(**ngo)
    theirs = world.published(by="boris", reviewer="clara", at=NOW + DAY, **ngo)
    later = world.published(at=NOW + 2 * DAY, **ngo)

    assert accounts(world.items[0]) == [later, theirs]
    assert ours not in voices(reversed(published(world.items[0])))


def test_voice_is_heard_by_the_update_that_gives_its_level(world: World) -> None:
    levelled = world.published(period_to="2025")
    world.published(period_to="2026", level="", at=NOW + DAY)
    silent = world.published(perspective=Perspective.STATE, level="", at=NOW + DAY)

    assert voices(reversed(published(world.items[0]))) == [levelled, silent]


def test_voices_are_the_accounts_that_stand(world: World) -> None:
    ours = world.published(period_to="2025")
    state = {"perspective": Perspective.STATE, "level": ""}
    newer = world.published(period_to="2025-06", **state)
    world.published(period_to="2017-10", at=NOW + DAY, **state)
    assert voices(reversed(published(world.items[0]))) == [ours, newer]

    anna = world.actor("anna")
    older = correct_update(newer, content(period_to="2015", **state), actor=anna, at=NOW + DAY)
    older = publish_update(submit_update(older, actor=anna, at=NOW + DAY), actor=world.actor("boris"), at=NOW + DAY)
    assert [voice.period_to for voice in voices(reversed(published(world.items[0])))] == ["2025", "2017-10"]


def test_what_the_catalogue_took_out_is_neither_latest_nor_bearing(world: World) -> None:
    away, item = world.items[0], world.items[1]
    update = world.published(away)
    add_bearing(update, item, reason={"en": "About it."}, actor=SYSTEM, at=NOW)
    assert (latest(world.alliance, 5), len(bearing_on(item))) == ([update], 1)

    with make.Act("test_setup", actor=SYSTEM, at=NOW) as act:
        act.change(away.recommendation, archived_on=NOW.date())

    assert (latest(world.alliance, 5), bearing_on(item)) == ([], [])
