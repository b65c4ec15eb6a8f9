"""What is found by which words: the same on both databases."""

from typing import Any
from urllib.parse import quote_plus

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import factories as make
from tests.conftest import LAW, NOW, World
from tests.test_filters import TODAY, point, references
from tracker.filters import filter_states
from tracker.lib.words import terms
from tracker.models import Item, SearchText
from tracker.queries.search import items_holding, problem_of, said_by_points, said_by_updates


def found(world: World, question: str) -> list[str]:
    return references(world, f"words={quote_plus(question)}")


TEXT = make.texts(
    "Recommendation 140.7: trafficked children, Ministry of Justice (see C(1)(a) and PROT-1).",
    "Торговля несовершеннолетними; подростки, МИД России. Ещё о ребёнке.",
)


@pytest.mark.parametrize(
    "question",
    [
        "несовершеннолетних",
        "НЕСОВЕРШЕННОЛЕТНИЕ",
        "несовершеннолетний",
        "trafficking",
        "TRAFFICKED",
        "child",
        "торговлю подростков",
        "ребёнок",
        "ребенок",
        "мид",
        "C(1)(a)",
        "с(1)(а)",
        "140.7",
        "prot-1",
        "justice россия ministry",
        '"ministry of justice"',
        "«МИД России»",
    ],
)
def test_point_is_found_in_any_form_case_and_order(world: World, question: str) -> None:
    wanted = point(world, summary=TEXT)
    point(world, summary=make.texts("Another one.", "Другое."))

    assert found(world, question) == [wanted]


@pytest.mark.parametrize(
    "question",
    ["traffic", "140.8", "7.140", "C(1)(b)", '"justice ministry"', '"child"', "торговля absent", "ministry.justice"],
)
def test_point_is_not_found_by_what_it_does_not_hold(world: World, question: str) -> None:
    point(world, summary=TEXT)

    assert found(world, question) == []


def test_words_of_two_texts_are_no_neighbours(world: World) -> None:
    wanted = point(world, title={"en": "An open door"}, summary={"en": "Schools teach."})

    assert found(world, "door schools") == [wanted]
    assert found(world, '"door schools"') == []


def test_components_are_searched_and_archived_ones_are_not(world: World) -> None:
    recommendation = world.items[0].recommendation
    make.ComponentFactory(recommendation=recommendation, text=make.texts("A hotline."))
    make.ComponentFactory(recommendation=recommendation, text=make.texts("A lighthouse."), archived_on=NOW.date())

    assert found(world, "hotlines") == ["C(1)"]
    assert found(world, "lighthouse") == []


@pytest.mark.parametrize("name", ["done", "remains", "ask_next", "search_note"])
def test_what_an_update_says_is_found_once_it_is_published(world: World, name: str) -> None:
    said = {name: {"en": "Possession is still lawful.", "ru": "Хранение всё ещё законно."}}
    world.submitted(world.items[1], **said)
    assert found(world, "possession") == []

    world.published(world.items[2], by="boris", reviewer="clara", **said)

    assert [found(world, words) for words in ("lawful possession", "законное", "summary possession")] == [["C(3)"]] * 3
    assert Item.objects.filter(pk=world.other_item.pk).exists()
    _form, elsewhere = filter_states(world.other_alliance, {"words": "possession"}, TODAY)
    assert list(elsewhere) == []


def test_sources_of_an_update_are_found_by_title_and_publisher(world: World) -> None:
    world.published(world.items[1])

    assert found(world, "gazette") == ["C(2)"] == found(world, '"Law No. 38"')
    assert found(world, "gazette.example.org") == []
    assert LAW.address.endswith("38")


def test_problems_are_said(world: World) -> None:
    assert problem_of("закон") == ""
    assert problem_of("¿?") == "There is no word in this. Type words or numbers to look for."


@pytest.mark.parametrize("number", [1, 3])
def test_reading_what_to_index_takes_two_queries(world: World, number: int, django_assert_num_queries: Any) -> None:
    points = [item.recommendation_id for item in world.items[:number]]
    updates = [world.published(item).pk for item in world.items[:number]]
    for item in world.items[:number]:
        make.ComponentFactory(recommendation=item.recommendation)
    for read, keys in ((said_by_points, points), (said_by_updates, updates)):
        with django_assert_num_queries(2):
            assert len(list(read(keys))) == number


# --- Whatever is typed


SYNTAX = (
    "AND OR NOT NEAR NEAR/2 * ^ : - + ( ) { } [ ] \" ' ; -- & | ! <-> <2> \\ % _ :* stems: words: 1 c дети ё".split()
)
TYPED = st.lists(st.sampled_from(SYNTAX) | st.text(max_size=6), max_size=9).map(" ".join)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(TYPED)
def test_nothing_typed_is_more_than_words(world: World, typed: str) -> None:
    """What the database finds is what comparing words in Python finds: the same on every database."""
    if "\0" in typed or problem_of(typed):
        return
    here = Item.objects.filter(alliance=world.alliance).order_by("pk")
    asked = items_holding(here, "pk", typed, alliance_id=world.alliance.pk, internal=True)

    assert list(asked) == [item for item in here if _holds(item, typed)]


def _holds(item: Item, typed: str) -> bool:
    row = SearchText.objects.get(recommendation=item.recommendation, quoted=False)
    return all(f" {' '.join(term.words)} " in f" {row.words if term.exact else row.stems} " for term in terms(typed))
