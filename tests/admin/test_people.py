"""People, roles, evidence and the read-only tables."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.conftest import World, everything
from tests.factories import PASSWORD
from tracker.models import HistoryEntry, Membership, User

SignIn = Callable[[str], Client]
ROLE, PERSON = "admin:tracker_membership_add", "admin:tracker_user_add"


def role(world: World, **values: Any) -> dict[str, Any]:
    return {
        "alliance": world.alliance.pk,
        "username": "nobody",
        "organisation": world.organisations[0].pk,
        "role": "coordinator",
    } | values


@pytest.mark.parametrize("name", ["staff", "root"])
def test_role_is_given(world: World, sign_in: SignIn, name: str) -> None:
    answer = sign_in(name).post(reverse(ROLE), role(world), follow=True)
    given = Membership.objects.get(user=world.users["nobody"])
    assert (given.organisation, given.role, given.active) == (world.organisations[0], "coordinator", True)
    assert "is added" in answer.content.decode()


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"username": "nobody-at-all"}, "Nobody signs in with this name"),
        ({"username": "anna", "organisation": "SECOND"}, "already acts for another organisation"),
        ({"username": "anna"}, "already has this role"),
        ({"organisation": "FOREIGN"}, "Select a valid choice"),
        ({"alliance": "ABROAD"}, "Select a valid choice"),
        ({"role": "king"}, "Select a valid choice"),
    ],
)
def test_wrong_role_is_refused_with_what_was_typed(
    world: World, sign_in: SignIn, values: dict[str, Any], words: str
) -> None:
    known = {
        "SECOND": world.organisations[1].pk,
        "FOREIGN": world.organisations[3].pk,
        "ABROAD": world.other_alliance.pk,
    }
    typed = role(world, **{name: known.get(value, value) for name, value in values.items()})
    before = everything()
    shown = sign_in("staff").post(reverse(ROLE), typed).content.decode()
    assert words in shown
    assert f'value="{typed["username"]}"' in shown
    assert everything() == before


def test_role_is_ended_and_stays_in_the_list(world: World, sign_in: SignIn) -> None:
    given = world.alliance.memberships.get(user=world.users["clara"])
    address = reverse("admin:tracker_membership_end", args=[given.pk])
    sign_in("staff").post(address, {"reason": "She left."})
    given.refresh_from_db()
    assert not given.active
    assert sign_in("clara").get("/admin/").status_code == 302
    assert (
        "She left."
        in sign_in("staff").get(reverse("admin:tracker_membership_history", args=[given.pk])).content.decode()
    )


def test_coordinator_sees_and_ends_the_roles_of_the_own_people_only(world: World, sign_in: SignIn) -> None:
    anna = sign_in("anna")
    shown = anna.get(reverse("admin:tracker_membership_changelist")).content.decode()
    assert "Olga" in shown
    assert "Clara" not in shown
    olgas = world.alliance.memberships.get(user=world.users["olga"], role="reviewer")
    anna.post(reverse("admin:tracker_membership_end", args=[olgas.pk]), {"reason": "She left."})
    olgas.refresh_from_db()
    assert not olgas.active
    before = everything()
    claras = world.alliance.memberships.get(user=world.users["clara"])
    refused = anna.post(reverse("admin:tracker_membership_end", args=[claras.pk]), {"reason": "She left."})
    assert refused.status_code == 404
    assert everything() == before


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"username": "olga", "role": "safeguarding"}, "Select a valid choice"),
        ({"username": "olga", "role": "reviewer"}, "Select a valid choice"),
        ({"username": "olga", "role": "staff"}, "Select a valid choice"),
        ({"username": "clara"}, "Nobody who acts for your organisation signs in with this name."),
        ({"username": "nobody-at-all"}, "Nobody who acts for your organisation signs in with this name."),
        ({"username": "anna"}, "Nobody gives a role to themselves."),
        ({"username": "olga", "organisation": "SECOND"}, "Select a valid choice"),
        ({"username": "olga", "alliance": "ABROAD"}, "Select a valid choice"),
    ],
)
def test_coordinator_gives_no_more_than_the_own_role(
    world: World, sign_in: SignIn, values: dict[str, Any], words: str
) -> None:
    known = {"SECOND": world.organisations[1].pk, "ABROAD": world.other_alliance.pk}
    typed = role(world, **{name: known.get(value, value) for name, value in values.items()})
    before = everything()
    shown = sign_in("anna").post(reverse(ROLE), typed).content.decode()
    assert words in shown
    assert everything() == before


def test_nobody_is_offered_to_end_a_role_of_their_own(world: World, sign_in: SignIn) -> None:
    own = world.alliance.memberships.get(user=world.users["staff"])
    before = everything()
    page = sign_in("staff").get(reverse("admin:tracker_membership_change", args=[own.pk])).content.decode()
    assert "End this role" not in page
    assert (
        sign_in("staff").post(reverse("admin:tracker_membership_end", args=[own.pk]), {"reason": "x"}).status_code
        == 403
    )
    assert everything() == before


def test_sign_ins_end_when_a_role_is_given_or_ended(world: World, sign_in: SignIn) -> None:
    desk = reverse("admin:index")
    olga, boris = sign_in("olga"), sign_in("boris")
    assert [client.get(desk).status_code for client in (olga, boris)] == [200, 200]
    olgas = world.alliance.memberships.get(user=world.users["olga"], role="reviewer")
    sign_in("anna").post(reverse("admin:tracker_membership_end", args=[olgas.pk]), {"reason": "She left."})
    given = role(world, username="boris", organisation=world.organisations[1].pk, role="safeguarding")
    sign_in("staff").post(reverse(ROLE), given)
    assert [client.get(desk).status_code for client in (olga, boris)] == [302, 302]
    # Whoever did it stays.
    assert [sign_in(name).get(desk).status_code for name in ("anna", "staff")] == [200, 200]


def test_deactivated_person_is_signed_out_and_let_in_again_later(world: World, sign_in: SignIn) -> None:
    clara, person = sign_in("clara"), world.users["clara"]
    assert clara.get("/admin/").status_code == 200
    end, allow = (reverse(f"admin:tracker_user_{step}", args=[person.pk]) for step in ("deactivate", "reactivate"))
    sign_in("root").post(end, {"reason": "She left."})
    assert clara.get("/admin/").status_code == 302
    assert not Client().login(username="clara", password=PASSWORD)
    sign_in("root").post(allow, {"reason": "She is back."})
    assert clara.get("/admin/").status_code == 302
    assert Client().login(username="clara", password=PASSWORD)


def test_root_is_not_offered_to_end_the_own_sign_in(world: World, sign_in: SignIn) -> None:
    root = world.users["root"]
    page = sign_in("root").get(reverse("admin:tracker_user_change", args=[root.pk])).content.decode()
    assert "Change names or address" in page
    assert "End this person" not in page
    refused = sign_in("root").post(reverse("admin:tracker_user_deactivate", args=[root.pk]), {"reason": "x"})
    assert refused.status_code == 403
    root.refresh_from_db()
    assert root.is_active


def test_names_and_address_are_changed(world: World, sign_in: SignIn) -> None:
    anna = world.users["anna"]
    address = reverse("admin:tracker_user_edit", args=[anna.pk])
    typed = {"version": anna.version, "first_name": "Анна", "last_name": "Ли", "email": "anna@example.org"}
    sign_in("root").post(address, typed)
    anna.refresh_from_db()
    assert (anna.first_name, anna.last_name, anna.email) == ("Анна", "Ли", "anna@example.org")
    before = everything()
    shown = sign_in("root").post(address, typed | {"version": 1, "first_name": "Anne"}).content.decode()
    assert "Someone else changed this" in shown
    assert 'value="Anne"' in shown
    assert everything() == before


SETTINGS = "admin:settings"


def test_everyone_decides_about_themselves(world: World, sign_in: SignIn) -> None:
    anna = world.users["anna"]
    page = reverse(SETTINGS)
    sign_in("anna").post(page, {"act": "visibility", "version": anna.version, "visibility": "hidden"})
    sign_in("anna").post(page, {"act": "mail", "language": "ru"})
    anna.refresh_from_db()
    assert (anna.visibility, anna.language, anna.digests_paused) == ("hidden", "ru", True)
    sign_in("anna").post(page, {"act": "mail", "language": "en", "weekly": "on"})
    anna.refresh_from_db()
    assert (anna.visibility, anna.language, anna.digests_paused) == ("hidden", "en", False)
    shown = sign_in("anna").get(page).content.decode()
    for name in ("mfa_index", "account_change_password"):
        assert reverse(name) in shown


@pytest.mark.parametrize(
    "typed",
    [
        {},
        {"act": "everything"},
        {"act": "visibility", "visibility": "glowing"},
        {"act": "visibility", "visibility": "named", "version": 99},
        {"act": "mail", "language": "tlh"},
    ],
)
def test_wrong_settings_are_refused(world: World, sign_in: SignIn, typed: dict[str, str]) -> None:
    before = everything()
    answer = sign_in("anna").post(reverse(SETTINGS), typed)
    assert answer.status_code == 200
    assert ("errornote" in answer.content.decode()) == (typed.get("act") in ("visibility", "mail"))
    assert everything() == before


def test_settings_are_nobody_elses(world: World, sign_in: SignIn) -> None:
    before = world.users["olga"].visibility
    typed = {"act": "visibility", "visibility": "hidden", "user": world.users["olga"].pk, "username": "olga"}
    sign_in("anna").post(reverse(SETTINGS), typed)
    world.users["olga"].refresh_from_db()
    assert world.users["olga"].visibility == before


def test_steps_on_an_old_page_take_nothing_back(world: World, sign_in: SignIn) -> None:
    evidence = world.published().evidence.get()
    item, given = world.items[1], world.alliance.memberships.get(user=world.users["clara"])
    link, archive, end = (
        reverse(f"admin:tracker_{step}", args=[row.pk])
        for step, row in (("evidence_link", evidence), ("item_archive", item), ("membership_end", given))
    )
    copy = "https://archive.example.org/1"
    typed = {"version": evidence.version, "since": "2026-01-01", "archived_address": copy}
    sign_in("anna").post(link, typed)
    before = everything()

    answers = [
        sign_in("boris").post(link, {"version": evidence.version, "since": "", "archived_address": ""}),
        sign_in("staff").post(archive, {"version": item.version - 1, "reason": "Gone."}),
        sign_in("staff").post(end, {"version": given.version - 1, "reason": "She left."}),
    ]

    assert all("Someone else changed this" in answer.content.decode() for answer in answers)
    assert everything() == before
    sign_in("boris").post(link, {"version": evidence.version + 1, "since": "2026-01-01", "archived_address": ""})
    evidence.refresh_from_db()
    assert (evidence.dead_since is None, evidence.archived_address) == (False, "")


def test_person_is_added_and_can_sign_in(world: World, sign_in: SignIn) -> None:
    typed = {"username": "dora", "first_name": "Dora", "visibility": "hidden", "password": "a long new password"}
    sign_in("root").post(reverse(PERSON), typed)
    dora = User.objects.get(username="dora")
    assert (dora.is_staff, dora.is_superuser, dora.visibility) == (True, False, "hidden")
    assert dora.check_password("a long new password")
    assert Client().login(username="dora", password="a long new password")


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"username": "anna"}, "already"),
        ({"password": "qwerty"}, "too short"),
        ({"username": "do ra"}, "Enter a valid username"),
        ({"visibility": "glowing"}, "Select a valid choice"),
    ],
)
def test_wrong_person_is_refused_and_the_password_not_repeated(
    world: World, sign_in: SignIn, values: dict[str, str], words: str
) -> None:
    typed = {"username": "dora", "visibility": "hidden", "password": "a long new password"} | values
    before = everything()
    shown = sign_in("root").post(reverse(PERSON), typed).content.decode()
    assert words in shown
    assert typed["password"] not in shown
    assert everything() == before


def test_own_password_is_changed_without_touching_the_record(world: World, sign_in: SignIn) -> None:
    new = "another long password"
    typed = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    sign_in("anna").post(reverse("account_change_password"), typed)
    anna = User.objects.get(username="anna")
    assert anna.check_password(new)
    assert anna.version == world.users["anna"].version


def test_dead_link_is_recorded_and_taken_back(world: World, sign_in: SignIn) -> None:
    source = world.submitted().evidence.get()
    address = reverse("admin:tracker_evidence_link", args=[source.pk])
    before = everything()
    shown = sign_in("boris").post(address, {"since": "2026-02-01", "archived_address": "ftp://archive.example.org"})
    assert "full web address" in shown.content.decode()
    assert everything() == before
    typed = {"since": "2026-02-01", "archived_address": "https://archive.example.org/38"}
    sign_in("boris").post(address, typed)
    source.refresh_from_db()
    assert (str(source.dead_since), source.archived_address) == ("2026-02-01", "https://archive.example.org/38")
    sign_in("anna").post(address, {"since": ""})
    source.refresh_from_db()
    assert source.dead_since is None


def test_history_list_names_who_did_what(world: World, sign_in: SignIn) -> None:
    world.submitted()
    shown = sign_in("staff").get(reverse("admin:tracker_historyentry_changelist")).content.decode()
    assert "Update submitted" in shown
    assert "Anna" in shown
    entry = HistoryEntry.objects.filter(log=str(world.alliance.uuid)).latest("sequence")
    page = sign_in("staff").get(reverse("admin:tracker_historyentry_change", args=[entry.pk])).content.decode()
    assert entry.hash in page


@pytest.mark.parametrize(
    ("table", "name"),
    [("document", "staff"), ("recommendation", "root"), ("organisation", "clara"), ("alliance", "clara")],
)
def test_read_only_pages_offer_no_form_but_signing_out(world: World, sign_in: SignIn, table: str, name: str) -> None:
    record = {
        "document": world.document,
        "recommendation": world.items[0].recommendation,
        "organisation": world.organisations[0],
        "alliance": world.alliance,
    }[table]
    shown = sign_in(name).get(reverse(f"admin:tracker_{table}_change", args=[record.pk])).content.decode()
    assert shown.count("<form") == 1


@pytest.mark.parametrize(("word", "found"), [("SUMMARY 2", 1), ("unheard-of", 0)])
def test_points_are_found_by_their_words(world: World, sign_in: SignIn, word: str, found: int) -> None:
    answer = sign_in("anna").get(reverse("admin:tracker_recommendation_changelist"), {"q": word})
    assert answer.context["cl"].result_count == found
