"""Maps for search engines: every public page that is there, in every language, and nothing that is not."""

import re

import pytest
from django.test import Client

from tests.conftest import NOW, World
from tests.web.conftest import Lone
from tracker.actions.items import archive_item

pytestmark = pytest.mark.usefixtures("present")


def places(client: Client, address: str) -> list[str]:
    answer = client.get(address)
    assert answer.status_code == 200
    return re.findall(r"<loc>http://testserver(.*?)</loc>", answer.content.decode())


def test_index_leads_to_one_map_for_each_alliance(world: World, client: Client) -> None:
    assert places(client, "/sitemap.xml") == ["/sitemap-site.xml", "/sitemap-abroad.xml", "/sitemap-home.xml"]
    assert client.get("/sitemap-nowhere.xml").status_code == 404


def test_every_place_of_a_map_is_a_page(world: World, client: Client) -> None:
    world.published()
    archive_item(world.items[1], actor=world.actor("staff"), at=NOW, reason="Entered twice.")
    for name in ("site", "home"):
        found = places(client, f"/sitemap-{name}.xml")
        assert {client.get(place).status_code for place in found} == {200}
        assert len(set(found)) == len(found)
        assert [place for place in found if place.startswith("/ru/")] == [f"/ru{p}" for p in found if "/ru/" not in p]
    assert "/home/items/doc/c-1/" in found
    assert "/home/items/doc/c-2/" not in found
    shown = client.get("/sitemap-home.xml").content.decode()
    assert f"<lastmod>{NOW:%Y-%m-%d}</lastmod>" in shown
    assert 'hreflang="ru" href="http://testserver/ru/home/items/doc/c-1/"' in shown


def test_map_of_the_only_alliance_has_no_name_in_its_addresses(lone: Lone, client: Client) -> None:
    assert "/items/doc/c-1/" in places(client, "/sitemap-only.xml")


def test_map_takes_as_many_queries_for_one_item_as_for_three(
    world: World, client: Client, django_assert_max_num_queries: object
) -> None:
    for name in ("home", "abroad"):
        with django_assert_max_num_queries(8):  # type: ignore[operator]
            client.get(f"/sitemap-{name}.xml")


def test_robots_are_led_to_the_map_and_kept_out_of_the_workspace(world: World, client: Client) -> None:
    answer = client.get("/robots.txt")
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.content.decode().splitlines() == [
        "User-agent: *",
        "Disallow: /admin/",
        "Disallow: /account/",
        "Disallow: /*?",
        "Sitemap: http://testserver/sitemap.xml",
    ]
