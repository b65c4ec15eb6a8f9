"""What matters asks again who is there, after a quarter of an hour, and loses nothing of what was typed."""

from typing import Any

import pytest
from django.urls import reverse

from tests.account.conftest import Clock, Person
from tests.conftest import LAW, NOW, STUDY, World, everything
from tests.factories import PASSWORD
from tracker.actions.progress import publish_update
from tracker.models import Membership, Update, User

WORDS = "They do not cite each other; I rang both."
NOTHING_DONE = "Nothing is done yet"


def signed_in(name: str, clock: Clock) -> Person:
    person = Person(name, clock).sign_in()
    person.enrol()
    return person


@pytest.fixture
def waiting(world: World) -> Update:
    return world.submitted()


def publish(person: Person, update: Update, words: str = WORDS) -> Any:
    address = reverse("admin:tracker_update_publish", args=[update.pk])
    return person.client.post(address, {"independence_note": words, "version": update.version})


def confirm(person: Person) -> Any:
    return person.post("account_reauthenticate", {"password": PASSWORD})


def test_publishing_soon_after_signing_in_is_not_asked_about(
    waiting: Update, clock: Clock, second_factor: None
) -> None:
    boris = signed_in("boris", clock)
    clock.turn(minutes=12)

    publish(boris, waiting)

    waiting.refresh_from_db()
    assert waiting.state == "published"


@pytest.mark.parametrize("second", [False, True])
def test_publishing_later_keeps_what_was_typed_and_asks_first(
    world: World, clock: Clock, second_factor: None, second: bool
) -> None:
    update = world.submitted(level="implemented", new_evidence=(LAW, STUDY)) if second else world.submitted()
    if second:
        publish_update(update, actor=world.actor("clara"), at=NOW, independence_note="Two courts.")
        update.refresh_from_db()
    boris = signed_in("boris", clock)
    clock.turn(minutes=16)
    before = everything()

    page = publish(boris, update)

    assert everything() == before
    shown = page.content.decode()
    assert page.status_code == 200
    assert NOTHING_DONE in shown
    # Where the level asks for no word on the sources there is nothing to type.
    assert (WORDS in shown) == second
    back = f"%2Fadmin%2Ftracker%2Fupdate%2F{update.pk}%2Fchange%2F"
    assert f'<a href="/account/confirm/?next={back}" target="_blank" rel="noopener">' in shown

    assert confirm(boris).status_code == 302
    publish(boris, update)

    update.refresh_from_db()
    assert update.state == "published"


def test_confirming_leads_back_and_says_where_what_was_typed_is(
    waiting: Update, clock: Clock, second_factor: None
) -> None:
    boris = signed_in("boris", clock)
    clock.turn(minutes=16)
    back = reverse("admin:tracker_update_change", args=[waiting.pk])
    page = boris.get("account_reauthenticate", data={"next": back})
    assert "Use a code" in page.content.decode()

    answer = boris.client.post(f"/account/confirm/code/?next={back}", {"code": boris.code()}, follow=True)

    assert answer.redirect_chain == [(back, 302)]
    assert "go on there: what you typed is still in it" in answer.content.decode()


@pytest.mark.parametrize("way", ["account_reauthenticate", "mfa_reauthenticate"])
def test_confirming_counts_for_a_quarter_of_an_hour(enrolled: Person, way: str) -> None:
    enrolled.clock.turn(hours=1)
    assert enrolled.get("mfa_view_recovery_codes")["Location"] == (
        "/account/confirm/?next=%2Faccount%2Frecovery-codes%2F"
    )
    typed = {"password": PASSWORD, "code": enrolled.code()}

    enrolled.post(way, typed)

    enrolled.clock.turn(minutes=14, seconds=59)
    assert enrolled.get("mfa_view_recovery_codes").status_code == 200
    enrolled.clock.turn(seconds=2)
    assert enrolled.get("mfa_view_recovery_codes").status_code == 302


def test_wrong_password_confirms_nothing(enrolled: Person) -> None:
    enrolled.clock.turn(hours=1)

    page = enrolled.post("account_reauthenticate", {"password": "wrong"})

    assert "This is not your password." in page.content.decode()
    assert enrolled.get("mfa_view_recovery_codes").status_code == 302


def test_confirming_is_for_people_who_are_in(anna: Person, second_factor: None) -> None:
    for way in ("account_reauthenticate", "mfa_reauthenticate"):
        assert anna.post(way, {"password": PASSWORD, "code": "1"})["Location"].startswith("/account/login/?next=")
    anna.sign_in()
    # Without an app there is no code to confirm by.
    assert anna.get("mfa_reauthenticate")["Location"] == "/account/confirm/"


@pytest.mark.parametrize("table", ["user", "membership"])
def test_adding_people_and_roles_asks_before_anything_is_typed(
    world: World, clock: Clock, second_factor: None, table: str
) -> None:
    root = signed_in("root", clock)
    address = reverse(f"admin:tracker_{table}_add")
    assert root.client.get(address).status_code == 200
    clock.turn(minutes=16)

    away = root.client.get(address)

    assert away["Location"] == f"/account/confirm/?next={address.replace('/', '%2F')}"


def test_adding_a_person_later_keeps_what_was_typed(world: World, clock: Clock, second_factor: None) -> None:
    root = signed_in("root", clock)
    clock.turn(minutes=16)
    typed = {"username": "newcomer", "visibility": "named", "password": "a long new password", "first_name": "Nora"}
    before = everything()

    page = root.client.post(reverse("admin:tracker_user_add"), typed)

    assert everything() == before
    assert NOTHING_DONE in page.content.decode()
    assert 'value="Nora"' in page.content.decode()
    confirm(root)
    root.client.post(reverse("admin:tracker_user_add"), typed)
    assert User.objects.filter(username="newcomer").exists()


def test_ending_a_role_later_keeps_the_reason(world: World, clock: Clock, second_factor: None) -> None:
    staff = signed_in("staff", clock)
    clock.turn(minutes=16)
    membership = world.alliance.memberships.get(user=world.users["anna"])
    address = reverse("admin:tracker_membership_end", args=[membership.pk])
    before = everything()

    page = staff.client.post(address, {"reason": "Left for another office.", "version": membership.version})

    assert everything() == before
    assert NOTHING_DONE in page.content.decode()
    assert "Left for another office." in page.content.decode()
    confirm(staff)
    staff.client.post(address, {"reason": "Left for another office.", "version": membership.version})
    assert not Membership.objects.get(pk=membership.pk).active


def test_nothing_is_asked_again_in_a_demo(world: World, waiting: Update, clock: Clock) -> None:
    boris = Person("boris", clock).sign_in()
    clock.turn(hours=1)

    publish(boris, waiting)

    waiting.refresh_from_db()
    assert waiting.state == "published"


def test_other_steps_are_not_asked_about(waiting: Update, clock: Clock, second_factor: None) -> None:
    boris = signed_in("boris", clock)
    clock.turn(hours=1)

    boris.client.post(
        reverse("admin:tracker_update_return", args=[waiting.pk]), {"reason": "Link?", "version": waiting.version}
    )

    waiting.refresh_from_db()
    assert waiting.state == "returned"
