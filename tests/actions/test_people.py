"""People: what each act stores, refuses and tells."""

import pytest

from tests import factories as make
from tests.actions.asserting import last_entry, opened, refuses, story
from tests.conftest import NOW, World
from tracker.actions.people import change_user, deactivate_user, reactivate_user, set_mail
from tracker.errors import Conflict, InvalidValue, NotAllowed
from tracker.models import HistoryEntry, User
from tracker.permissions import SYSTEM
from tracker.queries.people import actor_for


def test_change_user_tells_the_names_and_that_the_address_changed(world: World) -> None:
    anna = world.users["anna"]

    change_user(anna, first_name="Анна", email="anna@example.org", actor=world.actor("root"), at=NOW)

    anna.refresh_from_db()
    assert (anna.first_name, anna.email) == ("Анна", "anna@example.org")
    assert story(anna)[1:] == [("change_user", {"first_name": ("Anna", "Анна")})]
    assert "example.org" not in str(opened(last_entry()))


def test_change_of_the_address_alone_is_told_without_it(world: World) -> None:
    anna = world.users["anna"]

    change_user(anna, email="anna@example.org", actor=SYSTEM, at=NOW)

    assert story(anna)[1:] == [("change_user", {})]
    assert User.objects.get(pk=anna.pk).email == "anna@example.org"


def test_unchanged_user_is_not_told_of(world: World) -> None:
    anna = world.users["anna"]

    change_user(anna, first_name="Anna", email="", actor=SYSTEM, at=NOW)

    assert len(story(anna)) == 1


@pytest.mark.parametrize(("address", "words"), [("anna", "valid email"), ("a@b\n.org", "valid email")])
def test_change_user_refuses_an_address_that_is_none(world: World, address: str, words: str) -> None:
    with refuses(InvalidValue, words):
        change_user(world.users["anna"], email=address, actor=SYSTEM, at=NOW)


def test_change_user_makes_nobody_staff(world: World) -> None:
    with refuses(TypeError, "only names"):
        change_user(world.users["anna"], is_superuser=True, actor=world.actor("anna"), at=NOW)


def test_person_shows_more_of_themselves_and_nobody_else_does(world: World) -> None:
    anna = world.users["anna"]
    change_user(anna, visibility="named", actor=world.actor("anna"), at=NOW)
    change_user(anna, visibility="hidden", reason="A threat.", actor=world.actor("root"), at=NOW)

    with refuses(NotAllowed, "they say themselves"):
        change_user(anna, visibility="role_only", actor=world.actor("root"), at=NOW)
    with refuses(InvalidValue, "not one of the known"):
        change_user(anna, visibility="glowing", actor=world.actor("anna"), at=NOW)

    assert [told["visibility"] for _action, told in story(anna)[1:]] == [("role_only", "named"), ("named", "hidden")]


def test_change_user_refuses_what_someone_else_changed_meanwhile(world: World) -> None:
    anna = world.users["anna"]
    change_user(anna, first_name="Ann", actor=SYSTEM, at=NOW)

    with refuses(Conflict):
        change_user(anna, first_name="Anne", actor=SYSTEM, at=NOW, version=anna.version)


def test_deactivated_person_acts_for_nobody_and_is_back_with_the_same_roles(world: World) -> None:
    anna, before = world.users["anna"], world.users["anna"].session_version

    gone = deactivate_user(anna, reason="Left", actor=world.actor("root"), at=NOW)
    assert (gone.is_active, gone.session_version) == (False, before + 1)
    assert actor_for(gone, world.alliance).roles == frozenset()

    back = reactivate_user(gone, reason="Back", actor=world.actor("root"), at=NOW)

    assert (back.is_active, back.session_version) == (True, before + 2)
    assert actor_for(back, world.alliance).roles == {"coordinator"}
    assert story(anna)[1:] == [
        ("deactivate_user", {"is_active": (True, False)}),
        ("reactivate_user", {"is_active": (False, True)}),
    ]


@pytest.mark.parametrize("act", [deactivate_user, reactivate_user])
def test_ending_and_allowing_a_sign_in_take_a_reason(world: World, act: type[object]) -> None:
    person = make.UserFactory(username="person", is_active=act is deactivate_user)

    with refuses(InvalidValue, "Say why"):
        act(person, reason=" ", actor=SYSTEM, at=NOW)  # type: ignore[call-arg]


def test_deactivating_twice_is_told_once(world: World) -> None:
    for _ in range(2):
        gone = deactivate_user(world.users["anna"], reason="Left", actor=SYSTEM, at=NOW)

    assert gone.session_version == world.users["anna"].session_version + 1
    assert HistoryEntry.objects.filter(action="deactivate_user").count() == 1


def test_set_mail_keeps_what_it_is_not_told(world: World) -> None:
    anna = world.users["anna"]

    set_mail(anna, language="ru", actor=world.actor("anna"), at=NOW)
    set_mail(anna, paused=True, actor=world.actor("anna"), at=NOW)

    assert story(anna)[1:] == [("set_mail", {"language": ("", "ru")}), ("set_mail", {"digests_paused": (False, True)})]
    with refuses(InvalidValue):
        set_mail(anna, language="tlh", actor=world.actor("anna"), at=NOW)
