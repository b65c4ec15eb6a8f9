"""The front pages: every alliance with one line and one bar, and where things stand in one."""

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from tests import factories as make
from tests.conftest import LAW, NOW, STUDY, World
from tests.web.conftest import Lone, Reader
from tracker.actions.items import set_lifecycle
from tracker.actions.progress import publish_update
from tracker.choices import Addressee, Level, Lifecycle, Visibility


def implemented(world: World, item: int) -> None:
    update = world.published(world.items[item], level=Level.IMPLEMENTED, new_evidence=(LAW, STUDY))
    publish_update(update, actor=world.actor("clara"), at=NOW)


def test_front_says_plainly_that_nothing_was_judged(world: World, reader: Reader) -> None:
    text = reader.text("/home/")

    assert "The alliance has not yet judged any of the 3 duties of the State that it follows." in text
    assert "are implemented" not in text
    assert "%" not in text


def test_front_gives_the_headline_with_its_denominator(world: World, reader: Reader) -> None:
    implemented(world, 0)

    text = reader.text("/home/")

    assert "1 of 3 duties of the State is implemented. 2 are not yet assessed." in text


def test_front_leaves_the_second_sentence_out_where_all_is_assessed(world: World, reader: Reader) -> None:
    implemented(world, 0)
    world.published(world.items[1])
    world.published(world.items[2])

    text = reader.text("/home/")

    assert "1 of 3 duties of the State is implemented. " in text
    assert "yet assessed." not in text


def test_front_without_items_says_so(db: None, reader: Reader) -> None:
    make.AllianceFactory()

    text = reader.text("/")

    assert "No duty of the State is followed here yet." in text
    assert "Nothing has been published yet." in text


def test_front_counts_apart_what_is_not_the_states_or_does_not_apply(world: World, reader: Reader) -> None:
    section = world.items[0].recommendation.section
    ngo = make.OrganisationFactory()
    for bearer in (ngo, None):
        point = make.RecommendationFactory(section=section, addressee=Addressee.CONGRESS_PARTICIPANTS)
        make.ItemFactory(alliance=world.alliance, recommendation=point, duty_bearer=bearer)
    set_lifecycle(world.items[0], Lifecycle.NOT_APPLICABLE, reason={"en": "x"}, actor=world.actor("staff"), at=NOW)

    text = reader.text("/home/")

    assert "any of the 2 duties" in text
    assert "1 points that do not apply to this country" in text
    assert "2 points addressed to others than the State" in text
    assert "In 1 of them NGOs themselves bear the duty: its level is a self-assessment." in text


def test_front_draws_one_bar_for_all_and_one_for_each_area(world: World, reader: Reader) -> None:
    html = reader.html("/home/")

    assert html.count('<svg class="bar"') == 2
    assert '<title id="all-t">Duties of the State by level</title>' in html
    assert '<desc id="all-d">Not yet assessed: 3</desc>' in html
    assert '<title id="prevention-t">Prevention</title>' in html


def test_front_shows_what_was_published_last_and_no_draft(world: World, reader: Reader) -> None:
    world.published(world.items[0], done={"en": "The ministry opened three centres."})
    world.draft(world.items[1], done={"en": "DRAFT TEXT"})
    world.submitted(world.items[2], done={"en": "WAITING TEXT"})

    text = reader.text("/home/")

    assert "The ministry opened three centres." in text
    assert "Published 2 March 2026" in text
    assert "DRAFT TEXT" not in text
    assert "WAITING TEXT" not in text
    assert "The ministry opened three centres." not in reader.text("/abroad/")


def test_front_names_an_author_as_its_visibility_allows(world: World, reader: Reader) -> None:
    hidden = make.OrganisationFactory(code="secret", name=make.texts("Secret Shelter"), visibility=Visibility.HIDDEN)
    alliance = make.AllianceFactory(slug="careful", members=[hidden, world.organisations[1]])
    item = make.ItemFactory(alliance=alliance, recommendation=world.items[0].recommendation)
    anna, boris = (make.UserFactory() for _n in range(2))
    make.MembershipFactory(alliance=alliance, user=anna, organisation=hidden)
    make.MembershipFactory(alliance=alliance, user=boris, organisation=world.organisations[1], role="reviewer")
    world.alliance, world.users = alliance, {"anna": anna, "boris": boris}
    world.published(item)

    html = reader.html("/careful/")

    assert "A member organisation" in html
    assert "Secret Shelter" not in html
    assert "secret" not in html


def test_front_lists_followed_documents_and_what_this_is(world: World, reader: Reader) -> None:
    make.AllianceFactory(slug="told", about=make.texts("We follow promises.", "Мы следим за обещаниями."))

    assert "The whole title of doc" in reader.text("/home/")
    assert "3 points" in reader.text("/home/")
    assert "We follow promises." in reader.text("/told/")
    assert "Мы следим за обещаниями." in reader.text("/ru/told/")


def test_front_of_the_only_alliance_is_the_start(lone: Lone, reader: Reader) -> None:
    text = reader.text("/")

    assert "The alliance has not yet judged the one duty of the State that it follows." in text


def test_alliances_have_one_line_and_one_bar_each(world: World, reader: Reader) -> None:
    implemented(world, 0)
    make.AllianceFactory(slug="zz-demo", is_demo=True)

    html, text = reader.html("/"), reader.text("/")

    assert "1 of 3 duties of the State is implemented. 2 are not yet assessed." in text
    assert "The alliance has not yet judged the one duty of the State that it follows." in text
    assert "Demonstration, invented" in text
    assert html.count('<svg class="bar"') == 2
    assert 'href="/home/"' in html
    assert 'href="/ru/abroad/"' in reader.html("/ru/")


def test_alliances_say_why_there_are_none(db: None, reader: Reader) -> None:
    assert "No alliance has a workspace here yet." in reader.text("/")


@pytest.mark.parametrize("more", [0, 3])
def test_front_takes_the_same_queries_whatever_the_number_of_items(
    world: World, reader: Reader, more: int, django_assert_num_queries: Any
) -> None:
    world.published(world.items[0])
    for n in range(more):
        point = make.RecommendationFactory(section=world.items[0].recommendation.section, position=n + 10)
        item = make.ItemFactory(alliance=world.alliance, recommendation=point)
        world.published(item)

    # The alliances, this one, its groups, latest updates, documents and their counts.
    with django_assert_num_queries(7):
        reader.html("/home/")


@pytest.mark.parametrize("more", [0, 3])
def test_alliances_take_the_same_queries_whatever_their_number(
    world: World, reader: Reader, more: int, django_assert_max_num_queries: Any
) -> None:
    for _n in range(more):
        make.ItemFactory()

    with django_assert_max_num_queries(5):
        reader.html("/")


def test_front_flags_turn_at_the_alliances_midnight(
    world: World, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.published(world.items[0], verify_by=dt.date(2026, 5, 31))
    # Moscow is three hours ahead of UTC.
    for hour, count in ((20, "0"), (21, "1")):
        monkeypatch.setattr(timezone, "now", lambda hour=hour: dt.datetime(2026, 5, 31, hour, 30, tzinfo=dt.UTC))
        assert f"{count} past their verification date" in reader.text("/home/")
