"""Letters to duty bearers: drafted, sent, reminded, answered; and what an unanswered one supports."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from tests.actions.asserting import actors, outcomes, refuses, story
from tests.conftest import NOW, World
from tracker.actions.items import set_lifecycle
from tracker.actions.progress import publish_update, submit_update
from tracker.actions.requests import (
    answer_request,
    draft_request,
    edit_request,
    remind_request,
    send_request,
    withdraw_request,
)
from tracker.choices import Level, Lifecycle, ReplyQuality
from tracker.errors import Conflict, EvidenceTooWeak, InvalidValue, NotAllowed, WrongState
from tracker.models import Request
from tracker.permissions import Actor

TODAY = NOW.date()
DAY = dt.timedelta(days=1)
LETTER = {"subject": "School staff", "letter": "Dear Minister, …", "language": "en"}


def draft(world: World, by: str = "anna") -> Request:
    return draft_request(world.items[0], world.organisations[4], **LETTER, actor=world.actor(by), at=NOW)


def sent(world: World, *, due: dt.date = TODAY + 30 * DAY, on: dt.date = TODAY - 40 * DAY) -> Request:
    return send_request(draft(world), sent_on=on, due_on=due, actor=world.actor("anna"), at=NOW)


def test_letter_from_draft_to_reply_is_told(world: World) -> None:
    anna = world.actor("anna")
    letter = sent(world)
    remind_request(letter, reminded_on=TODAY - DAY, due_on=TODAY + DAY, actor=anna, at=NOW)
    answer_request(letter, quality="partial", answered_on=TODAY, reply="Half of it.", actor=anna, at=NOW)

    letter.refresh_from_db()
    assert (letter.reminders, letter.quality, letter.answered_on, letter.reply) == (1, "partial", TODAY, "Half of it.")
    assert [action for action, _values in story(letter)] == [
        "draft_request",
        "send_request",
        "remind_request",
        "answer_request",
    ]


STEPS: dict[str, Callable[[World, Request, Actor], Any]] = {
    "edit": lambda world, letter, actor: edit_request(
        letter, duty_bearer=world.organisations[4], **LETTER | {"subject": "Another"}, actor=actor, at=NOW
    ),
    "send": lambda world, letter, actor: send_request(letter, sent_on=TODAY, due_on=TODAY + DAY, actor=actor, at=NOW),
    "remind": lambda world, letter, actor: remind_request(
        letter, reminded_on=TODAY, due_on=TODAY + DAY, actor=actor, at=NOW
    ),
    "answer": lambda world, letter, actor: answer_request(
        letter, quality="full", answered_on=TODAY, actor=actor, at=NOW
    ),
    "withdraw": lambda world, letter, actor: withdraw_request(letter, reason="Double", actor=actor, at=NOW),
}


def letter_in(world: World, state: str) -> Request:
    if state == "draft":
        return draft(world)
    letter = sent(world)
    if state == "answered":
        answer_request(letter, quality="full", answered_on=TODAY, actor=world.actor("anna"), at=NOW)
    if state == "withdrawn":
        withdraw_request(letter, reason="Double", actor=world.actor("anna"), at=NOW)
    return letter


LEADS = {
    "edit": {"draft"},
    "send": {"draft"},
    "remind": {"sent"},
    "answer": {"sent", "answered"},
    "withdraw": {"draft", "sent", "answered"},
}


@pytest.mark.parametrize("state", ["draft", "sent", "answered", "withdrawn"])
def test_every_step_from_every_state_by_everyone(world: World, state: str) -> None:
    letter = letter_in(world, state)

    found = outcomes(
        {
            (step, name): lambda s=take, a=actor: s(world, letter, a)
            for step, take in STEPS.items()
            for name, actor in actors(world).items()
        }
    )

    keepers = {"anna", "olga", "staff"}
    assert found == {
        (step, name): "NotAllowed" if name not in keepers else "done" if state in LEADS[step] else "WrongState"
        for step, name in found
    }


def test_letter_is_drafted_by_coordinators_and_staff(world: World) -> None:
    found = outcomes(
        {
            name: lambda a=actor: draft_request(world.items[0], world.organisations[4], **LETTER, actor=a, at=NOW)
            for name, actor in actors(world).items()
        }
    )

    assert {name for name, outcome in found.items() if outcome == "done"} == {"anna", "olga", "boris", "staff"}
    assert set(found.values()) == {"done", "NotAllowed"}


def test_letter_about_an_item_that_is_not_open_is_refused(world: World) -> None:
    item = set_lifecycle(
        world.items[0], Lifecycle.SUPERSEDED, reason={"en": "Newer"}, actor=world.actor("staff"), at=NOW
    )

    with refuses(WrongState, "not open"):
        draft_request(item, world.organisations[4], **LETTER, actor=world.actor("anna"), at=NOW)


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (lambda w, r, a: send_request(r, sent_on=TODAY + DAY, due_on=TODAY + DAY, actor=a, at=NOW), "not yet over"),
        (lambda w, r, a: send_request(r, sent_on=TODAY, due_on=TODAY - DAY, actor=a, at=NOW), "no earlier"),
    ],
)
def test_impossible_days_of_sending_are_refused(world: World, step: Any, words: str) -> None:
    letter = draft(world)
    with refuses(InvalidValue, words):
        step(world, letter, world.actor("anna"))


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (lambda r, a: remind_request(r, reminded_on=TODAY + DAY, due_on=TODAY, actor=a, at=NOW), "not yet over"),
        (
            lambda r, a: remind_request(r, reminded_on=TODAY - 50 * DAY, due_on=TODAY, actor=a, at=NOW),
            "after the letter",
        ),
        (lambda r, a: answer_request(r, quality="full", answered_on=None, actor=a, at=NOW), "the day on which"),
        (lambda r, a: answer_request(r, quality="none", answered_on=TODAY, actor=a, at=NOW), "no day"),
        (lambda r, a: answer_request(r, quality="", answered_on=None, actor=a, at=NOW), "how good"),
        (lambda r, a: answer_request(r, quality="full", answered_on=TODAY + DAY, actor=a, at=NOW), "not yet over"),
        (
            lambda r, a: answer_request(r, quality="full", answered_on=TODAY - 50 * DAY, actor=a, at=NOW),
            "no earlier",
        ),
        (lambda r, a: withdraw_request(r, reason=" ", actor=a, at=NOW), "Say why"),
    ],
)
def test_impossible_steps_of_a_sent_letter_are_refused(world: World, step: Any, words: str) -> None:
    letter = sent(world)
    with refuses(InvalidValue, words):
        step(letter, world.actor("anna"))


def test_second_editor_of_a_letter_is_told(world: World) -> None:
    letter = draft(world)
    STEPS["edit"](world, letter, world.actor("olga"))

    with refuses(Conflict):
        edit_request(letter, duty_bearer=world.organisations[4], **LETTER, actor=world.actor("anna"), at=NOW, version=1)


@pytest.mark.parametrize(
    ("due", "quality", "bears"),
    [
        (TODAY - DAY, "", True),
        (TODAY, "", False),
        (TODAY + DAY, "none", True),
        (TODAY + DAY, "evasive", True),
        (TODAY + DAY, "refused", True),
        (TODAY - DAY, "full", False),
        (TODAY - DAY, "partial", False),
    ],
)
def test_letter_in_vain_supports_no_information(world: World, due: dt.date, quality: str, bears: bool) -> None:
    anna, letter = world.actor("anna"), sent(world, due=due)
    if quality:
        answered = None if quality == ReplyQuality.NONE else TODAY - 2 * DAY
        answer_request(letter, quality=quality, answered_on=answered, actor=anna, at=NOW)
    update = world.draft(level=Level.NO_INFORMATION, new_evidence=(), requests=[letter])

    if bears:
        update = submit_update(update, actor=anna, at=NOW)
        assert publish_update(update, actor=world.actor("boris"), at=NOW).state == "published"
    else:
        with refuses(EvidenceTooWeak, "a note of where you searched"):
            submit_update(update, actor=anna, at=NOW)


def test_letter_supports_no_other_level_and_no_other_item(world: World) -> None:
    letter = sent(world, due=TODAY - DAY)
    update = world.draft(level=Level.NO_ACTION, requests=[letter])

    with refuses(EvidenceTooWeak, "a note of where you searched"):
        submit_update(update, actor=world.actor("anna"), at=NOW)
    with refuses(InvalidValue, "about another item"):
        world.draft(world.items[1], requests=[letter])


def test_letter_that_was_put_aside_supports_nothing(world: World) -> None:
    letter = sent(world, due=TODAY - DAY)
    withdraw_request(letter, reason="Never posted", actor=world.actor("anna"), at=NOW)
    update = world.draft(level=Level.NO_INFORMATION, new_evidence=(), requests=[letter])

    with refuses(EvidenceTooWeak, "a note of where you searched"):
        submit_update(update, actor=world.actor("anna"), at=NOW)


def test_letter_is_written_by_the_members_of_its_own_alliance(world: World) -> None:
    with refuses(NotAllowed, "of this alliance write letters"):
        draft_request(world.other_item, world.organisations[4], **LETTER, actor=world.actor("anna"), at=NOW)
