"""Who keeps the checkpoints, as the workspace shows and sets it."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from tests.conftest import World, everything
from tests.desks import email
from tracker.models import Membership

SignIn = Callable[[str], Client]
DESK, NOBODY = "/admin/", "Checkpoints that nobody keeps"


def role(world: World, name: str) -> Membership:
    return world.alliance.memberships.filter(user=world.users[name])[0]


def take(client: Client, step: str, membership: Membership) -> str:
    address = reverse(f"admin:tracker_membership_{step}", args=[membership.pk])
    return client.post(address, {"version": membership.version}, follow=True).content.decode()


@pytest.mark.parametrize("name", ["anna", "staff", "root"])
def test_keeper_is_named_on_the_page_of_the_role_and_told_there(world: World, sign_in: SignIn, name: str) -> None:
    email(world, "anna")
    client = sign_in(name)

    shown = take(client, "keep", role(world, "anna"))

    assert "gets the checkpoints by mail" in shown
    assert role(world, "anna").keeps_checkpoints
    history = client.get(reverse("admin:tracker_membership_history", args=[role(world, "anna").pk])).content.decode()
    assert "Named to keep the checkpoints" in history
    assert "gets the checkpoints no more" in take(client, "stop_keeping", role(world, "anna"))
    assert not role(world, "anna").keeps_checkpoints


def test_person_without_an_address_is_refused_in_words(world: World, sign_in: SignIn) -> None:
    before = everything()
    assert "There is no address" in take(sign_in("anna"), "keep", role(world, "anna"))
    assert everything() == before


def test_desk_names_the_organisations_without_a_keeper_to_who_can_change_it(world: World, sign_in: SignIn) -> None:
    email(world, "anna")
    anna, staff = sign_in("anna"), sign_in("staff")
    first, second = (str(organisation) for organisation in world.organisations[:2])

    assert f"{first}." in anna.get(DESK).content.decode().split(NOBODY)[1]
    assert NOBODY not in sign_in("clara").get(DESK).content.decode()
    take(anna, "keep", role(world, "anna"))

    assert NOBODY not in anna.get(DESK).content.decode()
    told = staff.get(DESK).content.decode().split(NOBODY)[1].split("</section>")[0]
    assert second in told
    assert first not in told
