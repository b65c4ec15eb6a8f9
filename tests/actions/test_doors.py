"""Every act, from every state, by everyone who may try: who comes through, how the others are refused, and no trace."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from tests import factories as make
from tests.actions.asserting import actors, outcomes
from tests.conftest import LAW, NOW, STUDY, World, content
from tracker import workflow
from tracker.actions import evidence, items, organisations, progress, statements
from tracker.choices import Level, ReviewRule, Role, UpdateState
from tracker.models import Update
from tracker.permissions import Actor

NOTE = "They do not cite each other."
COORDINATORS = {"anna", "olga", "boris"}
REVIEWERS = {"olga", "boris", "clara"}


def update_in(world: World, state: str) -> Update:
    """Return an update that anna began, brought to `state`."""
    if state == UpdateState.DRAFT:
        return world.draft()
    if state == UpdateState.DISCARDED:
        return progress.discard_update(world.draft(), reason="A mistake", actor=world.actor("anna"), at=NOW)
    if state == UpdateState.AWAITING_SECOND:
        return world.published(level=Level.IMPLEMENTED, new_evidence=(LAW, STUDY))
    if state == UpdateState.PUBLISHED:
        return world.published()
    submitted = world.submitted()
    if state == UpdateState.RETURNED:
        return progress.return_update(submitted, reason="No page", actor=world.actor("boris"), at=NOW)
    return submitted


STEPS: dict[str, Callable[[Update, Actor], Any]] = {
    "edit": lambda update, actor: progress.edit_draft(update, content(period_to="2026-03"), actor=actor, at=NOW),
    "submit": lambda update, actor: progress.submit_update(update, actor=actor, at=NOW),
    "return": lambda update, actor: progress.return_update(update, reason="Which page?", actor=actor, at=NOW),
    "discard": lambda update, actor: progress.discard_update(update, reason="Double", actor=actor, at=NOW),
    "publish": lambda update, actor: progress.publish_update(update, actor=actor, at=NOW, independence_note=NOTE),
    "correct": lambda update, actor: progress.correct_update(update, content(), actor=actor, at=NOW),
}


def expected(step: str, state: str, name: str, rule: str) -> str:
    """Say what the design promises: first who, then from where, then whose other eyes."""
    if step == "correct":
        return "NotAllowed" if name not in COORDINATORS else "done" if state == "published" else "WrongState"
    if step in ("edit", "submit", "discard"):
        may, leads = name in ("anna", "olga"), workflow.leads(step, state)
        return "NotAllowed" if not may else "done" if leads else "WrongState"
    if name not in REVIEWERS:
        return "NotAllowed"
    if step == "return":
        return "done" if state in ("submitted", "awaiting_second") else "WrongState"
    if state not in ("submitted", "awaiting_second"):
        return "WrongState"
    if (name == "olga" and rule == ReviewRule.ANOTHER_ORGANISATION) or (name == "boris" and state == "awaiting_second"):
        return "NotAllowed"
    return "done"


@pytest.mark.parametrize(
    ("state", "rule"),
    [
        *((state, ReviewRule.ANOTHER_ORGANISATION.value) for state in UpdateState.values),
        # The alliance's rule bears on publishing only.
        (UpdateState.SUBMITTED.value, ReviewRule.ANOTHER_PERSON.value),
        (UpdateState.AWAITING_SECOND.value, ReviewRule.ANOTHER_PERSON.value),
    ],
)
def test_every_step_from_every_state_by_everyone(world: World, state: str, rule: str) -> None:
    if rule == ReviewRule.ANOTHER_PERSON:
        with make.Act("test_setup", actor=make.SYSTEM, at=NOW) as act:
            act.change(world.alliance, review_rule=rule)
    update = update_in(world, state)
    people = actors(world)

    found = outcomes(
        {(step, name): partial(call, update, actor) for step, call in STEPS.items() for name, actor in people.items()}
    )

    assert update.state == state
    assert found == {(step, name): expected(step, state, name, rule) for step in STEPS for name in people}


STAFF = {"staff", "system"}
MEMBERS = COORDINATORS | STAFF


def doors(world: World) -> dict[str, tuple[Callable[[Actor], Any], set[str]]]:
    """Return every other act as (the act, who may do it)."""
    item, other = world.items[:2]
    component = make.ComponentFactory(recommendation=item.recommendation)
    update = world.published()
    held = update.evidence.get()
    first = world.organisations[0]
    document = make.RecommendationFactory().document
    membership = world.alliance.memberships.get(user=world.users["clara"])
    at, reason = NOW, {"en": "A reason"}
    return {
        "open": (lambda a: items.open_items(world.alliance, document, actor=a, at=at), STAFF),
        "assign": (lambda a: items.assign_item(item, owner=first, actor=a, at=at), STAFF),
        "lifecycle": (lambda a: items.set_lifecycle(item, "superseded", reason=reason, actor=a, at=at), STAFF),
        "exclude": (lambda a: items.exclude_component(item, component, reason=reason, actor=a, at=at), STAFF),
        "archive": (lambda a: items.archive_item(item, reason="Gone", actor=a, at=at), STAFF),
        "draft": (lambda a: progress.draft_update(other, content(), actor=a, at=at), COORDINATORS),
        "source": (lambda a: record_source(world, a), STAFF),
        "bearing": (lambda a: statements.add_bearing(update, other, reason=reason, actor=a, at=at), MEMBERS),
        "dead link": (lambda a: evidence.record_dead_link(held, since=at.date(), actor=a, at=at), MEMBERS),
        "alliance": (
            lambda a: organisations.create_alliance(members=[first], actor=a, at=at, **ALLIANCE),
            {"root", "system"},
        ),
        "user": (lambda a: organisations.add_user("new", password="x", actor=a, at=at), {"root", "system"}),
        "role": (
            lambda a: organisations.add_membership(
                world.users["nobody"], first, Role.REVIEWER, alliance=world.alliance, actor=a, at=at
            ),
            STAFF | {"root"},
        ),
        "end of a role": (
            lambda a: organisations.end_membership(membership, reason="Left", actor=a, at=at),
            STAFF | {"root"},
        ),
    }


ALLIANCE: dict[str, Any] = {"slug": "new", "name": {"en": "New"}, "country_name": {"en": "Freedonia"}}


def record_source(world: World, actor: Actor) -> Update:
    return statements.record_from_source(
        world.items[0],
        organisation=world.organisations[4],
        perspective="state",
        dated="2017-10",
        done={"en": "The State replied."},
        remains={},
        document=world.document,
        place="Question 1",
        translation="draft",
        source_key="replies/1",
        actor=actor,
        at=NOW,
    )


def test_every_other_act_by_everyone(world: World) -> None:
    people = actors(world)
    table = doors(world)

    found = outcomes(
        {(door, name): partial(call, actor) for door, (call, _) in table.items() for name, actor in people.items()}
    )

    assert found == {
        (door, name): "done" if name in allowed else "NotAllowed"
        for door, (_, allowed) in table.items()
        for name in people
    }


@pytest.mark.parametrize("name", ["anna", "olga", "boris", "clara", "staff"])
def test_members_of_one_alliance_have_no_door_to_another(world: World, name: str) -> None:
    actor = world.actor(name)
    abroad = progress.submit_update(
        progress.draft_update(world.other_item, content(), actor=actors(world)["eve"], at=NOW),
        actor=actors(world)["eve"],
        at=NOW,
    )

    found = outcomes(
        {step: partial(call, abroad, actor) for step, call in STEPS.items()}
        | {
            "draft": lambda: progress.draft_update(world.other_item, content(), actor=actor, at=NOW),
            "assign": lambda: items.assign_item(world.other_item, owner=None, actor=actor, at=NOW),
        }
    )

    assert found == dict.fromkeys([*STEPS, "draft", "assign"], "NotAllowed")
