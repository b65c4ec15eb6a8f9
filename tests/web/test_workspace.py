"""Addresses: with one alliance at the top, with several below each one's name, in both languages, read only."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from tests import factories as make
from tests.conftest import World, everything
from tests.web.conftest import Lone, Reader
from tracker.choices import ReviewRule
from tracker.queries.addresses import Addresses

# Every page of an alliance, below its name.
PAGES = ("", "items/", "items/doc/c-1/", "documents/doc/", "treaties/")
FIXED = ("/", "/method/", "/about/")


@pytest.mark.parametrize("prefix", ["", "/ru"])
@pytest.mark.parametrize("below", PAGES)
def test_page_answers_below_the_alliances_name(world: World, reader: Reader, below: str, prefix: str) -> None:
    assert reader.status(f"{prefix}/home/{below}") == 200


@pytest.mark.parametrize("prefix", ["", "/ru"])
@pytest.mark.parametrize("below", PAGES)
def test_page_of_the_only_alliance_answers_at_the_top(lone: Lone, reader: Reader, below: str, prefix: str) -> None:
    assert reader.status(f"{prefix}/{below}") == 200


@pytest.mark.parametrize("prefix", ["", "/ru"])
@pytest.mark.parametrize("below", FIXED)
def test_fixed_page_answers_with_one_alliance_several_and_none(
    db: None, reader: Reader, below: str, prefix: str
) -> None:
    for _alliance in range(3):
        assert reader.status(f"{prefix}{below}") == 200
        make.AllianceFactory()


@pytest.mark.parametrize("prefix", ["", "/ru"])
@pytest.mark.parametrize("below", PAGES)
def test_prefixed_address_of_the_only_alliance_leads_to_the_bare_one_with_its_filters(
    lone: Lone, client: Client, below: str, prefix: str
) -> None:
    response = client.get(f"{prefix}/only/{below}?level=announced&words=%D1%8F")

    assert response.status_code == 302
    assert response.headers["Location"] == f"{prefix}/{below}?level=announced&words=%D1%8F"


def test_bare_addresses_lead_nowhere_with_several_alliances(world: World, reader: Reader) -> None:
    assert [reader.status(f"/{below}") for below in PAGES] == [200, 404, 404, 404, 404]


@pytest.mark.parametrize("below", PAGES)
def test_page_of_an_unknown_alliance_is_not_found(world: World, reader: Reader, below: str) -> None:
    assert reader.status(f"/nobody/{below}") == 404


def test_unknown_alliance_is_not_found_beside_the_only_one(lone: Lone, reader: Reader) -> None:
    assert reader.status("/nobody/") == 404


def test_pages_are_not_found_without_any_alliance(db: None, reader: Reader) -> None:
    assert [reader.status(f"/{below}") for below in PAGES] == [200, 404, 404, 404, 404]


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "options"])
def test_pages_refuse_every_method_but_reading(world: World, client: Client, method: str) -> None:
    before = everything()

    for address in (*FIXED, *(f"/home/{below}" for below in PAGES), "/home/organisations/first/"):
        assert getattr(client, method)(address).status_code == 405, address

    assert everything() == before


def test_pages_answer_head(world: World, client: Client, present: None) -> None:
    for address in (*FIXED, *(f"/home/{below}" for below in PAGES)):
        assert client.head(address).status_code == 200, address


def test_addresses_agree_with_the_pages(world: World) -> None:
    several = Addresses(world.alliance)
    assert several.item(world.items[0]) == "/home/items/doc/c-1/"
    assert several.page("download", format="csv") == "/home/items.csv"
    assert several.page("organisation", code="first") == "/home/organisations/first/"
    with translation.override("ru"):
        assert Addresses(world.alliance, single=True).page("front") == "/ru/"
        assert several.page("document", document="doc") == "/ru/home/documents/doc/"


def test_page_shows_days_in_the_alliances_own_time_zone(
    world: World, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timezone, "now", lambda: dt.datetime(2026, 3, 2, 22, 30, tzinfo=dt.UTC))

    html = reader.html("/home/")

    assert '<time datetime="2026-03-03">3 March 2026</time>' in html
    assert '<time datetime="2026-03-02">2 March 2026</time>' in reader.html("/")


def test_page_says_where_one_organisation_may_review_itself(db: None, reader: Reader) -> None:
    make.AllianceFactory(slug="small", review_rule=ReviewRule.ANOTHER_PERSON)
    make.AllianceFactory(slug="large")

    assert "another person, not necessarily of another organisation" in reader.html("/small/")
    assert "another person, not necessarily of another organisation" not in reader.html("/large/")


def test_page_of_a_demonstration_says_so(db: None, reader: Reader) -> None:
    make.AllianceFactory(slug="demo", is_demo=True)
    make.AllianceFactory(slug="real")

    for below in ("", "items/", "treaties/"):
        assert "Demonstration." in reader.html(f"/demo/{below}")
        assert "Demonstration." not in reader.html(f"/real/{below}")


def test_page_holds_nothing_inline_and_nothing_from_outside(world: World, client: Client, present: None) -> None:
    for address in (*FIXED, *(f"/home/{below}" for below in PAGES)):
        response = client.get(address)
        html = response.content.decode()
        assert "style=" not in html
        assert "<style" not in html
        assert "<script" not in html
        assert "default-src 'self'" in response.headers["Content-Security-Policy"]


def test_sign_in_is_one_link_away(world: World, reader: Reader) -> None:
    assert f'href="{reverse("admin:index")}"' in reader.html("/home/")
