"""The links of the weekly mail, followed by whoever it was written to."""

import datetime as dt
import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from tests import factories as make
from tests.conftest import NOW, World
from tests.desks import fill_desk, set_up
from tracker.choices import Role
from tracker.queries.digests import digest_of
from tracker.reports.digest import compose

SITE = "http://testserver"


def links(world: World, name: str) -> list[str]:
    """Return the paths of the links in the mail to `name`, without the one that stops it."""
    found = re.findall(rf"{SITE}(\S+)", compose(digest_of(world.users[name], at=NOW), site=SITE).text)
    return found[:-1]


def test_every_link_opens_its_page_and_every_list_has_its_rows(world: World, sign_in: Callable[[str], Client]) -> None:
    fill_desk(world)
    # The role came after the sign-in.
    olga = Client()
    world.users["olga"].refresh_from_db()
    olga.force_login(world.users["olga"])

    pages = {link: olga.get(link) for link in links(world, "olga")}

    assert {link: page.status_code for link, page in pages.items()} == dict.fromkeys(pages, 200)
    lists = {link: page.context["cl"].result_count for link, page in pages.items() if "todo=" in link}
    assert lists == dict.fromkeys(lists, 1)
    assert len(lists) == 9


def test_links_of_someone_in_two_alliances_open_in_either(world: World) -> None:
    first, foreign = world.organisations[0], world.organisations[3]
    make.MembershipFactory(
        alliance=world.other_alliance, user=world.users["anna"], organisation=foreign, role=Role.COORDINATOR
    )
    for item, owner in ((world.items[0], first), (world.other_item, foreign)):
        set_up(item, owner=owner, update_due_on=dt.date(2026, 3, 1))
    anna = Client()
    anna.force_login(world.users["anna"])

    # Back and forth between the two.
    for link in (*links(world, "anna"), *reversed(links(world, "anna"))):
        page = anna.get(link, follow=True)
        assert page.status_code == 200, link
        wanted = "abroad" if "alliance=abroad" in link else "home"
        assert page.context["alliance"].slug == wanted, link


@pytest.mark.parametrize(
    "wanted",
    ["https://evil.example/", "//evil.example/", "https:evil.example", "javascript:alert(1)", "\\\\evil.example"],
)
def test_choosing_an_alliance_leads_nowhere_outside(
    world: World, sign_in: Callable[[str], Client], wanted: str
) -> None:
    desk = reverse("admin:index")
    assert sign_in("anna").get(desk, {"alliance": "home", "next": wanted})["Location"] == desk
