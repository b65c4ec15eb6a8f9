"""Signing in and out: by name, back to where one was, to nowhere else, and how a sign-in ends."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import Resolver404, resolve, reverse

from tests import factories as make
from tests.account.conftest import Clock, Person
from tests.conftest import NOW, World
from tracker.actions.organisations import end_membership

ELSEWHERE = [
    "https://evil.example/",
    "//evil.example/",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "http:evil.example",
    "javascript:alert(1)",
    "https://testserver@evil.example/",
    "https://testserver.evil.example/",
    "\x00https://evil.example",
    " //evil.example",
    "https:///evil.example",
    # Another host of the same program is another site.
    "https://localhost/admin/",
]


def test_person_without_an_address_signs_in_by_name(anna: Person) -> None:
    assert anna.give_password()["Location"] == "/admin/"
    assert anna.client.get("/admin/").status_code == 200


@pytest.mark.parametrize("typed", [{"login": "anna"}, {"password": "x"}, {}, {"login": "an\x00na", "password": "x"}])
def test_what_is_missing_is_said(world: World, clock: Clock, typed: dict[str, str]) -> None:
    page = Client().post(reverse("account_login"), typed)

    assert page.status_code == 200
    assert "errornote" in page.content.decode()


@pytest.mark.parametrize("name", ["anna", "nobody-is-called-so", "ANNA"])
def test_wrong_password_and_unknown_name_read_the_same(anna: Person, name: str) -> None:
    pages = [Person(each, anna.clock).give_password("wrong").content.decode() for each in ("anna", name)]
    words = [page[page.index("errornote") : page.index("</main>")] for page in pages]

    assert words[0] == words[1].replace(f'value="{name}"', 'value="anna"')
    assert "Name and password do not fit." in words[0]


def test_name_stays_typed_after_a_wrong_password_and_the_password_does_not(anna: Person) -> None:
    shown = anna.give_password("wrong password").content.decode()

    assert 'value="anna"' in shown
    assert "wrong password" not in shown


def test_admin_leads_to_the_page_to_sign_in_and_back(anna: Person) -> None:
    away = anna.client.get("/admin/tracker/item/?todo=unowned")
    assert away["Location"] == "/admin/login/?next=/admin/tracker/item/%3Ftodo%3Dunowned"
    page = anna.client.get(away["Location"])
    assert page["Location"] == "/account/login/?next=%2Fadmin%2Ftracker%2Fitem%2F%3Ftodo%3Dunowned"

    answer = anna.client.post(page["Location"], {"login": "anna", "password": anna.password})

    assert answer["Location"] == "/admin/tracker/item/?todo=unowned"
    assert anna.client.get(away["Location"])["Location"] == "/admin/tracker/item/?todo=unowned"


def test_russian_pages_lead_to_russian_ones(anna: Person) -> None:
    away = anna.client.get("/ru/admin/")
    page = anna.client.get(away["Location"])

    assert page["Location"] == "/ru/account/login/?next=%2Fru%2Fadmin%2F"
    answer = anna.client.post(page["Location"], {"login": "anna", "password": anna.password})
    assert answer["Location"] == "/ru/admin/"


@pytest.mark.parametrize("address", ELSEWHERE)
def test_nothing_leads_to_another_site(anna: Person, settings: Any, address: str) -> None:
    settings.ALLOWED_HOSTS = ["testserver", "localhost", "evil.example"]
    settings.CSRF_TRUSTED_ORIGINS = ["https://evil.example"]

    assert anna.client.get("/admin/login/", {"next": address})["Location"] == "/account/login/?next=%2Fadmin%2F"
    answer = anna.give_password(back=address)
    assert answer["Location"] == "/admin/"
    assert anna.client.get("/admin/login/", {"next": address})["Location"] == "/admin/"
    assert anna.get("account_login", data={"next": address})["Location"] == "/admin/"
    confirmed = anna.post("account_reauthenticate", {"password": anna.password, "next": address})
    assert confirmed["Location"] == "/admin/"
    assert anna.post("account_logout", {"next": address})["Location"] == "/account/login/"


def test_signing_out_takes_a_click_and_says_so(anna: Person) -> None:
    anna.sign_in()

    assert anna.get("account_logout").status_code == 200
    assert anna.is_in()
    answer = anna.post("account_logout", follow=True)

    assert not anna.is_in()
    assert "You are signed out." in answer.content.decode()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("/admin/logout/", "/account/logout/"),
        ("/admin/password_change/", "/account/password/"),
        ("/admin/password_change/done/", "/account/"),
    ],
)
def test_addresses_of_the_admin_lead_to_those_of_the_account(anna: Person, old: str, new: str) -> None:
    assert anna.sign_in().client.get(old)["Location"] == new


def test_person_without_a_role_is_told_so_and_can_sign_out(world: World, clock: Clock) -> None:
    nobody = Person("nobody", clock).sign_in()

    page = nobody.client.get("/admin/", follow=True)

    assert (page.status_code, page.redirect_chain) == (403, [("/admin/login/?next=/admin/", 302)])
    assert "you have no role in any alliance" in page.content.decode()
    assert 'action="/account/logout/"' in page.content.decode()
    assert 'class="menu"' not in page.content.decode()


@pytest.mark.parametrize(
    "path",
    [
        *(
            "signup/",
            "email/",
            "confirm-email/",
            "confirm-email/x/",
            "inactive/",
            "password/set/",
            "login/code/confirm/",
        ),
        *("2fa/", "webauthn/", "social/connections/", "sessions/", "provider/signup/", "totp/deactivate/", "trust/"),
    ],
)
def test_what_is_not_wanted_of_allauth_is_not_there(anna: Person, path: str) -> None:
    with pytest.raises(Resolver404):
        resolve(f"/account/{path}")
    assert anna.sign_in().client.get(f"/account/{path}").status_code == 404


def test_inactive_person_stays_outside(anna: Person, world: World) -> None:
    type(world.users["anna"]).objects.filter(username="anna").update(is_active=False)

    assert "Name and password do not fit." in anna.give_password().content.decode()
    assert not anna.is_in()


@pytest.mark.parametrize("demo", [True, False])
def test_invented_people_get_as_far_as_the_code_only_in_a_demo(
    world: World, clock: Clock, settings: Any, demo: bool
) -> None:
    settings.DEMO = True
    flora = invented(world, clock)
    flora.sign_in().enrol()
    flora.post("account_logout")
    settings.DEMO = demo

    flora.give_password()
    flora.post("mfa_authenticate", {"code": flora.code()})

    assert flora.is_in() == demo


def test_code_of_an_invented_person_ends_with_the_demo(world: World, clock: Clock, settings: Any) -> None:
    settings.DEMO = True
    flora = invented(world, clock)
    flora.sign_in().enrol()
    flora.post("account_logout")
    flora.give_password()
    settings.DEMO = False

    flora.post("mfa_authenticate", {"code": flora.code()})

    assert not flora.is_in()


def test_every_sign_in_ends_when_a_role_does(anna: Person, world: World, second_factor: None) -> None:
    anna.sign_in().enrol()
    elsewhere = anna.elsewhere().sign_in()
    membership = world.alliance.memberships.get(user=world.users["anna"])

    end_membership(membership, actor=world.actor("staff"), at=NOW, reason="Left.")

    assert not anna.is_in()
    assert not elsewhere.is_in()


def test_sign_in_ends_after_a_working_day(anna: Person) -> None:
    anna.sign_in()
    anna.clock.turn(hours=11, minutes=59)
    assert anna.is_in()

    anna.clock.turn(minutes=2)

    assert not anna.is_in()


def test_signing_in_gives_the_session_a_new_key(anna: Person) -> None:
    anna.get("account_login")
    anna.give_password("wrong")
    before = anna.client.session.session_key
    anna.sign_in()

    assert anna.client.session.session_key != before


def test_answers_are_pages_whatever_is_asked_for(anna: Person) -> None:
    for headers in ({"HTTP_ACCEPT": "application/json"}, {"HTTP_X_REQUESTED_WITH": "XMLHttpRequest"}):
        answer = anna.get("account_login", **headers)
        assert answer["Content-Type"].startswith("text/html")


def test_allauth_keeps_no_addresses_of_its_own(anna: Person, world: World) -> None:
    type(world.users["anna"]).objects.filter(username="anna").update(email="anna@example.org")
    anna.sign_in()
    anna.post("account_reset_password", {"email": "anna@example.org"})

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM account_emailaddress")
        assert cursor.fetchone() == (0,)


def invented(world: World, clock: Clock) -> Person:
    """Return one of the people of an invented alliance, at this very machine."""
    demo = make.AllianceFactory(slug="freedonia", is_demo=True, members=[world.organisations[3]])
    user = make.UserFactory(username="flora")
    make.MembershipFactory(alliance=demo, user=user, organisation=world.organisations[3])
    return Person("flora", clock, address="127.0.0.1")
