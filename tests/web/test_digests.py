"""The page that stops the weekly mail: by one click of a mail program, or of a person, never by opening it."""

from typing import Any

import pytest
from django.test import Client

from tests.actions.asserting import story
from tests.conftest import World, everything
from tests.web.conftest import Reader
from tracker.models import HistoryEntry, User
from tracker.queries.digests import pause_token

pytestmark = pytest.mark.usefixtures("present")


@pytest.fixture
def address(world: World) -> str:
    return f"/account/mail/{pause_token(world.users['anna'])}/"


def anna(world: World) -> User:
    return User.objects.get(pk=world.users["anna"].pk)


def paused(world: World) -> list[str]:
    return list(User.objects.filter(digests_paused=True).values_list("username", flat=True))


@pytest.mark.parametrize("verb", ["get", "head"])
def test_opening_the_page_changes_nothing(world: World, address: str, client: Client, verb: str) -> None:
    before = everything()

    assert getattr(client, verb)(address).status_code == 200
    assert everything() == before


def test_mail_program_stops_the_mail_by_one_post_without_cookies(world: World, address: str) -> None:
    client = Client(enforce_csrf_checks=True)

    answer = client.post(address, "List-Unsubscribe=One-Click", content_type="application/x-www-form-urlencoded")

    assert answer.status_code == 200
    assert paused(world) == ["anna"]
    assert story(anna(world))[-1] == ("set_mail", {"digests_paused": (False, True)})
    assert answer.cookies == {}


def test_person_stops_the_mail_and_starts_it_again(world: World, address: str, reader: Reader) -> None:
    assert "Stop the weekly mail" in reader.text(address)

    assert "The weekly mail is stopped." in reader.client.post(address, {"act": "pause"}).content.decode()
    assert paused(world) == ["anna"]
    assert "Send the weekly mail again" in reader.text(address)

    reader.client.post(address, {"act": "resume"})
    assert paused(world) == []
    assert "Stop the weekly mail" in reader.text(address)


def test_stopping_twice_writes_once(world: World, address: str, client: Client) -> None:
    client.post(address)
    entries = HistoryEntry.objects.count()

    assert client.post(address).status_code == 200
    assert HistoryEntry.objects.count() == entries


@pytest.mark.parametrize("verb", ["get", "post"])
def test_address_that_was_made_up_is_no_page_whoever_is_named(
    world: World, address: str, client: Client, verb: str
) -> None:
    anybody, nobody = world.users["boris"].uuid.hex, "0" * 32
    signature = address.rstrip("/").split(":")[1]
    before = everything()
    answers = [
        getattr(client, verb)(f"/account/mail/{token}/")
        for token in ("x", anybody, nobody, f"{anybody}:{signature}", f"{nobody}:{signature}")
    ]

    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content.replace(str(answer.wsgi_request.path).encode(), b"") for answer in answers}) == 1
    assert everything() == before


def test_other_ways_of_asking_are_refused(world: World, address: str, client: Client) -> None:
    assert [getattr(client, verb)(address).status_code for verb in ("put", "delete", "patch")] == [405] * 3


def test_page_is_there_in_both_languages_and_keeps_its_address_to_itself(
    world: World, address: str, client: Client
) -> None:
    for where, language in ((address, "en"), (f"/ru{address}", "ru")):
        answer = client.get(where)
        assert f'<html lang="{language}">' in answer.content.decode()
        assert answer["Referrer-Policy"] == "no-referrer"
        assert "no-store" in answer["Cache-Control"]


def test_page_names_nobody(world: World, address: str, client: Client) -> None:
    text = client.get(address).content.decode()
    user: Any = world.users["anna"]

    assert [word for word in (user.first_name, user.username, user.last_name + "<") if word in text] == []
