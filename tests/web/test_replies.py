"""The State's replies to a questionnaire, question by question."""

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from tests import factories as make
from tests.conftest import NOW, World
from tests.queries.test_replies import questions, reply
from tests.web.conftest import Reader
from tests.web.test_wording import WORDING
from tests.web.test_wording import reply as quoted
from tracker.actions.catalogue import set_text_rights
from tracker.actions.items import set_lifecycle
from tracker.actions.safeguarding import take_down
from tracker.actions.statements import add_bearing
from tracker.choices import Lifecycle, TextRights
from tracker.permissions import SYSTEM

REPLIES = "/home/documents/asks/replies/"


def test_replies_stand_under_their_questions_dated_and_attributed(world: World, reader: Reader) -> None:
    _document, (first, _second) = questions(world)
    said = reply(world, first, "2017-10-24", said="A law was adopted.")
    add_bearing(said, world.items[0], reason=make.texts("The same law."), actor=SYSTEM, at=NOW)

    text = reader.text(REPLIES)

    assert "2 questions, 1 with a reply of the State." in text
    assert (
        "1.1 Title of 1.1 Summary of 1.1. State Organisation the-state · Source of 24 October 2017, recorded here "
        "2 March 2026 From the source A law was adopted. In the source: Short asks, l. 1 "
        "This also says something about Short doc, C(1): Title of C(1). The same law. 2.1 Title of 2.1 Summary of 2.1. "
        "No reply of the State is on record." in text
    )


def test_replies_quote_the_source_only_where_it_may_be_shown(world: World, reader: Reader) -> None:
    document, (first, _second) = questions(world)
    quoted(first, WORDING, make.texts("A law."), document=document)

    assert "wordingfinch" not in reader.html(REPLIES)

    set_text_rights(document, TextRights.FREE, reason="They wrote so.", actor=SYSTEM, at=NOW)

    assert "wordingfinch" in reader.html(REPLIES)


def test_reply_that_is_withheld_says_so(world: World, reader: Reader) -> None:
    _document, (first, _second) = questions(world)
    said = reply(world, first, said="CANARY")
    take_down(said, reason="Look at it.", actor=world.actor("anna"), at=NOW)

    assert "CANARY" not in reader.html(REPLIES)
    assert "This text is withheld while it is checked." in reader.text(REPLIES)


def test_question_that_was_not_put_to_the_state_says_so(world: World, reader: Reader) -> None:
    _document, (first, _second) = questions(world)
    set_lifecycle(first, Lifecycle.NOT_APPLICABLE, reason={"en": "x"}, actor=world.actor("staff"), at=NOW)

    assert "1.1 Title of 1.1 Summary of 1.1. Not put to this State" in reader.text(REPLIES)


def test_document_leads_to_its_replies_and_one_without_questions_has_none(world: World, reader: Reader) -> None:
    questions(world)

    assert f'<a href="{REPLIES}">' in reader.html("/home/documents/asks/")
    assert "/replies/" not in reader.html("/home/documents/doc/")
    for address in ("/home/documents/doc/replies/", "/home/documents/no/replies/", "/abroad/documents/asks/replies/"):
        assert reader.status(address) == 404


def test_replies_of_a_day_are_those_of_then(world: World, reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    _document, (first, _second) = questions(world)
    later = NOW + dt.timedelta(days=2)
    reply(world, first, at=later)
    monkeypatch.setattr(timezone, "now", lambda: later + dt.timedelta(days=1))

    assert "2 questions, 0 with a reply of the State." in reader.text(f"{REPLIES}?on=2026-03-02")
    assert "2 questions, 1 with a reply of the State." in reader.text(REPLIES)


def test_replies_come_a_page_at_a_time(world: World, reader: Reader) -> None:
    with make.together():
        questions(world, 51)

    assert "51 questions, 0 with" in reader.text(REPLIES)
    assert "51.1" not in reader.text(REPLIES)
    assert "Page 2 of 2" in reader.text(f"{REPLIES}?page=2")
    assert "51.1 Title of 51.1" in reader.text(f"{REPLIES}?page=2")


@pytest.mark.parametrize("count", [1, 3])
def test_replies_take_the_same_queries_for_any_number_of_questions(
    world: World, reader: Reader, count: int, django_assert_num_queries: Any
) -> None:
    _document, items = questions(world, count)
    for item in items:
        add_bearing(reply(world, item), world.items[0], reason=make.texts("x"), actor=SYSTEM, at=NOW)

    # The alliances, heads, checkpoint, the document; how many questions, and these; replies, their bearings, how many.
    with django_assert_num_queries(9):
        reader.html(REPLIES)
