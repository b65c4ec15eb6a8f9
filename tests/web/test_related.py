"""Related points: on an item's page, on the page of a document that is there to be related to, and on the treaties'."""

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from tests import factories as make
from tests.conftest import NOW, World
from tests.web.conftest import Reader
from tracker.actions.history import Act
from tracker.choices import DocumentKind, RecommendationKind, RelationKind
from tracker.models import Recommendation, Treaty, TreatyEvent
from tracker.permissions import SYSTEM

ITEM, TREATY = "/home/items/doc/c-1/", "/home/documents/opsc/"


@pytest.fixture
def article(world: World) -> Recommendation:
    """An article that the first item is narrower than."""
    document = make.DocumentFactory(code="opsc", kind=DocumentKind.TREATY, source_address="https://un.example.org/opsc")
    found: Recommendation = make.RecommendationFactory(
        section=make.SectionFactory(document=document), reference="9", kind=RecommendationKind.ARTICLE
    )
    relate(world.items[0].recommendation, found, RelationKind.NARROWER, "One duty of nine.")
    return found


def relate(source: Recommendation, target: Recommendation, kind: str, reason: str) -> None:
    make.RelationFactory(source=source, target=target, kind=kind, reason=make.texts(reason))


def related(text: str) -> str:
    return text[text.index("Related points") : text.index("Timeline")]


def test_item_shows_related_points_in_groups_with_reasons_and_levels(
    world: World, reader: Reader, article: Recommendation
) -> None:
    relate(world.items[1].recommendation, world.items[0].recommendation, "same", "Both want <b>centres</b>.")
    world.published(world.items[1])

    html, text = reader.html(ITEM), related(reader.text(ITEM))

    assert (
        "Asks for the same Short doc C(2) Title of C(2) Under way Both want <b>centres</b>. "
        "Is a part of Short opsc Article 9 Title of 9 One duty of nine." in text
    )
    assert "Both want &lt;b&gt;centres&lt;/b&gt;." in html
    assert '<a href="/home/items/doc/c-2/">Title of C(2)</a>' in html
    assert '<a href="/home/documents/opsc/#point-9">Title of 9</a>' in html


def test_item_without_relations_has_no_such_section(world: World, reader: Reader) -> None:
    assert "Related points" not in reader.text(ITEM)


def test_item_on_an_earlier_day_shows_the_levels_of_that_day(
    world: World, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    relate(world.items[0].recommendation, world.items[1].recommendation, "same", "Both.")
    later = NOW + dt.timedelta(days=10)
    world.published(world.items[1], at=later)
    monkeypatch.setattr(timezone, "now", lambda: later)

    assert "Under way" in related(reader.text(ITEM))
    then = f"{ITEM}?on={NOW.date()}"
    assert "Not yet assessed" in related(reader.text(then))
    assert f'href="/home/items/doc/c-2/?on={NOW.date()}"' in reader.html(then)


@pytest.mark.parametrize("more", [0, 2])
def test_item_takes_the_same_queries_whatever_the_number_of_relations(
    world: World, reader: Reader, article: Recommendation, more: int, django_assert_num_queries: Any
) -> None:
    for other in world.items[1 : 1 + more]:
        relate(world.items[0].recommendation, other.recommendation, "same", "Both.")

    # One for the relations, one for where the related items stand.
    with django_assert_num_queries(17):
        reader.html(ITEM)


def test_reference_document_shows_each_point_with_the_alliances_items(
    world: World, reader: Reader, article: Recommendation
) -> None:
    other = make.RecommendationFactory(section=article.section, reference="10", kind=RecommendationKind.ARTICLE)
    world.published(world.items[0])

    html, text = reader.html(TREATY), reader.text(TREATY)

    assert "Goes further than" in text
    assert "C(1) Title of C(1) Under way One duty of nine." in text
    assert f"Article {other.reference} Title of 10" in text
    assert "Nothing that this alliance follows is related to it." in text
    assert 'id="point-9"' in html
    assert 'href="https://un.example.org/opsc" rel="noopener nofollow external"' in html
    assert "duties of the State" not in text


def test_reference_document_shows_only_the_alliances_own_levels(
    world: World, reader: Reader, article: Recommendation
) -> None:
    world.published(world.items[0])

    assert "Under way" not in reader.text("/abroad/documents/opsc/")


@pytest.mark.parametrize("more", [0, 2])
def test_reference_document_takes_the_same_queries_whatever_the_number_of_points(
    world: World, reader: Reader, article: Recommendation, more: int, django_assert_num_queries: Any
) -> None:
    for number in range(more):
        point = make.RecommendationFactory(
            section=article.section, reference=str(number), kind=RecommendationKind.ARTICLE
        )
        relate(world.items[number].recommendation, point, "same", "Both.")

    # Alliances, heads, checkpoint, the document, its states 2, points, relations, where the related items stand.
    with django_assert_num_queries(9):
        reader.html(TREATY)


def test_reference_document_that_is_archived_is_not_found(
    world: World, reader: Reader, article: Recommendation
) -> None:
    with Act("test_setup", actor=SYSTEM, at=NOW) as act:
        act.change(act.lock(article.document), archived_on=NOW.date())

    assert reader.status(TREATY) == 404


def test_reference_point_that_is_followed_has_no_level(world: World, reader: Reader, article: Recommendation) -> None:
    make.ItemFactory(alliance=world.alliance, recommendation=article)

    text = reader.text("/home/items/opsc/9/")
    text = text[: text.index("Related points")]

    assert "They never carry a level and are never counted." in text
    assert "Questions hold the replies" not in text
    assert "Not yet assessed" not in text
    assert "9 Title of 9 No level" in reader.text(TREATY)


def test_treaties_lead_to_their_articles_and_to_the_goals(
    world: World, reader: Reader, article: Recommendation
) -> None:
    goals = make.DocumentFactory(code="sdg", kind=DocumentKind.DEVELOPMENT_GOALS)
    evidence = make.EvidenceFactory(alliance=world.alliance)
    with Act("test_setup", actor=SYSTEM, at=NOW) as act:
        for code in ("opsc", "other"):
            words = make.texts(f"Treaty {code}")
            treaty = act.add(Treaty(code=code, title=words, short_title=words, depositary=words))
            event = {"event": "signed", "on": "2012", "evidence": evidence, "source_key": code}
            act.add(TreatyEvent(alliance=world.alliance, treaty=treaty, **event))

    html = reader.html("/home/treaties/")

    assert html.count("Its articles, and the points that relate to them") == 1
    assert f'<a href="{TREATY}">' in html
    assert f'<a href="/home/documents/{goals.code}/">' in html
