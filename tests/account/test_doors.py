"""Every address of the account × who asks × reading and writing. A new address without a row fails."""

import re
from collections.abc import Callable
from itertools import product
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from django.contrib.auth.tokens import default_token_generator
from django.db import transaction
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.utils.http import urlencode

from tests.account.conftest import Person, totp
from tests.conftest import World, everything
from tests.factories import PASSWORD
from tracker.admin.account import urlpatterns
from tracker.models import User

# L sent to sign in, R sent elsewhere, 2 a page, N not found, C sent to confirm who is there.
# {address: (GET, POST)}, each for nobody, for a coordinator without a second factor, and with one.
TABLE = {
    "account_login": ("2RR", "2RR"),
    "mfa_authenticate": ("LRR", "LRR"),
    "account_logout": ("L22", "LLL"),
    "mfa_index": ("L22", "LMM"),
    "account_reauthenticate": ("L22", "L22"),
    "mfa_reauthenticate": ("LC2", "LC2"),
    "mfa_activate_totp": ("L22", "L22"),
    "mfa_view_recovery_codes": ("LN2", "LMM"),
    "mfa_generate_recovery_codes": ("L22", "L2R"),
    "mfa_download_recovery_codes": ("LN2", "LNM"),
    "account_change_password": ("L22", "L22"),
    "account_reset_password": ("222", "222"),
    "account_reset_password_done": ("222", "MMM"),
    "account_reset_password_from_key_done": ("222", "MMM"),
    "account_reset_password_from_key": ("222", "222"),
}
ANSWERS = {"2": 200, "N": 404, "M": 405}
HTML = re.compile(r"<style|\sstyle=|<script(?![^>]*\ssrc=)|\son\w+=|javascript:|src=\"data:")
FOREIGN = re.compile(r'(?:src|<link[^>]*href)="(?:https?:)?//')


def address(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return reverse(name, args=["1", "x-y"])


def test_every_address_has_a_row_and_every_row_an_address() -> None:
    assert {pattern.name for pattern in urlpatterns} == set(TABLE)


@pytest.fixture
def asking(anna: Person, second_factor: None) -> Callable[[str], Client]:
    """Return a browser at which nobody, anna, or anna with a second factor is signed in."""

    def ask(who: str) -> Client:
        person = anna.elsewhere()
        if who == "anna":
            return person.sign_in().client
        if who == "enrolled":
            person.sign_in().enrol()
        return person.client

    return ask


@pytest.mark.parametrize("name", sorted(TABLE))
@pytest.mark.parametrize("place", [0, 1, 2])
def test_address_answers_as_the_table_says(name: str, place: int, asking: Callable[[str], Client]) -> None:
    before = everything()
    client = asking(("nobody", "anna", "enrolled")[place])
    for verb, letters in zip(("get", "post"), TABLE[name], strict=True):
        answer = getattr(client, verb)(address(name))
        letter, where = letters[place], answer.get("Location", "")
        asked = f"{verb} {name}: {answer.status_code} {where}"
        signs_in, confirms = where.startswith("/account/login/"), where.startswith("/account/confirm/")
        assert signs_in == (letter == "L"), asked
        assert confirms == (letter == "C"), asked
        assert answer.status_code == ANSWERS.get(letter, 302), asked
        assert letter == "N" or "no-store" in answer["Cache-Control"], asked
        if letter == "2" and answer["Content-Type"].startswith("text/html"):
            shown = answer.content.decode()
            assert "default-src 'self'" in answer["Content-Security-Policy"]
            assert not HTML.search(shown), asked
            assert not FOREIGN.search(shown), asked
            assert 'hreflang="ru"' in shown
            assert not re.search(
                r"<(input|select|textarea)(?![^>]*type=\"(hidden|submit)\")(?![^>]*aria-describedby)", shown
            )
    assert [row["username"] for row in everything()["User"]] == [row["username"] for row in before["User"]]
    assert everything()["history"] == before["history"]


def test_other_ways_of_asking_are_refused(asking: Callable[[str], Client]) -> None:
    client = asking("anna")

    found = {
        (name, verb): getattr(client, verb)(address(name)).status_code
        for name in TABLE
        for verb in ("put", "patch", "delete", "options", "trace")
    }

    assert set(found.values()) == {405}, found


def test_form_without_its_token_is_refused(anna: Person, second_factor: None) -> None:
    client = Client(enforce_csrf_checks=True)
    client.cookies.update(anna.sign_in().client.cookies)

    found = {name: client.post(address(name)).status_code for name in TABLE}

    assert set(found.values()) == {403}, found


def test_nobody_reaches_how_another_signs_in(world: World, enrolled: Person) -> None:
    olga = Person("olga", enrolled.clock).sign_in()
    olga.enrol()
    codes, hers = olga.recovery_codes(), User.objects.get(username="olga")
    # The link that lets anna choose a password, with olga's number in it.
    key = default_token_generator.make_token(User.objects.get(username="anna"))
    hijacked = reverse("account_reset_password_from_key", args=[user_pk_to_url_str(hers), key])
    named: dict[str, Any] = dict.fromkeys(("user", "user_id", "id", "pk"), hers.pk) | {"uidb36": hers.pk, "key": key}
    named |= {"login": "olga", "username": "olga", "email": hers.email, "password": PASSWORD, "oldpassword": PASSWORD}
    named |= {"password1": "another long password", "password2": "another long password"}
    before = sign_in_of(hers)
    for name, asked in product(TABLE, ("own", "hijacked")):
        point, client = transaction.savepoint(), Client()
        client.cookies.load({key: morsel.value for key, morsel in enrolled.client.cookies.items()})
        place = address(name) if asked == "own" else hijacked
        code = {"code": totp(enrolled.secret, enrolled.clock.now)}
        shown = [client.get(f"{place}?{urlencode(named)}"), client.post(f"{place}?{urlencode(named)}", named | code)]
        shown.append(client.post(place, named | {"code": codes[0]}, follow=True))
        told = "".join(answer.content.decode() for answer in shown)
        assert not [secret for secret in (*codes[1:], olga.secret) if secret in told], name
        assert sign_in_of(hers) == before, name
        # What anna changed of her own, and her session, are as they were.
        transaction.savepoint_rollback(point)
    assert olga.is_in()
    assert not EmailAddress.objects.exists()


def sign_in_of(user: User) -> list[Any]:
    """Return everything by which somebody signs in."""
    own = User.objects.filter(pk=user.pk).values_list("password", "session_version", "email", "is_active")
    return [*own, *Authenticator.objects.filter(user=user).order_by("pk").values()]
