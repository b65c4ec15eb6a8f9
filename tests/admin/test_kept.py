"""Words that were typed into a page that can no longer be sent."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from tests.conftest import World, everything

TYPED = {
    "act": "save",
    "version": "1",
    "done_en": "Typed for an <b>hour</b>, and never saved before.",
    "password": "a secret word",
}


@pytest.fixture
def address(world: World) -> str:
    return f"{reverse('admin:tracker_update_add')}?item={world.items[0].pk}"


def test_words_of_someone_signed_out_are_shown_again(address: str) -> None:
    before = everything()
    answer = Client().post(address, TYPED)
    shown = answer.content.decode()

    assert answer.status_code == 403
    assert "Typed for an &lt;b&gt;hour&lt;/b&gt;, and never saved before." in shown
    assert "a secret word" not in shown
    assert reverse("account_login") in shown
    assert everything() == before


def test_words_of_an_expired_form_are_shown_again(world: World, address: str, sign_in: Callable[[str], Client]) -> None:
    client = Client(enforce_csrf_checks=True)
    client.cookies = sign_in("anna").cookies
    before = everything()

    answer = client.post(address, TYPED)

    assert (answer.status_code, "Typed for an" in answer.content.decode()) == (403, True)
    assert everything() == before


def test_passwords_of_an_expired_form_are_not_shown() -> None:
    answer = Client(enforce_csrf_checks=True).post(reverse("account_login"), {"login": "anna b", "password": "a b c d"})

    assert (answer.status_code, "a b c d" in answer.content.decode()) == (403, False)


def test_nothing_typed_leads_to_the_sign_in_page(address: str) -> None:
    answer = Client().post(address, {"act": "save"})

    assert (answer.status_code, "/login/" in answer["Location"]) == (302, True)
