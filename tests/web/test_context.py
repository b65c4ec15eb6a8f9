"""The language switch keeps the page and its filters."""

import re

from tests.conftest import World
from tests.web.conftest import Lone, Reader


def switch(html: str) -> list[tuple[str, str, str]]:
    """Return (address, language, current) of each link of the language switch."""
    nav = re.search(r'<nav class="languages".*?</nav>', html, re.DOTALL)
    assert nav is not None
    found = re.findall(r'<a href="([^"]*)" lang="(\w+)" hreflang="(\w+)"\s*(aria-current="true")?>([^<]*)</a>', nav[0])
    assert all(lang == hreflang for _href, lang, hreflang, _current, _name in found)
    assert [name for *_rest, name in found] == ["English", "Русский"]
    return [(href, lang, "current" if current else "") for href, lang, _hreflang, current, _name in found]


def test_switch_keeps_page_and_filters(world: World, reader: Reader) -> None:
    query = "?level=announced&amp;level=contrary&amp;words=%D1%81%D1%83%D0%B4"

    html = reader.html("/ru/home/items/?level=announced&level=contrary&words=%D1%81%D1%83%D0%B4")

    assert '<html lang="ru">' in html
    assert switch(html) == [(f"/home/items/{query}", "en", ""), (f"/ru/home/items/{query}", "ru", "current")]


def test_switch_keeps_the_item(world: World, reader: Reader) -> None:
    assert switch(reader.html("/home/items/doc/c-1/")) == [
        ("/home/items/doc/c-1/", "en", "current"),
        ("/ru/home/items/doc/c-1/", "ru", ""),
    ]


def test_switch_works_on_the_only_alliances_pages(lone: Lone, reader: Reader) -> None:
    assert switch(reader.html("/ru/"))[0] == ("/", "en", "")
    assert switch(reader.html("/items/"))[1] == ("/ru/items/", "ru", "")


def test_switch_of_a_page_that_is_not_there_leads_to_the_start(world: World, reader: Reader) -> None:
    response = reader.client.get("/home/nothing/at/all/")

    assert response.status_code == 404
    assert switch(response.content.decode()) == [("/", "en", "current"), ("/ru/", "ru", "")]


def test_page_names_its_other_language_to_search_engines(world: World, reader: Reader) -> None:
    assert '<link rel="alternate" hreflang="ru" href="http://testserver/ru/home/items/">' in reader.html("/home/items/")


def test_language_is_the_addresss_and_never_the_browsers(world: World, reader: Reader) -> None:
    response = reader.client.get("/home/", headers={"accept-language": "ru"})

    assert b'<html lang="en">' in response.content
