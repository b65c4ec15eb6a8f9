"""Organisations and alliances: who decides how they are named, and who publishes."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.conftest import NOW, World, everything
from tracker.actions.organisations import change_organisation
from tracker.permissions import SYSTEM

SignIn = Callable[[str], Client]


def step(name: str, organisation: Any) -> str:
    return reverse(f"admin:tracker_organisation_{name}", args=[organisation.pk])


def test_coordinator_hides_the_own_organisation_at_once(world: World, sign_in: SignIn) -> None:
    first = world.organisations[0]
    page = f"/home/organisations/{first.code}/"
    assert Client().get(page).status_code == 200
    sign_in("anna").post(step("visibility", first), {"visibility": "hidden"})
    first.refresh_from_db()
    assert first.visibility == "hidden"
    assert Client().get(page).status_code == 404


def test_each_is_offered_only_what_they_may_choose(world: World, sign_in: SignIn) -> None:
    first = change_organisation(world.organisations[0], visibility="role_only", actor=SYSTEM, at=NOW)

    def offered(name: str) -> list[str]:
        shown = sign_in(name).get(reverse("admin:tracker_organisation_change", args=[first.pk])).content.decode()
        return [value for value in ("named", "role_only", "hidden") if f'<option value="{value}"' in shown]

    assert {name: offered(name) for name in ("anna", "boris", "clara", "staff", "root")} == {
        "anna": ["role_only", "hidden"],
        "boris": [],
        "clara": [],
        "staff": ["named", "role_only", "hidden"],
        "root": ["named", "role_only", "hidden"],
    }


@pytest.mark.parametrize(("name", "words"), [("anna", "Select a valid choice"), ("staff", "Say why")])
def test_showing_more_is_refused_with_what_was_typed(world: World, sign_in: SignIn, name: str, words: str) -> None:
    first = change_organisation(world.organisations[0], visibility="hidden", actor=SYSTEM, at=NOW)
    before = everything()
    shown = sign_in(name).post(step("visibility", first), {"visibility": "named", "reason": ""}).content.decode()
    assert words in shown
    assert everything() == before


def test_name_kind_and_address_are_changed(world: World, sign_in: SignIn) -> None:
    first = world.organisations[0]
    page = reverse("admin:tracker_organisation_change", args=[first.pk])
    assert 'value="ngo" selected' in sign_in("root").get(page).content.decode()
    typed = {"version": first.version, "name_en": "Renamed", "kind": "coalition", "address": "https://example.org"}
    sign_in("root").post(step("edit", first), typed)
    first.refresh_from_db()
    # An emptied language is taken out.
    assert (first.name.data, first.kind, first.address) == ({"en": "Renamed"}, "coalition", "https://example.org")


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"name_en": ""}, "at least one language"),
        ({"kind": "club"}, "Select a valid choice"),
        ({"address": "javascript:alert(1)"}, "valid URL"),
        ({"version": 99}, "Someone else changed this"),
    ],
)
def test_wrong_change_is_refused(world: World, sign_in: SignIn, values: dict[str, Any], words: str) -> None:
    first = world.organisations[0]
    typed = {"version": first.version, "name_en": "Renamed", "kind": "ngo", "address": ""} | values
    before = everything()
    assert words in sign_in("root").post(step("edit", first), typed).content.decode()
    assert everything() == before


def test_organisation_is_archived_and_brought_back(world: World, sign_in: SignIn) -> None:
    ministry = world.organisations[4]
    page = f"/home/organisations/{ministry.code}/"
    sign_in("root").post(step("archive", ministry), {"reason": "Merged."})
    ministry.refresh_from_db()
    assert (str(ministry.archived_on), Client().get(page).status_code) == ("2026-03-02", 404)
    sign_in("root").post(step("restore", ministry), {"reason": "By mistake."})
    ministry.refresh_from_db()
    assert (ministry.archived_on, Client().get(page).status_code) == (None, 200)


RULES = "admin:tracker_alliance_rules"
SENTENCE = "In this alliance another person, not necessarily of another organisation, reviews each update."


def rules(world: World, **values: str) -> dict[str, str]:
    return {"review_rule": "another_person", "time_zone": "Asia/Omsk", "reason": "We are three."} | values


def test_every_public_page_says_when_another_person_is_enough(world: World, sign_in: SignIn) -> None:
    world.published()
    names = ["", "items/", "items/doc/c-1/", "documents/doc/", "organisations/first/", "treaties/"]

    def said() -> dict[str, bool]:
        return {name: SENTENCE in Client().get(f"/home/{name}").content.decode() for name in names}

    assert said() == dict.fromkeys(names, False)
    sign_in("staff").post(reverse(RULES, args=[world.alliance.pk]), rules(world))
    world.alliance.refresh_from_db()
    assert (world.alliance.review_rule, world.alliance.time_zone) == ("another_person", "Asia/Omsk")
    assert said() == dict.fromkeys(names, True)
    assert SENTENCE not in Client().get("/abroad/").content.decode()


def test_another_person_of_the_same_organisation_publishes_only_then(world: World, sign_in: SignIn) -> None:
    update = world.submitted()
    publish = reverse("admin:tracker_update_publish", args=[update.pk])
    sign_in("olga").post(publish, {"independence_note": "They do not cite each other."})
    update.refresh_from_db()
    assert update.state == "submitted"
    sign_in("staff").post(reverse(RULES, args=[world.alliance.pk]), rules(world))
    sign_in("olga").post(publish, {"independence_note": "They do not cite each other."})
    update.refresh_from_db()
    assert update.state == "published"


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"reason": ""}, "This field is required"),
        ({"review_rule": "nobody"}, "Select a valid choice"),
        ({"time_zone": "Mars/Olympus"}, "Select a valid choice"),
        ({"version": "99"}, "Someone else changed this"),
    ],
)
def test_wrong_rule_is_refused(world: World, sign_in: SignIn, values: dict[str, str], words: str) -> None:
    before = everything()
    shown = sign_in("staff").post(reverse(RULES, args=[world.alliance.pk]), rules(world, **values)).content.decode()
    assert words in shown
    assert everything() == before
