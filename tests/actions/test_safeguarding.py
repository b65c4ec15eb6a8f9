"""What is flagged or taken down stays out of sight until two people have looked at it."""

from typing import Any

import pytest

from tests import factories as make
from tests.actions.asserting import actors, outcomes, refuses
from tests.conftest import LAW, NOW, World, content
from tracker.actions.items import set_lifecycle
from tracker.actions.progress import discard_update, edit_draft, publish_update, return_update, submit_update
from tracker.actions.safeguarding import block_hold, release_hold, take_down
from tracker.choices import HoldCause, HoldState, Level, Role
from tracker.errors import InvalidValue, NotAllowed, WrongState
from tracker.models import Hold, Update
from tracker.permissions import Actor

FLAGGED = {"en": "Write to the family of the girl at her.mother@example.com."}


@pytest.fixture
def lead(world: World) -> Actor:
    """Lena, the safeguarding lead, of the second organisation; a reviewer there as well."""
    world.users["lena"] = make.UserFactory(username="lena", first_name="Lena")
    for role in (Role.SAFEGUARDING, Role.REVIEWER):
        make.MembershipFactory(
            alliance=world.alliance, user=world.users["lena"], organisation=world.organisations[1], role=role
        )
    return world.actor("lena")


def flagged(world: World, **values: Any) -> Update:
    return world.submitted(done=FLAGGED, **values)


def released(world: World, update: Update, lead: Actor) -> Hold:
    hold = update.holds.get(state=HoldState.WAITING)
    release_hold(hold, reason="A public address", actor=lead, at=NOW)
    return release_hold(hold, reason="Agreed", actor=world.actor("clara"), at=NOW)


def test_flagged_text_is_held_when_it_is_submitted_and_not_published_by_one_person(world: World) -> None:
    update = flagged(world)

    hold = update.holds.get()
    assert (hold.cause, hold.state, hold.risks) == (HoldCause.FLAGGED, HoldState.WAITING, ["email"])
    assert "example.com" not in str(Hold.objects.values())
    with refuses(WrongState, "may identify a child: an e-mail address"):
        publish_update(update, actor=world.actor("boris"), at=NOW)


def test_flagged_text_in_a_source_is_held_too(world: World) -> None:
    source = make.EvidenceFactory(alliance=world.alliance, title="Letter of her.mother@example.com")
    update = world.submitted(evidence=[source])

    assert update.holds.get().risks == ["email"]


def test_two_people_release_flagged_text_and_then_it_is_published(world: World, lead: Actor) -> None:
    update = flagged(world)

    assert released(world, update, lead).state == HoldState.RELEASED
    assert publish_update(update, actor=world.actor("boris"), at=NOW).state == "published"


def test_lead_alone_releases_nothing(world: World, lead: Actor) -> None:
    update = flagged(world)
    hold = release_hold(update.holds.get(), reason="Public", actor=lead, at=NOW)

    with refuses(NotAllowed, "A second person confirms"):
        release_hold(hold, reason="Public", actor=lead, at=NOW)
    with refuses(WrongState, "may identify a child"):
        publish_update(update, actor=lead, at=NOW)


def test_release_is_of_the_very_text_that_was_looked_at(world: World, lead: Actor) -> None:
    update = flagged(world)
    released(world, update, lead)
    anna = world.actor("anna")
    update = return_update(update, reason="One more thing", actor=world.actor("boris"), at=NOW)
    more = {"en": "Write to her.mother@example.com or her.brother@example.com."}
    update = edit_draft(update, content(done=more, evidence=update.evidence.all(), new_evidence=()), actor=anna, at=NOW)
    update = submit_update(update, actor=anna, at=NOW)

    assert update.holds.filter(state=HoldState.WAITING).count() == 1
    with refuses(WrongState, "may identify a child"):
        publish_update(update, actor=world.actor("boris"), at=NOW)


def test_hold_lapses_with_the_text_that_it_was_about(world: World) -> None:
    update = flagged(world)
    anna = world.actor("anna")
    update = return_update(update, reason="Leave the address out", actor=world.actor("boris"), at=NOW)
    update = edit_draft(update, content(evidence=update.evidence.all(), new_evidence=()), actor=anna, at=NOW)
    update = submit_update(update, actor=anna, at=NOW)

    assert [hold.state for hold in update.holds.all()] == [HoldState.LAPSED]
    assert publish_update(update, actor=world.actor("boris"), at=NOW).state == "published"


def test_blocked_text_is_not_published(world: World, lead: Actor) -> None:
    update = flagged(world)
    block_hold(update.holds.get(), reason="A private address", actor=lead, at=NOW)

    with refuses(WrongState, "blocked this text"):
        publish_update(update, actor=world.actor("boris"), at=NOW)


def test_hold_is_decided_by_whom_it_may_be(world: World, lead: Actor) -> None:
    hold = flagged(world).holds.get()
    everyone = actors(world) | {"lena": lead}

    first = outcomes(
        {name: lambda a=actor: release_hold(hold, reason="x", actor=a, at=NOW) for name, actor in everyone.items()}
    )
    blocked = outcomes(
        {name: lambda a=actor: block_hold(hold, reason="x", actor=a, at=NOW) for name, actor in everyone.items()}
    )
    release_hold(hold, reason="x", actor=lead, at=NOW)
    second = outcomes(
        {name: lambda a=actor: release_hold(hold, reason="x", actor=a, at=NOW) for name, actor in everyone.items()}
    )

    assert {name for name, outcome in first.items() if outcome == "done"} == {"lena"}
    assert {name for name, outcome in blocked.items() if outcome == "done"} == {"lena"}
    assert {name for name, outcome in second.items() if outcome == "done"} == {"olga", "boris", "clara", "staff"}
    assert {*first.values(), *second.values(), *blocked.values()} == {"done", "NotAllowed"}


def test_author_releases_nothing_of_their_own(world: World, lead: Actor) -> None:
    make.MembershipFactory(
        alliance=world.alliance, user=world.users["lena"], organisation=world.organisations[1], role=Role.COORDINATOR
    )
    hold = flagged(world, by="lena").holds.get()

    with refuses(NotAllowed, "never what they wrote themselves"):
        release_hold(hold, reason="x", actor=world.actor("lena"), at=NOW)


def test_decision_needs_a_reason_and_is_made_once(world: World, lead: Actor) -> None:
    hold = flagged(world).holds.get()

    with refuses(InvalidValue, "Say why"):
        release_hold(hold, reason=" ", actor=lead, at=NOW)
    with refuses(InvalidValue, "Say why"):
        block_hold(hold, reason="", actor=lead, at=NOW)
    block_hold(hold, reason="No", actor=lead, at=NOW)
    with refuses(WrongState, "decided already"):
        release_hold(hold, reason="Yes", actor=lead, at=NOW)


def test_any_member_takes_down_and_two_people_bring_back(world: World, lead: Actor) -> None:
    update = world.published()
    source = update.evidence.get()
    things = {"update": update, "evidence": source, "item": world.items[0]}

    for kind, thing in things.items():
        hold = take_down(thing, reason="A name", actor=world.actor("anna"), at=NOW)
        thing.refresh_from_db()
        assert (thing.withheld, hold.target, hold.KIND) == (True, thing, "hold"), kind
        release_hold(hold, reason="Wrong", actor=lead, at=NOW)
        thing.refresh_from_db()
        assert thing.withheld
        release_hold(hold, reason="Agreed", actor=world.actor("staff"), at=NOW)
        thing.refresh_from_db()
        assert not thing.withheld


def test_take_down_by_everyone(world: World) -> None:
    update = world.published()

    found = outcomes(
        {
            name: lambda a=actor: take_down(update, reason="A name", actor=a, at=NOW)
            for name, actor in actors(world).items()
        }
    )

    assert {name for name, outcome in found.items() if outcome == "done"} == {"anna", "olga", "boris", "clara", "staff"}
    assert set(found.values()) == {"done", "NotAllowed"}


def test_take_down_is_refused_without_a_reason_twice_and_for_drafts(world: World) -> None:
    anna, update = world.actor("anna"), world.published()
    draft = world.draft(world.items[1])

    with refuses(InvalidValue, "why this must not be seen"):
        take_down(update, reason=" ", actor=anna, at=NOW)
    take_down(update, reason="A name", actor=anna, at=NOW)
    with refuses(WrongState, "already"):
        take_down(update, reason="A name", actor=anna, at=NOW)
    with refuses(WrongState, "Only what is published"):
        take_down(draft, reason="A name", actor=anna, at=NOW)


def test_blocked_take_down_stays_down(world: World, lead: Actor) -> None:
    update = world.published()
    hold = take_down(update, reason="A name", actor=world.actor("anna"), at=NOW)

    block_hold(hold, reason="It is one", actor=lead, at=NOW)

    update.refresh_from_db()
    assert update.withheld


def test_text_of_the_update_that_closed_an_item_is_withheld_there_too(world: World, lead: Actor) -> None:
    update = world.published(closes_item=True)
    update = publish_update(update, actor=world.actor("clara"), at=NOW)
    item = update.item
    hold = take_down(update, reason="A name", actor=world.actor("anna"), at=NOW)
    item.refresh_from_db()
    assert item.withheld

    release_hold(hold, reason="Wrong", actor=lead, at=NOW)
    release_hold(hold, reason="Agreed", actor=world.actor("clara"), at=NOW)
    item.refresh_from_db()
    assert not item.withheld


def test_new_reason_of_an_item_is_seen_again_after_the_closing_update_was_blocked(world: World, lead: Actor) -> None:
    update = publish_update(world.published(closes_item=True), actor=world.actor("clara"), at=NOW)
    block_hold(
        take_down(update, reason="A name", actor=world.actor("anna"), at=NOW), reason="It is", actor=lead, at=NOW
    )

    item = set_lifecycle(update.item, "reopened", reason={"en": "A new plan"}, actor=world.actor("staff"), at=NOW)

    assert not item.withheld


def test_texts_of_an_item_stay_withheld_whatever_its_lifecycle(world: World) -> None:
    take_down(world.items[0], reason="A name", actor=world.actor("anna"), at=NOW)

    item = set_lifecycle(world.items[0], "superseded", reason={"en": "Newer"}, actor=world.actor("staff"), at=NOW)

    assert item.withheld


def test_hold_lapses_with_a_discarded_update(world: World) -> None:
    update = return_update(flagged(world), reason="No", actor=world.actor("boris"), at=NOW)

    discard_update(update, reason="Not ours to tell", actor=world.actor("anna"), at=NOW)

    assert update.holds.get().state == HoldState.LAPSED


def test_text_that_goes_public_by_one_word_is_refused_where_it_may_identify_a_child(world: World) -> None:
    with refuses(InvalidValue, "Take that out"):
        set_lifecycle(world.items[0], "not_applicable", reason=FLAGGED, actor=world.actor("staff"), at=NOW)


def test_level_is_moved_by_released_text_only(world: World, lead: Actor) -> None:
    update = flagged(world, level=Level.UNDER_WAY, new_evidence=(LAW,))
    released(world, update, lead)
    publish_update(update, actor=world.actor("boris"), at=NOW)

    world.items[0].refresh_from_db()
    assert world.items[0].level == "under_way"
