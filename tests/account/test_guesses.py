"""Guessing is slowed per account and per address, and never keeps the owner out where they have been before."""

from typing import Any

import pytest
from django.conf import settings as the_settings
from django.core import signing
from django.core.cache import caches
from django.core.cache.backends.db import DatabaseCache
from django.db import connection
from django.test import Client
from django.urls import reverse

from tests.account.conftest import Clock, Person, totp
from tests.conftest import World
from tests.factories import PASSWORD
from tracker.lib import guesses
from tracker.models import User

TOO_MANY = "Too many wrong attempts"
WRONG = "Name and password do not fit"


def guess(person: Person, times: int = 1) -> str:
    """Send a wrong password that many times; return what the last page says."""
    shown = ""
    for _attempt in range(times):
        shown = person.give_password("not the password").content.decode()
    return TOO_MANY if TOO_MANY in shown else WRONG if WRONG in shown else shown


def attack(person: Person, addresses: int = 20) -> None:
    """Guess at the person's account from many places, until every stranger is refused."""
    for number in range(addresses):
        guess(person.elsewhere(f"203.0.113.{number + 1}"))
    assert guess(person.elsewhere("203.0.113.200")) == TOO_MANY


def test_stranger_is_slowed_after_five_guesses_at_one_name(anna: Person, caplog: Any) -> None:
    assert guess(anna, 5) == WRONG
    assert caplog.text == ""
    assert guess(anna) == TOO_MANY
    assert f"Too many guesses at 'user {user_pk('anna')}': refused one from 192.0.2.1 (guess_pair)." in caplog.text
    # Not even the right one helps: nobody learns in this way that it is right.
    anna.give_password()
    assert not anna.is_in()

    anna.clock.turn(minutes=16)

    anna.sign_in()


def test_slow_guesser_elsewhere_does_not_slow_others(anna: Person) -> None:
    guess(anna, 6)

    assert anna.elsewhere().sign_in()
    assert Person("boris", anna.clock, address=anna.address).sign_in()


@pytest.mark.parametrize("name", ["anna", "nobody-is-called-so"])
def test_account_is_slowed_whatever_the_addresses(world: World, clock: Clock, name: str) -> None:
    said = [guess(Person(name, clock, address=f"203.0.113.{number}")) for number in range(1, 30)]

    assert said == [WRONG] * 20 + [TOO_MANY] * 9


def test_account_is_slowed_for_a_day_too(world: World, clock: Clock) -> None:
    said = []
    for number in range(1, 101):
        said.append(guess(Person("anna", clock, address=f"203.0.113.{number}")))
        clock.turn(minutes=6)

    assert said == [WRONG] * 60 + [TOO_MANY] * 40


def test_address_is_slowed_whatever_the_accounts(world: World, clock: Clock) -> None:
    said = [guess(Person(f"user{number}", clock, address="203.0.113.9")) for number in range(60)]

    assert said == [WRONG] * 50 + [TOO_MANY] * 10
    assert guess(Person("anna", clock, address="203.0.113.10")) == WRONG


@pytest.mark.parametrize(
    ("one", "other", "same"), [("2001:db8::1", "2001:db8::2", True), ("2001:db8::1", "2001:db8:1::1", False)]
)
def test_address_of_version_six_is_that_of_its_network(anna: Person, one: str, other: str, same: bool) -> None:
    guess(anna.elsewhere(one), 5)

    assert (guess(anna.elsewhere(other)) == TOO_MANY) == same


def test_owner_gets_in_where_they_have_been_while_the_account_is_under_attack(anna: Person) -> None:
    anna.sign_in()
    anna.post("account_logout")
    assert not anna.is_in()
    attack(anna)

    anna.address = "198.51.100.77"
    anna.sign_in()


def test_owner_gets_in_from_the_address_of_the_attack_too(anna: Person) -> None:
    anna.sign_in()
    anna.post("account_logout")
    for number in range(60):
        guess(Person(f"user{number}", anna.clock, address=anna.address))
    assert guess(Person("boris", anna.clock, address=anna.address)) == TOO_MANY

    anna.sign_in()


def test_other_sessions_go_on_and_can_confirm_during_an_attack(enrolled: Person) -> None:
    attack(enrolled)

    assert enrolled.client.get("/admin/").status_code == 200
    enrolled.clock.turn(hours=1)
    answer = enrolled.post("account_reauthenticate", {"password": PASSWORD})
    assert (answer.status_code, answer["Location"]) == (302, "/admin/")
    assert enrolled.post("mfa_reauthenticate", {"code": enrolled.code()}).status_code == 302


def test_sign_in_with_a_code_goes_on_during_an_attack(enrolled: Person) -> None:
    enrolled.post("account_logout")
    attack(enrolled)

    enrolled.sign_in()


def test_known_browser_may_not_guess_for_ever(anna: Person) -> None:
    anna.sign_in()
    anna.post("account_logout")

    assert guess(anna, 10) == WRONG
    assert guess(anna) == TOO_MANY
    # A stranger's count is another.
    assert guess(anna.elsewhere()) == WRONG


def test_browser_is_known_for_its_own_people_only(anna: Person, world: World) -> None:
    anna.sign_in()
    anna.post("account_logout")
    boris = Person("boris", anna.clock, address=anna.address, client=anna.client)
    attack(boris)

    assert guess(boris) == TOO_MANY
    boris.give_password()
    assert not boris.is_in()


def test_shared_computer_is_known_for_everyone_who_uses_it(anna: Person) -> None:
    boris = Person("boris", anna.clock, client=anna.client)
    for person in (anna, boris):
        person.sign_in()
        person.post("account_logout")
    for person in (anna, boris):
        attack(person)
        person.sign_in()
        person.post("account_logout")


def test_shared_computer_knows_eight_people_at_most(anna: Person) -> None:
    versions = [[number, 1] for number in range(100, 108)]
    anna.client.cookies[guesses.COOKIE] = signing.dumps(["office", versions], salt="tracker.known-browser")

    anna.sign_in()

    browser, people = signing.loads(anna.client.cookies[guesses.COOKIE].value, salt="tracker.known-browser")
    assert browser == "office"
    assert [key for key, _version in people] == [*range(101, 108), user_pk("anna")]


def test_browser_is_no_longer_known_once_the_password_or_a_role_changed(anna: Person, world: World) -> None:
    anna.sign_in()
    anna.post("account_logout")
    raise_session_version(world, "anna")
    attack(anna)

    anna.give_password()
    assert not anna.is_in()


@pytest.mark.parametrize("forged", ["", "nonsense", "a:b:c", "another salt", "another key"])
def test_cookie_that_is_not_ours_makes_nobody_known(anna: Person, forged: str) -> None:
    told = ["b", [[user_pk("anna"), 1]]]
    anna.client.cookies[guesses.COOKIE] = {
        "another salt": signing.dumps(told, salt="another"),
        "another key": signing.dumps(told, key="not the key", salt="tracker.known-browser"),
    }.get(forged, forged)

    assert guess(anna, 6) == TOO_MANY


def test_cookie_is_for_this_site_alone_and_for_half_a_year(anna: Person, settings: Any) -> None:
    settings.SESSION_COOKIE_SECURE = True
    # The test's client does not send what is for https only; the answer to the right password says how it is kept.
    cookie = anna.give_password().cookies[guesses.COOKIE]

    assert (cookie["httponly"], cookie["secure"], cookie["samesite"], cookie["path"]) == (True, True, "Lax", "/")
    assert cookie["max-age"] == 180 * 24 * 60 * 60
    assert "anna" not in cookie.value


def test_cookie_grows_old(anna: Person) -> None:
    anna.sign_in()
    anna.post("account_logout")
    anna.clock.turn(days=181)
    attack(anna)

    anna.give_password()
    assert not anna.is_in()


def test_codes_are_slowed_like_passwords(enrolled: Person) -> None:
    stranger = enrolled.elsewhere()
    stranger.give_password()
    said = [stranger.post("mfa_authenticate", {"code": "000000"}).content.decode() for _attempt in range(6)]

    assert ["This code does not fit" in page for page in said] == [True] * 5 + [False]
    assert TOO_MANY in said[5]
    code = totp(stranger.secret, stranger.clock.now)
    assert TOO_MANY in stranger.post("mfa_authenticate", {"code": code}).content.decode()
    assert not stranger.is_in()
    # The same count as for passwords, so that nobody has both.
    assert guess(enrolled.elsewhere()) == TOO_MANY


def test_refused_recovery_code_is_not_used_up(enrolled: Person) -> None:
    [code, *_others] = enrolled.recovery_codes()
    stranger = enrolled.elsewhere()
    stranger.give_password()
    for _attempt in range(5):
        stranger.post("mfa_authenticate", {"code": "000000"})

    assert TOO_MANY in stranger.post("mfa_authenticate", {"code": code}).content.decode()

    assert code in enrolled.recovery_codes()


def test_right_passwords_are_not_counted(enrolled: Person) -> None:
    for _attempt in range(30):
        stranger = enrolled.elsewhere()
        stranger.give_password()
        assert stranger.get("mfa_authenticate").status_code == 200


@pytest.mark.parametrize(
    ("page", "field", "said"),
    [
        ("account_reauthenticate", "password", "This is not your password."),
        ("mfa_reauthenticate", "code", "This code does not fit"),
        ("account_change_password", "oldpassword", "This is not your password of now."),
    ],
)
def test_guesses_of_somebody_signed_in_are_slowed_too(enrolled: Person, page: str, field: str, said: str) -> None:
    typed = {"password1": "a password of some length", "password2": "a password of some length", field: "000000"}
    pages = [enrolled.post(page, typed).content.decode() for _attempt in range(11)]

    assert [said in shown for shown in pages] == [True] * 10 + [False]
    assert TOO_MANY in pages[10]


def test_session_without_the_cookie_is_counted_apart_from_strangers(enrolled: Person) -> None:
    del enrolled.client.cookies[guesses.COOKIE]
    attack(enrolled)

    assert enrolled.post("account_reauthenticate", {"password": PASSWORD}).status_code == 302


def test_counts_are_in_the_database_for_all_processes_and_cannot_be_pushed_out(anna: Person) -> None:
    guess(anna)

    assert isinstance(caches["default"], DatabaseCache)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM tracker_cache")
        assert cursor.fetchone()[0] >= 3
    assert the_settings.CACHES["default"]["OPTIONS"]["MAX_ENTRIES"] >= 100_000


def test_proxy_in_front_names_who_asks(anna: Person, settings: Any) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1

    def attempt(forwarded: str) -> str:
        answer = Client().post(
            reverse("account_login"),
            {"login": "anna", "password": "wrong"},
            REMOTE_ADDR="10.0.0.1",
            HTTP_X_FORWARDED_FOR=forwarded,
        )
        return TOO_MANY if TOO_MANY in answer.content.decode() else WRONG

    # What somebody writes before the proxy's own word counts for nothing.
    assert [attempt(f"192.0.2.{number}, 198.51.100.1") for number in range(6)] == [WRONG] * 5 + [TOO_MANY]
    assert attempt("198.51.100.2") == WRONG


def test_server_that_names_no_address_counts_everyone_as_one(anna: Person) -> None:
    anna.address = ""

    assert guess(anna, 5) == WRONG
    assert guess(anna) == TOO_MANY


def user_pk(name: str) -> int:
    return User.objects.get(username=name).pk


def raise_session_version(world: World, name: str) -> None:
    """Do what every act does that changes a password or a role."""
    user = world.users[name]
    type(user).objects.filter(pk=user.pk).update(session_version=user.session_version + 1)
