"""The page of an organisation, and who has none."""

import datetime as dt
from typing import Any

import pytest

from tests import factories as make
from tests.conftest import NOW, World
from tests.web.conftest import Reader
from tracker.actions.history import Act
from tracker.actions.items import assign_item
from tracker.choices import Visibility
from tracker.permissions import SYSTEM


def test_organisation_shows_what_it_owns_contributes_to_and_published(world: World, reader: Reader) -> None:
    first, second = world.organisations[:2]
    assign_item(world.items[0], actor=world.actor("staff"), at=NOW, owner=first, contributors=[second])
    world.published(world.items[0], done={"en": "Three centres."})
    world.draft(world.items[1], done={"en": "CANARY"})

    text = reader.text("/home/organisations/first/")

    assert text.startswith("NGO · member of the alliance Organisation first Owns")
    assert "C(1) Title of C(1)" in text
    assert "Three centres." in text
    assert "CANARY" not in text
    assert "Contributes to" in reader.text("/home/organisations/second/")


def test_duty_bearer_shows_what_it_must_do(world: World, reader: Reader) -> None:
    text = reader.text("/home/organisations/the-state/")

    assert text.startswith("State body Organisation the-state")
    assert "Must do, as the duty bearer" in text
    assert "C(3) Title of C(3)" in text


@pytest.mark.parametrize("visibility", [Visibility.ROLE_ONLY, Visibility.HIDDEN])
@pytest.mark.parametrize("prefix", ["", "/ru"])
def test_organisation_that_is_not_named_has_no_page(
    world: World, reader: Reader, visibility: Visibility, prefix: str
) -> None:
    with Act("test_setup", actor=SYSTEM, at=NOW) as act:
        act.change(act.lock(world.organisations[0]), visibility=visibility)

    assert reader.status(f"{prefix}/home/organisations/first/") == 404


def test_organisation_without_a_part_in_the_alliance_is_not_found(world: World, reader: Reader) -> None:
    make.OrganisationFactory(code="archived", archived_on=dt.date(2026, 1, 1))

    for address in ("/home/organisations/foreign/", "/home/organisations/nobody/", "/home/organisations/archived/"):
        assert reader.status(address) == 404
    assert reader.status("/abroad/organisations/foreign/") == 200


@pytest.mark.parametrize("more", [0, 2])
def test_organisation_takes_the_same_queries_whatever_it_owns(
    world: World, reader: Reader, more: int, django_assert_num_queries: Any
) -> None:
    for item in world.items[: 1 + more]:
        assign_item(item, actor=world.actor("staff"), at=NOW, owner=world.organisations[0])
        world.published(item)

    # The alliances, this one, the organisation, membership, three lists, updates, its history 3.
    with django_assert_num_queries(12):
        reader.html("/home/organisations/first/")


# --- The list of them


def test_organisations_stand_with_what_they_own_and_must_do(world: World, reader: Reader) -> None:
    first = world.organisations[0]
    assign_item(world.items[0], actor=world.actor("staff"), at=NOW, owner=first)
    world.published(world.items[0])

    html, text = reader.html("/home/organisations/"), reader.text("/home/organisations/")

    assert "Organisation first NGO · member of the alliance Organisation first: 1" in text
    assert "Organisation second NGO · member of the alliance 0 None" in text
    assert "Organisation the-state State body Organisation the-state: 3" in text
    owned = "kind=priority_action&amp;kind=commitment&amp;lifecycle=open&amp;lifecycle=reopened&amp;owner=first"
    assert f'href="/home/items/?{owned}" data-count="1"' in html
    assert f'href="/home/items/?{owned.replace("owner=first", "bearer=the-state")}" data-count="3"' in html
    assert html.count('<svg class="bar"') == 2


@pytest.mark.parametrize("visibility", [Visibility.ROLE_ONLY, Visibility.HIDDEN])
def test_organisations_name_nobody_who_must_not_be_named(world: World, reader: Reader, visibility: Visibility) -> None:
    assign_item(world.items[0], actor=world.actor("staff"), at=NOW, owner=world.organisations[0])
    with Act("test_setup", actor=SYSTEM, at=NOW) as act:
        act.change(act.lock(world.organisations[0]), visibility=visibility)

    assert "first" not in reader.html("/home/organisations/").partition("<main")[2]
    assert "Organisation second" in reader.text("/home/organisations/")


def test_organisations_are_in_the_navigation(world: World, reader: Reader) -> None:
    assert '<a href="/home/organisations/" aria-current="page">' in reader.html("/home/organisations/")
    assert '<a href="/home/organisations/" >' in reader.html("/home/")


def test_organisations_of_nobody_say_so(db: None, reader: Reader) -> None:
    make.AllianceFactory(slug="empty")

    assert "No organisation is named here yet" in reader.text("/organisations/")


def test_organisations_come_a_page_at_a_time(world: World, reader: Reader) -> None:
    with make.together():
        for number in range(50):
            point = make.RecommendationFactory(section=world.items[0].recommendation.section)
            bearer = make.OrganisationFactory(code=f"zz-{number:02}")
            make.ItemFactory(alliance=world.alliance, recommendation=point, duty_bearer=bearer)

    first, second = reader.text("/home/organisations/"), reader.text("/home/organisations/?page=2")

    assert ("Page 1 of 2" in first, "Organisation zz-45" in first, "Organisation zz-46" in first) == (True, True, False)
    assert ("Page 2 of 2" in second, "Organisation zz-46" in second, "Organisation first" in second) == (
        True,
        True,
        False,
    )
