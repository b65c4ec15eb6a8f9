"""The letter that an item gives, and where a letter stands."""

import datetime as dt
from typing import Any

import pytest
from django.utils import translation

from tests import factories as make
from tests.conftest import NOW, World
from tracker.actions.history import Act
from tracker.actions.items import exclude_component
from tracker.choices import ComponentVerdict, Level
from tracker.models import Item, Organisation, Request
from tracker.permissions import SYSTEM
from tracker.queries.letters import (
    ANSWER_DAYS,
    Draft,
    Standing,
    draft_letter,
    in_standing,
    standing_of,
    supports_no_information,
    supports_since,
)

TODAY = NOW.date()
DAY = dt.timedelta(days=1)


def drafted(world: World, language: str = "en", **options: Any) -> Draft:
    item = Item.objects.get(pk=world.items[0].pk)
    return draft_letter(item, world.organisations[4], world.organisations[0], language=language, **options)


def change(record: Any, **values: Any) -> None:
    with Act("test_setup", actor=SYSTEM, at=NOW) as act:
        act.change(act.lock(record), **values)


def test_draft_says_what_was_asked_where_it_stands_and_asks(world: World) -> None:
    world.published()
    change(world.items[0].recommendation, page="42", deadline="2013")

    assert drafted(world, address="https://example.org/home/items/doc/c-1/") == Draft(
        "Request for information: Short doc, C(1)",
        """Organisation the-state

Dear Sir or Madam,

We write as Organisation first, a member of Alliance home. The alliance follows what is done in Freedonia to carry out \
this document: “The whole title of doc”, A publisher, 28 November 2008.

This is what point C(1) asks, in our own summary (Heading I, C(1), page 42):
Summary of C(1).
Deadline in the document: 2013.

By our assessment it stands at: Under way, since 2 March 2026. What we know is public: \
https://example.org/home/items/doc/c-1/

Please tell us what has been done to carry this out, by whom and since when; what is planned, and by when; and which \
public documents show it.

Please answer in writing within 30 days of receiving this letter.

Please send no details of any single child: we ask about law and practice, not about cases.

Where we publish what came of this, the public record says when we asked, by when an answer was due, and whether one \
came and how full it was; the text of your answer is not published.

Yours faithfully,
Organisation first""",
    )


def test_draft_asks_about_each_required_part_that_is_not_met(world: World) -> None:
    point = world.items[0].recommendation
    for letter in "abcde":
        make.ComponentFactory(recommendation=point, letter=letter, required=letter != "d")
    away = point.components.get(letter="e")
    exclude_component(world.items[0], away, reason={"en": "Another region."}, actor=world.actor("staff"), at=NOW)
    world.published(components={"a": ComponentVerdict.MET, "b": ComponentVerdict.PARTLY_MET})

    lines = drafted(world).letter.splitlines()

    assert [line for line in lines if line[:2] in ("1.", "2.", "3.")] == ["1. Part b", "2. Part c"]


def test_draft_about_what_nobody_assessed_says_so(world: World) -> None:
    assert "We have not assessed yet how far this is carried out" in drafted(world).letter


def test_draft_is_in_its_own_language_whatever_the_pages(world: World) -> None:
    world.published()

    with translation.override("en"):
        draft = drafted(world, "ru")
        assert translation.get_language() == "en"
    with translation.override("ru"):
        english = drafted(world, "en")

    for words in ("Organisation first (по-русски)", "Summary of C(1). (по-русски)", "2 марта 2026", "28 ноября 2008"):
        assert words in draft.letter
    assert "Short doc (по-русски)" in draft.subject
    assert "по-русски" not in f"{english.subject}{english.letter}"


def test_draft_without_a_duty_bearer_begins_with_the_greeting(world: World) -> None:
    draft = draft_letter(world.items[0], None, world.organisations[0], language="en")

    assert draft.letter.startswith("Dear Sir or Madam,\n\nWe write as Organisation first")


@pytest.mark.parametrize(
    ("language", "country", "kind", "named"),
    [
        ("ru", "RU", "state_body", True),
        ("en", "RU", "state_body", False),
        ("ru", "", "state_body", False),
        ("ru", "FI", "state_body", False),
        ("ru", "RU", "company", False),
    ],
)
def test_russian_law_of_30_days_is_named_where_it_binds(
    world: World, language: str, country: str, kind: str, named: bool
) -> None:
    change(world.alliance, country=country)
    change(world.organisations[4], kind=kind)
    bearer = Organisation.objects.get(pk=world.organisations[4].pk)
    item = Item.objects.get(pk=world.items[0].pk)

    letter = draft_letter(item, bearer, world.organisations[0], language=language).letter

    assert ("59-" in letter) is named
    assert str(ANSWER_DAYS) in letter


# --- Where a letter stands

SENT = {"sent_on": TODAY - 40 * DAY, "due_on": TODAY + DAY}
LATE = {"sent_on": TODAY - 40 * DAY, "due_on": TODAY - DAY}

# name: (what the letter holds, where it stands, whether it supports “no information”, and since when)
LETTERS: dict[str, tuple[dict[str, Any], Standing, bool, dt.date | None]] = {
    "draft": ({}, Standing.DRAFT, False, None),
    "sent": (SENT, Standing.WAITING, False, None),
    "due today": (SENT | {"due_on": TODAY}, Standing.WAITING, False, None),
    "overdue": (LATE, Standing.OVERDUE, True, TODAY),
    "overdue for long": (LATE | {"due_on": TODAY - 10 * DAY}, Standing.OVERDUE, True, TODAY - 9 * DAY),
    "never due": ({"sent_on": TODAY}, Standing.WAITING, False, None),
    "given up": (LATE | {"quality": "none"}, Standing.GIVEN_UP, True, TODAY),
    "given up before it was due": (SENT | {"quality": "none"}, Standing.GIVEN_UP, True, None),
    "full": (LATE | {"quality": "full", "answered_on": TODAY}, Standing.ANSWERED, False, None),
    "partial": (LATE | {"quality": "partial", "answered_on": TODAY}, Standing.ANSWERED, False, None),
    "evasive": (LATE | {"quality": "evasive", "answered_on": TODAY}, Standing.ANSWERED, True, TODAY),
    "refused": (SENT | {"quality": "refused", "answered_on": TODAY - DAY}, Standing.ANSWERED, True, TODAY - DAY),
    "put aside": (LATE | {"withdrawn_on": TODAY}, Standing.WITHDRAWN, False, None),
    "draft put aside": ({"withdrawn_on": TODAY}, Standing.WITHDRAWN, False, None),
}


def store(world: World, **values: Any) -> Request:
    with Act("test_setup", actor=SYSTEM, at=NOW) as act:
        return act.add(
            Request(
                alliance=world.alliance,
                item=world.items[0],
                organisation=world.organisations[0],
                author=world.users["anna"],
                duty_bearer=world.organisations[4],
                language="en",
                subject="A question",
                letter="Dear Sir or Madam,",
                **values,
            )
        )


@pytest.mark.parametrize("name", LETTERS)
def test_letter_stands_and_supports_as_the_table_says(world: World, name: str) -> None:
    values, standing, supports, since = LETTERS[name]
    letter = store(world, **values)

    found = (standing_of(letter, TODAY), supports_no_information(letter, TODAY), supports_since(letter, TODAY))

    assert found == (standing, supports, since)


def test_every_letter_is_in_the_list_of_where_it_stands_and_in_no_other(world: World) -> None:
    letters = [store(world, **values) for values, *_rest in LETTERS.values()]

    for standing in Standing:
        expected = {letter.pk for letter in letters if standing_of(letter, TODAY) == standing}
        assert expected
        assert set(in_standing(Request.objects.all(), standing, TODAY).values_list("pk", flat=True)) == expected


def test_no_level_is_left_without_words_in_a_letter(world: World) -> None:
    for level in Level:
        change(world.items[0], level=level)
        words = "We have not assessed yet" if level == Level.NOT_ASSESSED else f"it stands at: {level.label}."
        assert words in drafted(world).letter
