"""A word from a reader: handed on by mail to those who keep the record, kept nowhere, and refused where it may harm."""

from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client

from tests.conftest import NOW, World, everything
from tests.factories import MembershipFactory, UserFactory
from tracker.actions.history import Act
from tracker.choices import Role
from tracker.models import Mail, User
from tracker.permissions import SYSTEM

HERE = "/home/concern/"
WORDS = {"kind": "wrong", "words": "The law of 2012 was changed: see the gazette.", "answer_to": "reader@example.org"}


@pytest.fixture(autouse=True)
def _start(present: None, transactional_db: None) -> None:
    cache.clear()


@pytest.fixture
def reached(world: World) -> dict[str, User]:
    """The secretariat and the lead have an address; so has a coordinator, whom it does not concern."""
    lead = UserFactory(username="lena")
    MembershipFactory(alliance=world.alliance, user=lead, organisation=world.organisations[2], role=Role.SAFEGUARDING)
    people = {"staff": world.users["staff"], "lena": lead, "anna": world.users["anna"], "eve": world.users["eve"]}
    for name, user in people.items():
        User.objects.filter(pk=user.pk).update(email=f"{name}@example.org")
    return people


def test_message_reaches_the_secretariat_and_the_lead_and_nobody_else(
    world: World, reached: dict[str, User], client: Client
) -> None:
    shown = client.post(HERE, WORDS | {"page": "/home/items/doc/c-1/"})

    assert (shown.status_code, b"Your message was handed on" in shown.content) == (200, True)
    assert sorted(sent.to[0] for sent in mail.outbox) == ["lena@example.org", "staff@example.org"]
    assert mail.outbox[0].subject == (
        f"From a reader of the pages of {world.alliance}: Something on these pages is wrong or out of date"
    )
    for said in (WORDS["words"], "reader@example.org", "/home/items/doc/c-1/"):
        assert said in mail.outbox[0].body


def test_message_is_kept_nowhere(world: World, reached: dict[str, User], client: Client) -> None:
    before = {name: rows for name, rows in everything().items() if name != "Mail"}

    client.post(HERE, WORDS)

    assert {name: rows for name, rows in everything().items() if name != "Mail"} == before
    assert set(Mail.objects.values_list("text", "html")) == {("", "")}
    assert client.get(HERE).headers["Cache-Control"].startswith("max-age=0")


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"words": "Maria Lund, 12 years old, lives in Hill Street 5."}, "may identify a child"),
        ({"words": ""}, "This field is required."),
        ({"words": "x" * 4001}, "at most 4000 characters"),
        ({"kind": "nonsense"}, "Select a valid choice"),
        ({"answer_to": "nobody"}, "Enter a valid email address."),
    ],
)
def test_what_cannot_be_handed_on_says_why_and_keeps_what_was_typed(
    world: World, reached: dict[str, User], client: Client, values: dict[str, str], problem: str
) -> None:
    before = everything()

    shown = client.post(HERE, WORDS | values)

    assert (shown.status_code, problem in shown.content.decode()) == (422, True)
    assert (values.get("words") or WORDS["words"]) in shown.content.decode() or not values.get("words", "x")
    assert (everything(), mail.outbox) == (before, [])


def test_too_much_from_one_address_is_refused_and_kept_in_the_form(
    world: World, reached: dict[str, User], client: Client
) -> None:
    for _n in range(5):
        assert client.post(HERE, WORDS).status_code == 200
    mail.outbox.clear()
    before = everything()

    shown = client.post(HERE, WORDS)

    assert (shown.status_code, WORDS["words"] in shown.content.decode()) == (429, True)
    assert (everything(), mail.outbox) == (before, [])


def test_what_a_program_fills_in_is_dropped_without_a_word(
    world: World, reached: dict[str, User], client: Client
) -> None:
    before = everything()
    assert client.post(HERE, WORDS | {"website": "https://example.org"}).status_code == 200
    assert (everything(), mail.outbox) == (before, [])


def test_where_nobody_can_be_reached_the_page_says_so(world: World, client: Client) -> None:
    User.objects.update(email="")
    before = everything()
    for answer in (client.get(HERE), client.post(HERE, WORDS)):
        assert (answer.status_code, b"Nobody can be reached from here" in answer.content) == (503, True)
    assert everything() == before


def test_form_is_protected_against_other_sites_and_never_shared(world: World, reached: Any) -> None:
    client = Client(enforce_csrf_checks=True)
    shown = client.get(HERE)
    assert "ETag" not in shown.headers
    assert client.get(HERE).content != shown.content
    before = everything()
    assert client.post(HERE, WORDS).status_code == 403
    assert everything() == before
    token = client.cookies["csrftoken"].value
    assert client.post(HERE, WORDS | {"csrfmiddlewaretoken": token}).status_code == 200


def test_who_left_the_alliance_hears_nothing_more_and_invented_people_never(
    world: World, reached: dict[str, User], client: Client
) -> None:
    with Act("test_setup", actor=SYSTEM, at=NOW) as act:
        act.change(act.lock(world.alliance), members=world.organisations[:2])
    assert client.post(HERE, WORDS).status_code == 503
    with Act("test_setup", actor=SYSTEM, at=NOW) as act:
        act.change(act.lock(world.alliance), members=world.organisations[:3], is_demo=True)
    assert client.post(HERE, WORDS).status_code == 503
    assert mail.outbox == []


@pytest.mark.parametrize("page", ["https://evil.example/", "/home/ Maria Lund, 12 years old, Hill Street 5", "/a\nb"])
def test_page_that_is_no_address_of_ours_is_left_out(
    world: World, reached: dict[str, User], client: Client, page: str
) -> None:
    assert client.post(HERE, WORDS | {"page": page}).status_code == 200
    assert {page.strip() in sent.body for sent in mail.outbox} == {False}
    assert mail.outbox
