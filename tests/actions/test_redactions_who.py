"""Who proposes, carries out and refuses a redaction, and what is refused whoever asks."""

from collections.abc import Callable
from typing import Any

import pytest

from tests import factories as make
from tests.actions.asserting import actors, outcomes, refuses
from tests.actions.redactable import SAID, SECRET, proposed, redacted, with_leads
from tests.conftest import NOW, World
from tracker.actions.history import Act
from tracker.actions.invitations import invite, join_by_invitation
from tracker.actions.organisations import change_alliance
from tracker.actions.redactions import carry_out_redaction, propose_redaction, refuse_redaction
from tracker.choices import RedactionState, ReviewRule, Role
from tracker.errors import InvalidValue, NotAllowed, WrongState
from tracker.models import User
from tracker.permissions import SYSTEM
from tracker.queries.people import actor_for


@pytest.fixture
def world(world: World) -> World:
    return with_leads(world)


def test_who_proposes(world: World) -> None:
    update = world.published(done=SAID)
    who = actors(world) | {"lena": world.actor("lena")}

    def propose(actor: Any) -> Callable[[], Any]:
        return lambda: propose_redaction(update, "done", ground="child", actor=actor, at=NOW)

    found = outcomes({name: propose(actor) for name, actor in who.items()})
    assert {name for name, outcome in found.items() if outcome == "done"} == {"anna", "olga", "boris", "staff", "lena"}
    assert set(found.values()) == {"done", "NotAllowed"}


def test_who_carries_it_out(world: World) -> None:
    redaction = proposed(world, world.published(done=SAID), "done", by="anna")
    who = actors(world) | {name: world.actor(name) for name in ("lena", "lev")}

    def carry_out(actor: Any) -> Callable[[], Any]:
        return lambda: carry_out_redaction(redaction, actor=actor, at=NOW)

    found = outcomes({name: carry_out(actor) for name, actor in who.items()})
    assert {name for name, outcome in found.items() if outcome == "done"} == {"staff", "lena"}
    assert set(found.values()) == {"done", "NotAllowed"}


def test_proposer_does_not_carry_it_out(world: World) -> None:
    redaction = proposed(world, world.published(done=SAID), "done", by="staff")
    with refuses(NotAllowed, "of another organisation"):
        carry_out_redaction(redaction, actor=world.actor("staff"), at=NOW)


def test_another_person_suffices_where_the_alliance_chose_so(world: World) -> None:
    change_alliance(
        world.alliance, review_rule="another_person", reason="Two organisations.", actor=world.actor("staff"), at=NOW
    )
    redaction = proposed(world, world.published(done=SAID), "done", by="anna")
    with refuses(NotAllowed, "another person"):
        carry_out_redaction(redaction, actor=world.actor("anna"), at=NOW)

    assert carry_out_redaction(redaction, actor=world.actor("lev"), at=NOW).redaction.state == "done"


def test_of_the_installation_two_organisations_are_always_asked_for(world: World) -> None:
    change_alliance(
        world.alliance, review_rule="another_person", reason="Two organisations.", actor=world.actor("staff"), at=NOW
    )
    redaction = proposed(world, world.document, "short_title", by="anna")
    with refuses(NotAllowed, "of another organisation"):
        carry_out_redaction(redaction, actor=world.actor("lev"), at=NOW)
    shared = proposed(world, world.published(done={"en": "Organisation the-state"}), "done", by="anna")
    with refuses(NotAllowed, "of all alliances"):
        carry_out_redaction(shared, actor=world.actor("lev"), at=NOW)


def test_who_refuses(world: World) -> None:
    redaction = proposed(world, world.published(done=SAID), "done", by="anna")
    who = actors(world) | {name: world.actor(name) for name in ("lena", "lev")}

    def refuse(actor: Any) -> Callable[[], Any]:
        return lambda: refuse_redaction(redaction, reason="It names nobody.", actor=actor, at=NOW)

    found = outcomes({name: refuse(actor) for name, actor in who.items()})
    assert {name for name, outcome in found.items() if outcome == "done"} == {"anna", "staff", "lena", "lev"}


# --- Refusals


def test_record_out_of_sight_is_not_redacted(world: World) -> None:
    draft = world.draft(by="boris", done=SAID)
    for who in (world.actor("anna"), world.actor("eve", world.other_alliance)):
        with refuses(NotAllowed):
            propose_redaction(draft, "done", ground="child", actor=who, at=NOW)


@pytest.mark.parametrize("field", ["level", "state", "period_to", "item", "nothing", "@organisation", "evidence"])
def test_only_words_are_redacted(world: World, field: str) -> None:
    update = world.published()
    with refuses(InvalidValue, "Choose a field that holds words"):
        proposed(world, update, field)


def test_ground_is_one_of_the_known_ones(world: World) -> None:
    update = world.published()
    with refuses(InvalidValue, "ground"):
        proposed(world, update, "done", ground="shame")


def test_note_and_reason_do_not_repeat_the_value(world: World) -> None:
    update = world.published(done=SAID)
    with refuses(InvalidValue, "repeats"):
        proposed(world, update, "done", note=f"This: {SECRET.upper()}")
    redaction = proposed(world, update, "done")
    with refuses(InvalidValue, "repeats"):
        refuse_redaction(redaction, reason=f"{SECRET} That is fine.", actor=world.actor("lena"), at=NOW)
    with refuses(InvalidValue, "Say why"):
        refuse_redaction(redaction, reason=" ", actor=world.actor("lena"), at=NOW)


def test_nothing_to_redact_is_said(world: World) -> None:
    update = world.published(done=SAID)
    with refuses(WrongState, "nothing to redact"):
        proposed(world, update, "search_note")
    redacted(world, update, "done")
    with refuses(WrongState, "nothing to redact"):
        proposed(world, update, "done")


def test_one_proposal_waits_at_a_time(world: World) -> None:
    update = world.published(done=SAID)
    redaction = proposed(world, update, "done")
    with refuses(WrongState, "proposed already"):
        proposed(world, update, "done", by="boris")
    refuse_redaction(redaction, reason="It names nobody.", actor=world.actor("lena"), at=NOW)
    for again in (carry_out_redaction, refuse_redaction):
        reason = {"reason": "No."} if again is refuse_redaction else {}
        with refuses(WrongState, "decided already"):
            again(redaction, actor=world.actor("staff"), at=NOW, **reason)  # type: ignore[operator]
    assert proposed(world, update, "done", by="boris").state == RedactionState.PROPOSED


def test_what_another_redaction_took_is_not_taken_again(world: World) -> None:
    evidence = make.EvidenceFactory(alliance=world.alliance, title=SECRET)
    update = world.published(done=SAID, evidence=[evidence], new_evidence=())
    first, second = proposed(world, update, "done"), proposed(world, evidence, "title")
    carry_out_redaction(first, actor=world.actor("lena"), at=NOW)
    with refuses(WrongState, "nothing left"):
        carry_out_redaction(second, actor=world.actor("lena"), at=NOW)


def test_who_brought_the_proposer_in_does_not_carry_it_out(world: World) -> None:
    with Act("test_setup", actor=SYSTEM, at=NOW) as act:
        act.change(act.lock(world.alliance), review_rule=ReviewRule.ANOTHER_PERSON)
    staff = world.actor("staff")
    token = invite(
        "new@example.org", world.organisations[2], [Role.COORDINATOR], alliance=world.alliance, actor=staff, at=NOW
    ).token
    join_by_invitation(token, "newcomer", password="a long password 12", at=NOW, first_name="New")
    newcomer = actor_for(User.objects.get(username="newcomer"), world.alliance)
    redaction = propose_redaction(world.published(done=SAID), "done", ground="child", actor=newcomer, at=NOW)

    with refuses(NotAllowed):
        carry_out_redaction(redaction, actor=staff, at=NOW)
