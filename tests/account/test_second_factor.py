"""The second factor: asked of everyone who can write, set up, used, replaced, and its recovery codes."""

import re
from typing import Any

import pytest
from django.contrib import admin
from django.core import mail
from django.test import Client
from django.urls import URLResolver, reverse

from tests.account.conftest import Clock, Person, totp
from tests.conftest import World, everything
from tests.factories import PASSWORD

ENROL = "/account/second-factor/"


def addresses() -> list[str]:
    """Return an address of every page of the workspace that asks who is there."""
    found = []
    for entry in admin.site.get_urls():
        inner = entry.url_patterns if isinstance(entry, URLResolver) else [entry]
        prefix = str(entry.pattern) if isinstance(entry, URLResolver) else ""
        for pattern in inner:
            route = re.sub(r"<[^>]+>|\(\?P<[^>]+>[^)]*\)", "1", f"{prefix}{pattern.pattern}")
            found.append("/admin/" + route.strip("^$").replace(".*", ""))
    return sorted(set(found) - {"/admin/login/"})


@pytest.mark.parametrize("name", ["anna", "staff", "root"])
def test_whoever_can_write_sets_one_up_before_any_page_of_the_workspace(
    world: World, clock: Clock, second_factor: None, name: str
) -> None:
    person = Person(name, clock).sign_in()
    before = everything()
    assert len(addresses()) > 60
    for address in addresses():
        for verb in (person.client.get, person.client.post):
            answer = verb(address)
            assert (answer.status_code, answer.get("Location")) == (302, ENROL), address
    assert everything() == before

    assert person.enrol()["Location"] == "/account/recovery-codes/"

    assert person.client.get("/admin/").status_code == 200


def test_enrolment_shows_the_key_as_picture_inside_the_page_and_as_text(anna: Person, second_factor: None) -> None:
    page = anna.sign_in().get("mfa_activate_totp")
    shown = page.content.decode()

    secret = page.context["form"].secret
    assert f'<code class="secret">{secret}</code>' in shown
    assert f'href="otpauth://totp/anna?secret={secret}&amp;issuer=127.0.0.1%3A8000"' in shown
    assert '<svg class="qr"' in shown
    assert "data:" not in shown
    assert "<img" not in shown


def test_key_stays_the_same_while_it_is_set_up(anna: Person, second_factor: None) -> None:
    anna.sign_in()
    first = anna.get("mfa_activate_totp").context["form"].secret

    wrong = anna.post("mfa_activate_totp", {"code": "000000"})

    assert "This code does not fit" in wrong.content.decode()
    assert wrong.context["form"].secret == first
    assert anna.client.get("/ru" + ENROL).context["form"].secret == first
    assert not anna.get("mfa_index").context["authenticators"]


def test_code_follows_the_password(enrolled: Person) -> None:
    elsewhere = enrolled.elsewhere()

    assert elsewhere.give_password(back="/admin/tracker/item/")["Location"] == "/account/login/code/"
    assert not elsewhere.is_in()
    assert elsewhere.client.get("/admin/").status_code == 302
    assert "This code does not fit" in elsewhere.post("mfa_authenticate", {"code": "000000"}).content.decode()
    assert elsewhere.post("mfa_authenticate", {}).status_code == 200
    assert not elsewhere.is_in()
    assert elsewhere.post("mfa_authenticate", {"code": elsewhere.code()})["Location"] == "/admin/tracker/item/"
    assert elsewhere.client.get("/admin/").status_code == 200


def test_code_without_a_password_leads_to_signing_in(enrolled: Person) -> None:
    stranger = enrolled.elsewhere()

    assert stranger.post("mfa_authenticate", {"code": stranger.code()})["Location"] == "/account/login/"
    assert not stranger.is_in()


@pytest.mark.parametrize(("late", "enters"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)])
def test_code_is_right_for_half_a_minute_around_its_own(enrolled: Person, late: int, enters: bool) -> None:
    elsewhere = enrolled.elsewhere()
    elsewhere.give_password()
    elsewhere.clock.turn(minutes=5)
    code = totp(elsewhere.secret, elsewhere.clock.now - late)

    elsewhere.post("mfa_authenticate", {"code": code})

    assert elsewhere.is_in() == enters


@pytest.mark.parametrize("later", [0, 31, 59])
def test_code_is_good_once(enrolled: Person, later: int) -> None:
    code = enrolled.code()
    first, second = enrolled.elsewhere(), enrolled.elsewhere()
    for person in (first, second):
        person.give_password()
    first.post("mfa_authenticate", {"code": code})
    assert first.is_in()
    enrolled.clock.turn(seconds=later)

    second.post("mfa_authenticate", {"code": f" {code[:3]} {code[3:]}"})

    assert not second.is_in()


def test_each_recovery_code_is_good_once(enrolled: Person) -> None:
    codes = enrolled.recovery_codes()
    assert len(set(codes)) == 10
    for code in codes:
        for enters in (True, False):
            person = enrolled.elsewhere()
            person.give_password()
            person.post("mfa_authenticate", {"code": code})
            assert person.is_in() == enters
            # Ten wrong codes from one place are too many; they are not what is tried here.
            enrolled.clock.turn(hours=1, minutes=10)
    enrolled.sign_in()
    assert enrolled.recovery_codes() == []
    assert "All of them are used up" in enrolled.get("mfa_view_recovery_codes").content.decode()


def test_new_recovery_codes_end_those_of_before_and_are_told_of(
    enrolled: Person, world: World, committed: None
) -> None:
    set_address(world, "anna@example.org")
    old = enrolled.recovery_codes()

    assert enrolled.post("mfa_generate_recovery_codes")["Location"] == "/account/recovery-codes/"

    new = enrolled.recovery_codes()
    assert len(new) == 10
    assert not set(old) & set(new)
    elsewhere = enrolled.elsewhere()
    elsewhere.give_password()
    elsewhere.post("mfa_authenticate", {"code": old[0]})
    assert not elsewhere.is_in()
    elsewhere.post("mfa_authenticate", {"code": new[0]})
    assert elsewhere.is_in()
    assert [message.subject for message in mail.outbox] == ["You have new recovery codes"]


def test_recovery_codes_are_downloaded_as_text(enrolled: Person) -> None:
    codes = enrolled.recovery_codes()

    answer = enrolled.get("mfa_download_recovery_codes")

    assert answer["Content-Type"].startswith("text/plain")
    assert answer["Content-Disposition"] == 'attachment; filename="recovery-codes.txt"'
    assert "no-store" in answer["Cache-Control"]
    assert answer.content.decode().split()[-10:] == codes


def test_recovery_codes_are_not_there_before_a_second_factor(anna: Person, second_factor: None) -> None:
    anna.sign_in()

    for name in ("mfa_view_recovery_codes", "mfa_download_recovery_codes"):
        assert anna.get(name).status_code == 404
    shown = anna.post("mfa_generate_recovery_codes")
    assert shown.status_code == 200
    assert "errornote" in shown.content.decode()


def test_another_app_takes_the_place_of_the_first_with_its_recovery_codes(enrolled: Person) -> None:
    lost, codes = enrolled.secret, enrolled.recovery_codes()

    assert enrolled.enrol()["Location"] == "/account/recovery-codes/"

    assert enrolled.secret != lost
    assert not set(codes) & set(enrolled.recovery_codes())
    thief = enrolled.elsewhere()
    thief.give_password()
    for code in (totp(lost, thief.clock.now), codes[0]):
        thief.post("mfa_authenticate", {"code": code})
        assert not thief.is_in()
    assert enrolled.elsewhere().sign_in()


def test_second_factor_set_up_ends_the_sign_ins_of_before_but_not_this_one(anna: Person, second_factor: None) -> None:
    thief = anna.elsewhere().sign_in()
    anna.sign_in()

    anna.enrol()

    assert anna.is_in()
    assert not thief.is_in()


def test_second_factor_set_up_is_told_by_mail(anna: Person, world: World, second_factor: None, committed: None) -> None:
    set_address(world, "anna@example.org")
    anna.sign_in().enrol()

    [message] = mail.outbox

    assert (message.to, message.subject) == (["anna@example.org"], "Your second factor was set up")
    assert "network address 192.0.2.1" in message.body
    assert "choose a new password at once" in message.body


def test_nothing_is_asked_in_a_demo_without_it(world: World, anna: Person, settings: Any) -> None:
    settings.DEMO = True
    anna.address = "127.0.0.1"
    anna.sign_in()

    assert anna.client.get("/admin/").status_code == 200


def test_second_factor_is_asked_for_at_the_pages_of_the_account_too(enrolled: Person) -> None:
    elsewhere = enrolled.elsewhere()
    elsewhere.give_password()

    for name in ("mfa_index", "mfa_activate_totp", "mfa_view_recovery_codes", "account_change_password"):
        assert elsewhere.get(name)["Location"].startswith("/account/login/?next=")


def test_login_begun_is_dropped_by_beginning_again(enrolled: Person) -> None:
    elsewhere = enrolled.elsewhere()
    elsewhere.give_password()
    assert elsewhere.get("account_login")["Location"] == "/account/login/code/"

    elsewhere.post("account_logout")

    assert elsewhere.get("account_login").status_code == 200
    assert elsewhere.get("mfa_authenticate")["Location"] == "/account/login/"


def test_login_begun_is_forgotten_after_a_quarter_of_an_hour(enrolled: Person) -> None:
    elsewhere = enrolled.elsewhere()
    elsewhere.give_password()
    enrolled.clock.turn(minutes=16)

    assert elsewhere.post("mfa_authenticate", {"code": elsewhere.code()})["Location"] == "/account/login/"
    assert not elsewhere.is_in()


def test_password_of_somebody_else_begins_nothing(enrolled: Person) -> None:
    stranger = Client()

    answer = stranger.post(reverse("account_login"), {"login": "anna", "password": PASSWORD + "!"})

    assert answer.status_code == 200
    assert stranger.get(reverse("mfa_authenticate"))["Location"] == "/account/login/"


def set_address(world: World, address: str) -> None:
    """Let mail to anna go to `address`: no part of the history."""
    type(world.users["anna"]).objects.filter(username="anna").update(email=address)
