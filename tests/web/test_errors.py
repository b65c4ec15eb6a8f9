"""Pages for what went wrong are ours, in both languages, and give nothing away."""

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client, RequestFactory
from django.utils import translation
from django.views import defaults

from tests.conftest import World
from tests.web.conftest import Lone


@pytest.mark.parametrize(("address", "language"), [("/home/nothing/", "en"), ("/ru/home/nothing/", "ru")])
def test_missing_page_is_ours_in_the_language_of_the_address(
    world: World, client: Client, address: str, language: str
) -> None:
    response = client.get(address)

    assert response.status_code == 404
    html = response.content.decode()
    assert f'<html lang="{language}">' in html
    assert "site.css" in html
    assert "nothing" not in html


def test_missing_item_is_our_page_too(lone: Lone, client: Client) -> None:
    response = client.get("/items/doc/c-9/")

    assert response.status_code == 404
    assert b"site.css" in response.content


def test_forbidden_page_is_ours(db: None, rf: RequestFactory) -> None:
    response = defaults.permission_denied(rf.get("/admin/"), PermissionDenied("secret reason"))

    assert response.status_code == 403
    assert b"This is not open to you" in response.content
    assert b"secret reason" not in response.content


@pytest.mark.parametrize("language", ["en", "ru"])
def test_broken_page_is_ours_and_needs_no_database(rf: RequestFactory, language: str) -> None:
    with translation.override(language):
        response = defaults.server_error(rf.get("/"))

    assert response.status_code == 500
    assert f'<html lang="{language}">'.encode() in response.content
