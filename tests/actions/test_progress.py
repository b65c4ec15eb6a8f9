"""The cycle of an update: what each act changes, tells and refuses."""

import datetime as dt
from typing import Any

import pytest

from tests import factories as make
from tests.actions.asserting import last_entry, opened, refuses, story
from tests.conftest import LAW, NOW, STUDY, World, content, everything
from tracker.actions.progress import (
    correct_update,
    discard_update,
    edit_draft,
    publish_update,
    return_update,
    submit_update,
)
from tracker.choices import Level, RecommendationKind, UpdateState
from tracker.errors import Conflict, InvalidValue, WrongState
from tracker.models import HistoryEntry, Item, Update

LATER = NOW + dt.timedelta(days=40)


def fresh(item: Item) -> Item:
    return Item.objects.get(pk=item.pk)


# --- Drafts


def test_draft_update_stores_everything_in_one_act(world: World) -> None:
    make.ComponentFactory(recommendation=world.items[0].recommendation, letter="a")

    draft = world.draft(components={"a": "met"}, new_evidence=(LAW, STUDY))

    entries = list(HistoryEntry.objects.filter(action="draft_update").values_list("object_kind", "request_id"))
    assert (draft.state, draft.author.username, draft.organisation) == ("draft", "anna", world.organisations[0])
    assert sorted(kind for kind, _ in entries) == ["assessment", "evidence", "evidence", "update"]
    assert len({request for _, request in entries}) == 1
    assert fresh(world.items[0]).level == "not_assessed"
    told = story(draft)[0][1]
    assert told["level"] == (None, "under_way")
    assert told["done"][1] == content().done
    assert told["evidence"] == (None, sorted(str(row.uuid) for row in draft.evidence.all()))


def test_a_draft_may_be_as_incomplete_as_it_is(world: World) -> None:
    draft = world.draft(done={}, level=Level.IMPLEMENTED, new_evidence=())

    assert draft.state == "draft"


def test_one_open_draft_for_each_organisation_and_item(world: World) -> None:
    world.draft()

    with refuses(InvalidValue, "Your organisation already has an open draft on this item."):
        world.draft(by="olga")
    world.draft(by="boris")
    world.draft(world.items[1])
    assert Update.objects.count() == 3


def test_after_submitting_a_new_draft_may_begin(world: World) -> None:
    world.submitted()

    assert world.draft(by="olga").state == "draft"


@pytest.mark.parametrize("after", [UpdateState.SUBMITTED, UpdateState.DISCARDED])
def test_the_open_draft_is_the_one_not_yet_submitted(world: World, after: str) -> None:
    first = world.draft()
    if after == UpdateState.SUBMITTED:
        submit_update(first, actor=world.actor("anna"), at=NOW)
    else:
        discard_update(first, reason="Double", actor=world.actor("anna"), at=NOW)

    assert world.draft().pk != first.pk


def test_questions_take_no_level(world: World) -> None:
    question = make.RecommendationFactory(
        section=world.items[0].recommendation.section, kind=RecommendationKind.QUESTION
    )
    item = make.ItemFactory(alliance=world.alliance, recommendation=question)

    with refuses(InvalidValue, "A question holds replies and never a level."):
        world.draft(item)
    draft = world.draft(item, level="")
    with refuses(InvalidValue, "never a level"):
        edit_draft(draft, content(level=Level.ANNOUNCED), actor=world.actor("anna"), at=NOW)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"period_to": "spring"}, "period to"),
        ({"period_from": "2026-02-30"}, "period from"),
        ({"level": "splendid"}, "proposed level"),
        ({"perspective": "press"}, "perspective"),
        ({"components": {"z": "met"}}, "has no component z"),
        ({"verify_by": "soon"}, "verify by"),
    ],
)
def test_values_that_the_record_cannot_hold_are_refused(world: World, values: dict[str, Any], words: str) -> None:
    with refuses(InvalidValue, words):
        world.draft(**values)
    draft = world.draft()
    with refuses(InvalidValue, words):
        edit_draft(draft, content(**values), actor=world.actor("anna"), at=NOW)


def test_edit_draft_replaces_all_that_it_says(world: World) -> None:
    make.ComponentFactory(recommendation=world.items[0].recommendation, letter="a")
    make.ComponentFactory(recommendation=world.items[0].recommendation, letter="b")
    draft = world.draft(components={"a": "met", "b": "not_met"}, remains={"en": "The rest."})
    law = draft.evidence.get()

    edited = edit_draft(
        draft,
        content(level=Level.ANNOUNCED, evidence=(law,), new_evidence=(STUDY,), components={"b": "met"}),
        actor=world.actor("olga"),
        at=NOW,
    )

    assert edited.level == "announced"
    assert edited.evidence.count() == 2
    assert dict(edited.assessments.values_list("component__letter", "verdict")) == {"a": "not_assessed", "b": "met"}
    told = story(draft)[1][1]
    assert told.keys() == {"level", "remains", "evidence", "writers"}
    assert told["remains"] == ({"en": "The rest."}, {})
    assert opened(HistoryEntry.objects.filter(action="edit_draft").latest("id"))["@actor"][1]["name"].startswith("Olga")


def test_edit_draft_with_the_same_content_writes_nothing(world: World) -> None:
    draft = world.draft()
    before = everything()

    edit_draft(draft, content(evidence=draft.evidence.all(), new_evidence=()), actor=world.actor("anna"), at=LATER)

    assert everything() == before


@pytest.mark.parametrize("first", [{"level": Level.ANNOUNCED}, {"components": {"a": "met"}}])
def test_two_editors_the_second_is_told(world: World, first: dict[str, Any]) -> None:
    make.ComponentFactory(recommendation=world.items[0].recommendation, letter="a")
    draft = world.draft(components={"a": "not_met"})
    same = {"evidence": tuple(draft.evidence.all()), "new_evidence": ()}
    edit_draft(
        draft,
        content(**({"components": {"a": "not_met"}} | same | first)),
        actor=world.actor("anna"),
        at=NOW,
        version=draft.version,
    )

    with refuses(Conflict, "Someone else changed this"):
        edit_draft(draft, content(level=""), actor=world.actor("olga"), at=NOW, version=draft.version)


@pytest.mark.parametrize("step", ["submit", "return", "publish", "discard"])
def test_every_step_refuses_what_was_read_before_a_change(world: World, step: str) -> None:
    update = world.draft()
    steps = {
        "submit": lambda: submit_update(update, actor=world.actor("anna"), at=NOW, version=99),
        "discard": lambda: discard_update(update, reason="x", actor=world.actor("anna"), at=NOW, version=99),
        "return": lambda: return_update(update, reason="x", actor=world.actor("boris"), at=NOW, version=99),
        "publish": lambda: publish_update(update, actor=world.actor("boris"), at=NOW, version=99),
    }
    with refuses(Conflict):
        steps[step]()


# --- Submitting, returning, discarding


def test_submit_update_hands_it_to_reviewers(world: World) -> None:
    draft = world.draft()

    update = submit_update(draft, actor=world.actor("olga"), at=LATER)

    assert (update.state, update.submitted_at) == ("submitted", LATER)
    told = story(draft)[1][1]
    assert story(draft)[1:] == [
        (
            "submit_update",
            {
                "state": ("draft", "submitted"),
                "submitted_at": (None, "2026-04-11T09:00:00.000000Z"),
                "writers": told["writers"],
            },
        )
    ]
    anna, olga = (str(world.users[name].uuid) for name in ("anna", "olga"))
    assert told["writers"] == ([anna], sorted([anna, olga]))


def test_submit_update_asks_for_what_was_done_or_searched(world: World) -> None:
    draft = world.draft(done={"en": ""}, level="")

    with refuses(InvalidValue, "Write what was done and by whom"):
        submit_update(draft, actor=world.actor("anna"), at=NOW)
    edit_draft(draft, content(done={}, search_note={"en": "Asked."}), actor=world.actor("anna"), at=NOW)
    assert submit_update(draft, actor=world.actor("anna"), at=NOW).state == "submitted"


def test_return_update_gives_the_reason_and_the_author_answers(world: World) -> None:
    update = return_update(world.submitted(), reason="Which page?", actor=world.actor("clara"), at=NOW)
    assert (update.state, update.return_reason) == ("returned", "Which page?")
    assert opened(last_entry())["@reason"] == (None, "Which page?")

    edit_draft(update, content(period_to="2026-03"), actor=world.actor("anna"), at=NOW)
    again = submit_update(update, actor=world.actor("anna"), at=NOW)

    assert (again.state, again.return_reason, again.period_to) == ("submitted", "", "2026-03")


def test_return_update_takes_back_the_first_approval(world: World) -> None:
    update = world.published(level=Level.IMPLEMENTED, new_evidence=(LAW, STUDY))
    assert (update.state, update.publisher.username, update.evidence_grade) == ("awaiting_second", "boris", 3)

    update = return_update(update, reason="The study is older than the law.", actor=world.actor("clara"), at=NOW)

    assert (update.publisher, update.publisher_organisation, update.evidence_grade, update.independence_note) == (
        None,
        None,
        None,
        "",
    )


@pytest.mark.parametrize("reason", ["", " \n"])
def test_return_and_discard_need_a_reason(world: World, reason: str) -> None:
    draft, submitted = world.draft(), world.submitted(world.items[1])

    with refuses(InvalidValue, "Say why you discard"):
        discard_update(draft, reason=reason, actor=world.actor("anna"), at=NOW)
    with refuses(InvalidValue, "Say why you return"):
        return_update(submitted, reason=reason, actor=world.actor("boris"), at=NOW)


def test_return_waits_for_the_draft_begun_meanwhile(world: World) -> None:
    submitted = world.submitted()
    draft = world.draft()

    with refuses(WrongState, "has begun another draft"):
        return_update(submitted, reason="Which page?", actor=world.actor("boris"), at=NOW)
    discard_update(draft, reason="Double", actor=world.actor("anna"), at=NOW)
    assert return_update(submitted, reason="Page?", actor=world.actor("boris"), at=NOW).state == "returned"


def test_discard_update_keeps_it_in_the_history(world: World) -> None:
    draft = world.draft()

    discard_update(draft, reason="A mistake", actor=world.actor("anna"), at=NOW)

    assert story(draft)[1:] == [("discard_update", {"state": ("draft", "discarded")})]
    assert opened(last_entry())["@reason"] == (None, "A mistake")
    assert Update.objects.filter(pk=draft.pk).exists()


# --- What stands is never edited


@pytest.mark.parametrize("how", ["published", "submitted", "awaiting"])
def test_what_left_the_authors_hands_is_never_edited(world: World, how: str) -> None:
    update = {
        "published": lambda: world.published(),
        "submitted": lambda: world.submitted(),
        "awaiting": lambda: world.published(level=Level.CONTRARY),
    }[how]()

    for step in (
        lambda: edit_draft(update, content(), actor=world.actor("anna"), at=NOW),
        lambda: discard_update(update, reason="x", actor=world.actor("anna"), at=NOW),
        lambda: submit_update(update, actor=world.actor("anna"), at=NOW),
    ):
        with refuses(WrongState, "not possible while the update is"):
            step()


def test_correct_update_points_back_and_leaves_the_first_as_it_was(world: World) -> None:
    first = world.published()
    row = Update.objects.filter(pk=first.pk).values().get()

    correction = correct_update(first, content(level=Level.ANNOUNCED), actor=world.actor("boris"), at=LATER)
    submit_update(correction, actor=world.actor("boris"), at=LATER)
    publish_update(correction, actor=world.actor("clara"), at=LATER)

    assert correction.corrects == first
    assert Update.objects.filter(pk=first.pk).values().get() == row
    assert fresh(world.items[0]).level == "announced"
    assert fresh(world.items[0]).headline_id == correction.pk
    assert story(correction)[0][1]["corrects"] == (None, str(first.uuid))


@pytest.mark.parametrize("values", [{"level": ""}, {"perspective": "member_ngo"}, {"perspective": "state"}])
def test_correction_of_what_the_level_rests_on_says_the_level_that_holds_now(
    world: World, values: dict[str, Any]
) -> None:
    first = world.published()
    anna = world.actor("anna")
    correction = correct_update(first, content(**values), actor=anna, at=LATER)

    with refuses(InvalidValue, "The level of this item rests on the update that you correct."):
        submit_update(correction, actor=anna, at=LATER)

    world.published(by="boris", reviewer="clara", level=Level.ANNOUNCED, at=LATER)
    assert submit_update(correction, actor=anna, at=LATER).state == "submitted"


def test_correct_update_refuses_what_is_not_published(world: World) -> None:
    submitted = world.submitted()

    with refuses(WrongState, "Only a published update is corrected"):
        correct_update(submitted, content(), actor=world.actor("anna"), at=NOW)
