"""What is held back: who may see it, release it, confirm, block it; and who takes things down."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from tests import factories as make
from tests.conftest import NOW, World, content, everything
from tracker.actions.items import set_lifecycle
from tracker.actions.progress import edit_draft, return_update
from tracker.actions.safeguarding import release_hold, take_down
from tracker.choices import HoldCause, HoldState, Role, Visibility
from tracker.models import Hold, Item, Update
from tracker.queries.desk import Desk

SignIn = Callable[[str], Client]
RISKY = {"en": "Call Masha Ivanova, 13 years old, on +7 921 555-12-34."}
# anna wrote it; olga is of her organisation; boris, clara review for others; lena and lev are safeguarding leads.
ROLES = (None, "nobody", "anna", "olga", "boris", "clara", "staff", "lena", "lev", "eve", "root")
# D done, R refused with the reason, F forbidden, N not found, L sent to sign in.
ANSWERS = {302: "D", 200: "R", 403: "F", 404: "N"}


@pytest.fixture
def world(world: World) -> World:
    second, third = world.organisations[1:3]
    for name, organisation in (("lena", second), ("lev", third)):
        world.users[name] = make.UserFactory(username=name, first_name=name.title())
        membership = {"alliance": world.alliance, "organisation": organisation, "role": Role.SAFEGUARDING}
        make.MembershipFactory(user=world.users[name], **membership)
    return world


@pytest.fixture
def hold(world: World) -> Hold:
    """A published update that clara took down."""
    return take_down(world.published(), reason="It names a child.", actor=world.actor("clara"), at=NOW)


@pytest.fixture
def flagged(world: World) -> Hold:
    """A submitted update that the software flagged."""
    return world.submitted(done=RISKY).holds.get()


def confirming(world: World, hold: Hold) -> Hold:
    return release_hold(hold, reason="No child is named.", actor=world.actor("lena"), at=NOW)


def address(record: Any, step: str = "change") -> str:
    return reverse(f"admin:tracker_{record._meta.model_name}_{step}", args=[record.pk])


def outcome(client: Client, record: Any, step: str, **typed: str) -> str:
    """Take a step, tell what came of it, and undo it; whatever was not done must have changed nothing."""
    before, point = everything(), transaction.savepoint()
    answer = client.post(address(record, step), {"reason": "We looked at it.", "version": record.version} | typed)
    unchanged = everything() == before
    transaction.savepoint_rollback(point)
    signed_out = answer.status_code == 302 and "/login/" in answer["Location"]
    letter = "L" if signed_out else ANSWERS[answer.status_code]
    assert unchanged == (letter != "D"), f"{step}: {letter}"
    return letter


def outcomes(sign_in: SignIn, record: Any, step: str, **typed: str) -> str:
    return "".join(outcome(sign_in(role) if role else Client(), record, step, **typed) for role in ROLES)


# --- Deciding


@pytest.mark.parametrize("cause", ["hold", "flagged"])
def test_only_a_lead_releases_and_blocks_what_waits(
    request: pytest.FixtureRequest, sign_in: SignIn, cause: str
) -> None:
    held: Hold = request.getfixturevalue(cause)

    assert outcomes(sign_in, held, "release") == "LLFFFFFDDNF"
    assert outcomes(sign_in, held, "block") == "LLFFFFFDDNF"


def test_only_a_second_person_confirms(world: World, hold: Hold, sign_in: SignIn) -> None:
    held = confirming(world, hold)

    # Never the author nor lena, who released it.
    assert outcomes(sign_in, held, "confirm") == "LLFDDDDFDNF"
    assert outcomes(sign_in, held, "block") == "LLFFFFFDDNF"


def test_nobody_but_a_lead_gets_past_what_waits_by_confirming_it(hold: Hold, sign_in: SignIn) -> None:
    assert set(outcomes(sign_in, hold, "confirm")[:7]) == {"L", "F", "R"}


@pytest.mark.parametrize("state", [HoldState.RELEASED, HoldState.BLOCKED, HoldState.LAPSED])
def test_what_is_decided_is_decided(world: World, hold: Hold, sign_in: SignIn, state: HoldState) -> None:
    if state == HoldState.RELEASED:
        release_hold(confirming(world, hold), reason="Nothing there.", actor=world.actor("boris"), at=NOW)
    else:
        with make.Act("test_setup", actor=make.SYSTEM, at=NOW) as act:
            act.change(act.lock(hold), state=state)
    hold.refresh_from_db()

    for step in ("release", "confirm", "block"):
        assert set(outcomes(sign_in, hold, step)) <= set("LFNR")


@pytest.mark.parametrize("step", ["release", "block"])
def test_decision_needs_its_reason_and_keeps_what_was_typed(hold: Hold, sign_in: SignIn, step: str) -> None:
    assert outcome(sign_in("lena"), hold, step, reason=" ") == "R"


def test_decision_on_a_page_that_became_old_is_told_so(world: World, hold: Hold, sign_in: SignIn) -> None:
    confirming(world, hold)

    answer = sign_in("lev").post(address(hold, "release"), {"reason": "Fine with me.", "version": hold.version})

    assert "Someone else changed this since you opened it." in answer.content.decode()
    assert Hold.objects.get(pk=hold.pk).state == HoldState.CONFIRMING


def test_lead_who_wrote_it_decides_nothing(world: World, sign_in: SignIn) -> None:
    lead = make.MembershipFactory(
        alliance=world.alliance, organisation=world.organisations[0], user=world.users["anna"], role=Role.SAFEGUARDING
    )
    hold = world.submitted(done=RISKY).holds.get()
    page = sign_in("anna").get(address(hold)).content.decode()

    assert lead.user == hold.update.author
    assert "You wrote this: others decide about it." in page
    for step in ("release", "confirm", "block"):
        assert outcome(sign_in("anna"), hold, step) == "F"


def test_two_people_bring_back_what_was_taken_down(world: World, hold: Hold, sign_in: SignIn) -> None:
    update = Update.objects.get(pk=hold.update_id)
    assert update.withheld

    sign_in("lena").post(address(hold, "release"), {"reason": "No child is named."})
    assert Update.objects.get(pk=update.pk).withheld
    sign_in("boris").post(address(hold, "confirm"), {"reason": "I see none either."})

    hold.refresh_from_db()
    assert (hold.state, hold.released_by, hold.confirmed_by) == (
        HoldState.RELEASED,
        world.users["lena"],
        world.users["boris"],
    )
    assert not Update.objects.get(pk=update.pk).withheld


# --- Seeing


def test_page_shows_the_text_and_what_was_found(flagged: Hold, sign_in: SignIn) -> None:
    page = sign_in("lena").get(address(flagged)).content.decode()

    assert "+7 921 555-12-34" in page
    assert "What was done, and by whom (en): a telephone number" in page
    assert "Law No. 38 on the protection of children" in page
    assert f'action="{address(flagged, "release")}"' in page
    assert f'action="{address(flagged, "confirm")}"' not in page


def test_page_shows_the_texts_of_a_source_and_of_an_item(world: World, sign_in: SignIn) -> None:
    staff = world.actor("staff")
    source = world.published().evidence.get()
    item = set_lifecycle(world.items[1], "not_applicable", reason={"en": "Another region."}, actor=staff, at=NOW)
    pages = {
        thing: sign_in("lena").get(address(take_down(thing, reason="Look.", actor=staff, at=NOW))).content.decode()
        for thing in (source, item)
    }

    assert "https://gazette.example.org/38" in pages[source]
    assert "Another region." in pages[item]


def test_lead_reads_no_draft_and_releases_none_unread(world: World, flagged: Hold, sign_in: SignIn) -> None:
    update = return_update(flagged.update, reason="Rewrite it.", actor=world.actor("boris"), at=NOW)
    written = content(done={"en": "SECRET of the informant"}, new_evidence=(), evidence=list(update.evidence.all()))
    edit_draft(update, written, actor=world.actor("anna"), at=NOW)
    flagged.refresh_from_db()
    page = sign_in("lena").get(address(flagged)).content.decode()

    assert "SECRET" not in page
    assert "It is a draft of another organisation again" in page
    assert outcome(sign_in("lena"), flagged, "release") == "F"
    assert outcome(sign_in("lena"), flagged, "block") == "D"


def test_holds_are_seen_by_members_as_far_as_they_see_what_is_held(world: World, hold: Hold, sign_in: SignIn) -> None:
    statuses = [sign_in(role).get(address(hold)).status_code for role in ROLES[2:]]

    assert statuses == [200, 200, 200, 200, 200, 200, 200, 404, 403]


@pytest.mark.parametrize("name", ["boris", "staff", "lena", "lev"])
def test_list_of_what_waits_is_the_desks(world: World, hold: Hold, sign_in: SignIn, name: str) -> None:
    second = take_down(world.published(world.items[1]), reason="Look.", actor=world.actor("clara"), at=NOW)
    confirming(world, second)
    desk = Desk(world.actor(name), world.alliance, NOW.date())
    page = sign_in(name).get(reverse("admin:tracker_hold_changelist") + "?todo=held").content.decode()

    expected = {"boris": [second], "staff": [second], "lena": [hold], "lev": [hold, second]}[name]
    assert list(desk.held()) == expected
    assert [held for held in (hold, second) if f'href="{address(held)}' in page.replace("?", '"')] == expected


# --- Taking down


def test_any_member_takes_down_a_source(world: World, sign_in: SignIn) -> None:
    source = world.published().evidence.get()

    assert outcomes(sign_in, source, "take_down") == "LLDDDDDDDNF"
    assert outcome(sign_in("anna"), source, "take_down", reason="") == "R"


def test_any_member_takes_down_the_texts_of_an_item(world: World, sign_in: SignIn) -> None:
    assert outcomes(sign_in, world.items[0], "take_down") == "LLDDDDDDDNF"
    assert outcome(sign_in("anna"), world.items[0], "take_down", reason="") == "R"


@pytest.mark.parametrize("kind", ["evidence", "item"])
def test_what_is_withheld_is_not_taken_down_twice(world: World, sign_in: SignIn, kind: str) -> None:
    update = world.published()
    thing = update.evidence.get() if kind == "evidence" else Item.objects.get(pk=world.items[0].pk)
    form = f'action="{address(thing, "take_down")}"'
    assert form in sign_in("anna").get(address(thing)).content.decode()

    sign_in("anna").post(address(thing, "take_down"), {"reason": "It names a child.", "version": thing.version})
    thing.refresh_from_db()

    assert (thing.withheld, thing.holds.get().cause) == (True, HoldCause.TAKEN_DOWN)
    assert form not in sign_in("anna").get(address(thing)).content.decode()
    assert outcome(sign_in("olga"), thing, "take_down") == "R"


# --- Visibility on an item


def test_staff_sets_the_visibility_on_an_item_and_the_owner_only_hides(world: World, sign_in: SignIn) -> None:
    with make.Act("test_setup", actor=make.SYSTEM, at=NOW) as act:
        act.change(act.lock(world.items[0]), owner=world.organisations[0], visibility=Visibility.ROLE_ONLY)
    item = Item.objects.get(pk=world.items[0].pk)

    # anna and olga coordinate for the owner; a choice that is not theirs is refused by the form.
    assert outcomes(sign_in, item, "visibility", visibility="hidden") == "LLDDFFDFFNF"
    assert outcomes(sign_in, item, "visibility", visibility="named") == "LLRRFFDFFNF"
    assert outcome(sign_in("staff"), item, "visibility", visibility="splendid") == "R"


def test_page_of_an_item_says_how_much_of_who_works_on_it_is_public(world: World, sign_in: SignIn) -> None:
    assert "Visibility on this item" in sign_in("clara").get(address(world.items[0])).content.decode()
