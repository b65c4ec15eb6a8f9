"""The weekly mail in words: what it names, what it never names, and where its links lead."""

import datetime as dt
import re
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest
from django.urls import resolve
from django.utils import translation
from django.utils.translation import gettext

from tests import factories as make
from tests.conftest import NOW, World
from tests.desks import CANARY, fill_desk, set_up
from tracker.choices import Role, Visibility
from tracker.queries.digests import LISTS, ROWS_SHOWN, digest_of, pause_token, reader_of
from tracker.reports.digest import LABELS, Letter, compose

SITE = "https://tracker.example.org"


def letter(world: World, name: str = "olga") -> Letter:
    return compose(digest_of(world.users[name], at=NOW), site=SITE)


class Page(HTMLParser):
    """Collects elements, addresses and words of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: set[str] = set()
        self.attributes: set[str] = set()
        self.links: list[str] = []
        self.words: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        self.attributes |= {name for name, _value in attrs}
        self.links += [value or "" for name, value in attrs if name == "href"]

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def test_text_reads_from_top_to_bottom(world: World) -> None:
    set_up(world.items[0], owner=world.organisations[0], update_due_on=dt.date(2026, 3, 1))
    item = f"{SITE}/admin/tracker/item/"

    made = letter(world)

    assert made.subject == "1 thing waits for you in the workspace"
    assert made.language == "en"
    assert made.text == (
        "This is what waits for you in the workspace.\n"
        "\n"
        "Alliance home\n"
        "As of 2 March 2026. Open the desk:\n"
        f"{SITE}/admin/\n"
        "\n"
        "* Update overdue: 1\n"
        f"  {item}?todo=overdue\n"
        "\n"
        "  - doc C(1) · Title of C(1) (was due on 1 March 2026)\n"
        f"    {item}{world.items[0].pk}/change/\n"
        "\n"
        "-- \n"
        "This mail comes once a week, and only when something waits. To stop it, without signing in:\n"
        f"{made.unsubscribe}\n"
    )


def test_every_list_is_told_with_its_number_in_text_and_html(world: World) -> None:
    fill_desk(world)
    made = letter(world)
    words = " ".join(Page(made.html).words)

    assert set(LABELS) == set(LISTS)
    for label in LABELS.values():
        assert f"\n* {label}: 1\n" in made.text
        assert f"{label}: 1" in words
    assert made.subject == "9 things wait for you in the workspace"
    for sentence in (
        "asked on 2 March 2026",
        "was due on 1 March 2026",
        "due on 1 April 2026",
        "submitted on 2 March 2026",
        "Organisation the-state was to answer by 1 March 2026",
        "was to be verified again by 1 March 2026",
    ):
        assert sentence in made.text
        assert sentence in words


def test_mail_names_no_person_and_repeats_nothing_that_somebody_wrote(world: World) -> None:
    fill_desk(world)
    made = letter(world)

    for part in (made.subject, made.text, made.html):
        assert CANARY not in part
        for user in world.users.values():
            assert not re.search(rf"\b({user.first_name}|{user.username})\b", part)


def test_what_is_held_back_is_counted_and_not_named(world: World) -> None:
    fill_desk(world)
    assert re.search(r"\* Safeguarding: waits for you: 1\n  \S+/hold/\?todo=held\n\n\*", letter(world).text)


@pytest.mark.parametrize(
    ("visibility", "name"), [(Visibility.ROLE_ONLY, "State body"), (Visibility.HIDDEN, "A member organisation")]
)
def test_organisation_at_risk_is_not_named(world: World, visibility: str, name: str) -> None:
    fill_desk(world)
    for organisation in world.organisations:
        set_up(organisation, visibility=visibility)

    made = letter(world)

    assert f"{name} was to answer by 1 March 2026" in made.text
    assert "Organisation " not in made.text + made.html


def test_html_loads_nothing_and_shows_what_was_typed_as_text(world: World) -> None:
    fill_desk(world)
    set_up(world.items[0].recommendation, title=make.texts("<b>Title</b> & <script>\nx"))
    made = letter(world)
    page = Page(made.html)

    assert page.elements == set("html head meta title style body main footer h1 h2 p a h3 ul li br".split())
    assert page.attributes == {"lang", "charset", "name", "content", "href"}
    assert "url(" not in made.html
    assert "&lt;b&gt;Title&lt;/b&gt; &amp; &lt;script&gt; x" in made.html
    assert "<b>Title</b> & <script> x (was due" in made.text


@pytest.mark.parametrize("language", ["en", "ru"])
def test_every_link_leads_to_a_page_of_the_site_in_the_readers_language(world: World, language: str) -> None:
    fill_desk(world)
    set_up(world.users["olga"], language=language)
    world.users["olga"].refresh_from_db()
    made = letter(world)
    links = Page(made.html).links

    assert set(re.findall(r"https?://\S+", made.text)) == set(links)
    for link in links:
        assert link.startswith(f"{SITE}/ru/" if language == "ru" else f"{SITE}/a"), link
        with translation.override(language):
            assert resolve(urlsplit(link).path).url_name
    assert reader_of(urlsplit(made.unsubscribe).path.split("/")[-2]) == world.users["olga"]


def test_mail_is_in_the_readers_language(world: World) -> None:
    set_up(world.items[0], owner=world.organisations[0], update_due_on=dt.date(2026, 3, 1))
    set_up(world.users["olga"], language="ru")
    world.users["olga"].refresh_from_db()
    with translation.override("ru"):
        label = gettext("Update overdue")

    made = letter(world)

    assert made.language == "ru"
    assert '<html lang="ru">' in made.html
    assert f"* {label}: 1\n" in made.text
    assert "doc C(1) · Title of C(1) (по-русски)" in made.text
    assert "1 марта 2026" in made.text
    assert translation.get_language() == "en"


def test_list_longer_than_the_mail_says_how_many_more(world: World) -> None:
    for _number in range(ROWS_SHOWN + 2):
        set_up(
            make.ItemFactory(alliance=world.alliance),
            owner=world.organisations[0],
            update_due_on=dt.date(2026, 3, 1),
        )

    made = letter(world)

    assert f"* Update overdue: {ROWS_SHOWN + 2}\n" in made.text
    assert made.text.count("  - ") == made.html.count("<li>") == ROWS_SHOWN
    assert "\n  2 more are in the list.\n" in made.text
    assert "<p>2 more are in the list.</p>" in made.html


def test_links_of_someone_in_two_alliances_choose_the_alliance_first(world: World) -> None:
    first, foreign = world.organisations[0], world.organisations[3]
    make.MembershipFactory(
        alliance=world.other_alliance, user=world.users["anna"], organisation=foreign, role=Role.COORDINATOR
    )
    for item, owner in ((world.items[0], first), (world.other_item, foreign)):
        set_up(item, owner=owner, update_due_on=dt.date(2026, 3, 1))

    links = Page(letter(world, "anna").html).links

    item = "%2Fadmin%2Ftracker%2Fitem%2F"
    assert links[:-1] == [
        link
        for slug, pk in (("abroad", world.other_item.pk), ("home", world.items[0].pk))
        for link in (
            f"{SITE}/admin/?alliance={slug}",
            f"{SITE}/admin/?alliance={slug}&next={item}%3Ftodo%3Doverdue",
            f"{SITE}/admin/?alliance={slug}&next={item}{pk}%2Fchange%2F",
        )
    ]
    assert links[-1] == f"{SITE}/account/mail/{pause_token(world.users['anna'])}/"
