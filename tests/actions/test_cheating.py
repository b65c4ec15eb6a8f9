"""An insider who tries to publish alone, to unsay others, or to bring back what was taken down."""

import datetime as dt

import pytest

from tests import factories as make
from tests.actions.asserting import refuses
from tests.conftest import LAW, NOW, World, content
from tracker.actions.evidence import record_dead_link
from tracker.actions.history import Act
from tracker.actions.items import set_lifecycle
from tracker.actions.organisations import change_organisation
from tracker.actions.progress import correct_update, edit_draft, publish_update, return_update, submit_update
from tracker.actions.requests import draft_request, edit_request, send_request
from tracker.actions.safeguarding import block_hold, release_hold, take_down
from tracker.choices import Level, Perspective, ReviewRule, Role
from tracker.errors import InvalidValue, NotAllowed, WrongState
from tracker.models import Invitation, Item, Update
from tracker.permissions import SYSTEM, Actor
from tracker.queries.desk import Desk
from tracker.queries.history import lines
from tracker.queries.progress import accounts

PLAIN = {"level": "", "new_evidence": ()}
OWN = {"en": "Words of one person alone."}
FLAGGED = {"en": "Ask the mother of Masha Ivanova, 11 years old."}
DAY = dt.timedelta(days=1)


@pytest.fixture
def lead(world: World) -> Actor:
    world.users["lena"] = make.UserFactory(username="lena")
    make.MembershipFactory(
        alliance=world.alliance, user=world.users["lena"], organisation=world.organisations[2], role=Role.SAFEGUARDING
    )
    return world.actor("lena")


def rule(world: World, wanted: str) -> None:
    with Act("test_setup", actor=SYSTEM, at=NOW) as act:
        act.change(act.lock(world.alliance), review_rule=wanted)
    world.alliance.refresh_from_db()


# --- Publishing one's own words


@pytest.mark.parametrize("review_rule", ReviewRule.values)
def test_who_rewrote_a_draft_never_publishes_or_returns_it(world: World, review_rule: str) -> None:
    rule(world, review_rule)
    olga = world.actor("olga")
    update = world.submitted(Item.objects.get(pk=world.items[0].pk), **PLAIN)
    update = return_update(update, reason="Again", actor=olga, at=NOW)
    update = edit_draft(update, content(done=OWN, **PLAIN), actor=olga, at=NOW)
    update = submit_update(update, actor=world.actor("anna"), at=NOW)

    with refuses(NotAllowed, "their own update"):
        publish_update(update, actor=olga, at=NOW)
    with refuses(NotAllowed, "their own update"):
        return_update(update, reason="x", actor=olga, at=NOW)
    assert not Desk(olga, world.alliance, NOW.date()).may_publish(update)
    assert publish_update(update, actor=world.actor("boris"), at=NOW).state == "published"


def test_who_submitted_a_draft_never_publishes_it(world: World) -> None:
    update = submit_update(world.draft(**PLAIN), actor=world.actor("olga"), at=NOW)

    with refuses(NotAllowed, "their own update"):
        publish_update(update, actor=world.actor("olga"), at=NOW)


def test_who_rewrote_flagged_text_does_not_release_it(world: World) -> None:
    make.MembershipFactory(
        alliance=world.alliance, user=world.users["olga"], organisation=world.organisations[0], role=Role.SAFEGUARDING
    )
    olga, update = world.actor("olga"), world.draft(**PLAIN)
    update = edit_draft(update, content(done=FLAGGED, **PLAIN), actor=olga, at=NOW)
    hold = submit_update(update, actor=world.actor("anna"), at=NOW).holds.get()

    with refuses(NotAllowed, "never what they wrote"):
        release_hold(hold, reason="Fine", actor=olga, at=NOW)
    with refuses(NotAllowed, "never with what they wrote"):
        block_hold(hold, reason="Fine", actor=olga, at=NOW)


def test_colleague_whom_one_brought_in_is_no_author_to_review(world: World) -> None:
    rule(world, ReviewRule.ANOTHER_PERSON)
    first, olga = world.organisations[0], world.actor("olga")
    with Act("test_setup", actor=SYSTEM, at=NOW) as act:
        for inviter, guest in (("olga", "anna"),):
            act.add(
                Invitation(
                    alliance=world.alliance,
                    organisation=first,
                    roles=["coordinator"],
                    email="x@example.org",
                    token_hash=guest,
                    invited_by=world.users[inviter],
                    accepted_by=world.users[guest],
                    accepted_at=NOW,
                    expires_at=NOW,
                )
            )
    update = world.submitted(Item.objects.get(pk=world.items[0].pk))

    with refuses(NotAllowed, "You invited the author"):
        publish_update(update, actor=olga, at=NOW)
    assert publish_update(update, actor=world.actor("boris"), at=NOW).state == "published"


def test_second_reviewer_is_held_to_the_stricter_rule(world: World) -> None:
    rule(world, ReviewRule.ANOTHER_PERSON)
    update = world.published(Item.objects.get(pk=world.items[0].pk), closes_item=True)
    rule(world, ReviewRule.ANOTHER_ORGANISATION)

    with refuses(NotAllowed, "Another organisation"):
        publish_update(Update.objects.get(pk=update.pk), actor=world.actor("olga"), at=NOW)


# --- Unsaying others


def test_level_of_the_state_is_not_taken_away_by_a_colleagues_click(world: World) -> None:
    anna = world.actor("anna")
    claim = world.published(perspective=Perspective.STATE, level=Level.IMPLEMENTED)
    unsaid = correct_update(claim, content(perspective=Perspective.STATE, done=OWN, **PLAIN), actor=anna, at=NOW)
    unsaid = submit_update(unsaid, actor=anna, at=NOW)

    with refuses(NotAllowed, "Another organisation"):
        publish_update(unsaid, actor=world.actor("olga"), at=NOW)
    assert not Desk(world.actor("olga"), world.alliance, NOW.date()).may_publish(unsaid)


def test_word_of_a_member_is_corrected_by_that_member_alone(world: World) -> None:
    word = world.published(by="boris", reviewer="clara", perspective=Perspective.MEMBER_NGO)
    anna = world.actor("anna")
    unsaid = correct_update(word, content(done=OWN, **PLAIN), actor=anna, at=NOW)

    with refuses(InvalidValue, "corrected by that member alone"):
        submit_update(unsaid, actor=anna, at=NOW)
    assert accounts(world.items[0]) == [word]


def test_period_that_is_not_over_is_refused(world: World) -> None:
    draft = world.draft(period_to="2999")

    with refuses(InvalidValue, "not yet over"):
        submit_update(draft, actor=world.actor("anna"), at=NOW)
    assert world.submitted(world.items[1], period_to=f"{NOW:%Y}").state == "submitted"


# --- Bringing back what was taken down


def closed_and_taken_down(world: World) -> Update:
    update = publish_update(world.published(closes_item=True), actor=world.actor("clara"), at=NOW)
    take_down(update, reason="A name", actor=world.actor("anna"), at=NOW)
    update.refresh_from_db()
    return update


def told(world: World) -> str:
    return str(lines([Item.objects.get(pk=world.items[0].pk)], public=True))


def test_reopening_an_item_tells_nothing_of_the_update_that_closed_it(world: World) -> None:
    update = closed_and_taken_down(world)

    set_lifecycle(update.item, "reopened", reason={"en": "More to do"}, actor=world.actor("staff"), at=NOW)

    assert "three centres" not in told(world)


def test_releasing_an_item_shows_nothing_of_the_update_that_closed_it(world: World, lead: Actor) -> None:
    update = publish_update(world.published(closes_item=True), actor=world.actor("clara"), at=NOW)
    hold = take_down(update.item, reason="A name", actor=world.actor("anna"), at=NOW)
    take_down(update, reason="A name", actor=world.actor("anna"), at=NOW)

    release_hold(hold, reason="Fine", actor=lead, at=NOW)
    release_hold(hold, reason="Fine", actor=world.actor("staff"), at=NOW)

    assert Item.objects.get(pk=update.item_id).withheld
    assert "three centres" not in told(world)


def test_words_that_were_taken_down_do_not_come_back_by_a_correction(world: World) -> None:
    anna, update = world.actor("anna"), world.published()
    take_down(update, reason="A name", actor=anna, at=NOW)
    again = correct_update(update, content(period_to="2026-03"), actor=anna, at=NOW)

    with refuses(WrongState, "repeats words that were taken down"):
        submit_update(again, actor=anna, at=NOW)
    fresh = edit_draft(again, content(done=OWN, new_evidence=(LAW,)), actor=anna, at=NOW)
    assert submit_update(fresh, actor=anna, at=NOW).state == "submitted"


# --- Doors beside the screening


def test_archived_copy_is_screened_as_the_source_was(world: World) -> None:
    source = world.published().evidence.get()
    copy = "https://web.archive.org/find?q=masha.ivanova@example.com"

    with refuses(InvalidValue, "may identify a child"):
        record_dead_link(source, since=NOW.date(), archived_address=copy, actor=world.actor("anna"), at=NOW)


def test_name_of_an_organisation_is_screened(world: World) -> None:
    with refuses(InvalidValue, "may identify a child"):
        change_organisation(
            world.organisations[0],
            name={"en": "Fund of Masha Ivanova, 11 years old"},
            actor=world.actor("root"),
            at=NOW,
        )


def test_drafts_of_a_sent_letter_stay_with_its_organisation(world: World) -> None:
    anna = world.actor("anna")
    asked = {"subject": "About it", "language": "en"}
    state = world.organisations[4]
    letter = draft_request(world.items[0], state, letter="Our source inside says", **asked, actor=anna, at=NOW)
    edit_request(letter, duty_bearer=state, letter="Dear Minister", **asked, actor=anna, at=NOW)
    send_request(letter, sent_on=NOW.date(), due_on=NOW.date() + DAY, actor=anna, at=NOW)

    own, other = (world.organisations[0].pk, world.organisations[1].pk)
    assert "source inside" in str(lines([letter], public=False, organisation_id=own))
    assert "source inside" not in str(lines([letter], public=False, organisation_id=other))
