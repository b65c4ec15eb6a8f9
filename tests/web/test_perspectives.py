"""Who says what, in public: the perspectives side by side, what is disputed, and the letters behind an update."""

import datetime as dt
import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.conftest import LAW, NOW, STUDY, World
from tests.web.conftest import Reader
from tracker.actions.history import Act
from tracker.actions.items import name_dispute
from tracker.actions.requests import (
    answer_request,
    draft_request,
    remind_request,
    send_request,
    withdraw_request,
)
from tracker.actions.safeguarding import take_down
from tracker.actions.statements import add_bearing
from tracker.choices import Level, Perspective, PointAtIssue, Visibility
from tracker.models import Item, Request, Update
from tracker.permissions import SYSTEM

ITEM = "/home/items/doc/c-1/"
TODAY = NOW.date()
DAY = dt.timedelta(days=1)


def said(world: World, perspective: Perspective, level: str, **options: Any) -> Update:
    return world.published(perspective=perspective, level=level, **options)


def disputed(world: World) -> None:
    """Let the alliance rest on a law and the State on a study, a step apart."""
    world.published(done={"en": "Three centres are open."}, new_evidence=(LAW,))
    words = {"en": "Every region has its centre."}
    said(world, Perspective.STATE, Level.IMPLEMENTED, done=words, period_to="2025-10", new_evidence=(STUDY,))


def cards(html: str) -> list[str]:
    return re.findall(r'<article class="voice">(.*?)</article>', html, re.DOTALL)


def block(html: str) -> str:
    """Return the part of a page that shows what is disputed, "" where nothing is."""
    found = re.search(r'<div class="dispute">.*?</section>', html, re.DOTALL)
    return found[0] if found else ""


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


# --- What is disputed


def test_sides_of_a_dispute_stand_side_by_side_with_their_evidence(world: World, reader: Reader) -> None:
    disputed(world)
    name_dispute(
        world.items[0],
        PointAtIssue.SCOPE,
        note={"en": "Whether plans count.", "ru": "Считаются ли планы."},
        actor=world.actor("clara"),
        at=NOW,
    )

    html = reader.html(ITEM)
    ours, state = cards(html)

    for told in ("Under way", "Three centres are open.", "Law No. 38 on the protection of children", "2 March 2026"):
        assert told in words(ours)
    for told in ("Implemented", "Every region has its centre.", "How the law works in practice", "October 2025"):
        assert told in words(state)
    assert "Point at issue: The scope: whom or what it covers Whether plans count." in words(block(html))
    assert "Nothing is averaged: only the alliance's own word sets the level." in words(block(html))
    assert "Считаются ли планы." in words(reader.html("/ru" + ITEM))


def test_dispute_that_nobody_named_says_so(world: World, reader: Reader) -> None:
    disputed(world)

    assert "Nobody has named the point at issue yet." in words(block(reader.html(ITEM)))


def test_who_takes_no_side_stands_beside_the_dispute(world: World, reader: Reader) -> None:
    disputed(world)
    said(world, Perspective.UN_BODY, "", done={"en": "The Panel asks for figures."})

    html = reader.html(ITEM)

    assert len(cards(html)) == 3
    assert "The Panel asks for figures." in words(cards(html)[2])
    assert "Law No. 38" not in cards(html)[2]


def test_agreement_shows_no_dispute(world: World, reader: Reader) -> None:
    world.published()
    said(world, Perspective.STATE, Level.UNDER_WAY)
    other = said(world, Perspective.STATE, Level.IMPLEMENTED, item=world.items[1])
    add_bearing(other, world.items[0], reason={"en": "The same law."}, actor=SYSTEM, at=NOW)

    html = reader.html(ITEM)

    assert block(html) == ""
    assert len(cards(html)) == 2


def test_what_is_taken_down_is_missing_from_the_dispute(world: World, reader: Reader) -> None:
    disputed(world)
    name_dispute(world.items[0], PointAtIssue.FACT, note={"en": "A note."}, actor=world.actor("clara"), at=NOW)
    state = Update.objects.get(perspective=Perspective.STATE)
    take_down(state, reason="It may name someone.", actor=world.actor("anna"), at=NOW)
    take_down(Item.objects.get(pk=world.items[0].pk), reason="The note too.", actor=world.actor("anna"), at=NOW)

    html = block(reader.html(ITEM))

    for gone in ("Every region has its centre.", "How the law works in practice", "A note."):
        assert gone not in html
    for kept in ("The facts", "Implemented", "Three centres are open.", "This text is withheld while it is checked."):
        assert kept in words(html)


def test_one_perspective_and_three_take_the_same_queries(world: World, reader: Reader) -> None:
    counts = []
    levels = {Perspective.ALLIANCE: Level.UNDER_WAY, Perspective.STATE: Level.IMPLEMENTED, Perspective.UN_BODY: ""}
    for perspective, level in levels.items():
        said(world, perspective, level, requests=(sent(world),))
        with CaptureQueriesContext(connection) as queries:
            reader.html(ITEM)
        counts.append(len(queries))

    assert len(set(counts)) == 1


# --- Letters


def sent(world: World, *, by: str = "anna", **options: Any) -> Request:
    actor = world.actor(by)
    secret = {"subject": "CANARY subject", "letter": "CANARY letter", "language": "en"}
    letter = draft_request(world.items[0], world.organisations[4], **secret, actor=actor, at=NOW)
    days = {"sent_on": dt.date(2026, 1, 10), "due_on": dt.date(2026, 2, 9)} | options
    return send_request(letter, **days, actor=actor, at=NOW)


def answered(world: World, letter: Request, quality: str) -> None:
    day = None if quality == "none" else dt.date(2026, 2, 20)
    reply = "" if quality == "none" else "CANARY reply"
    answer_request(letter, quality=quality, answered_on=day, reply=reply, actor=world.actor("anna"), at=NOW)


BEFORE = "Letter of Organisation first to Organisation the-state , sent 10 January 2026 , answer due 9 February 2026 . "


@pytest.mark.parametrize(
    ("quality", "told"),
    [
        ("", "No answer yet."),
        ("none", "No answer came."),
        ("full", "Full answer on 20 February 2026 ."),
        ("partial", "Partial answer on 20 February 2026 ."),
        ("evasive", "Evasive answer on 20 February 2026 ."),
        ("refused", "Answer refused on 20 February 2026 ."),
    ],
)
def test_letter_shows_who_asked_whom_when_and_what_became_of_it(
    world: World, reader: Reader, quality: str, told: str
) -> None:
    letter = sent(world)
    if quality:
        answered(world, letter, quality)
    world.published(level=Level.NO_INFORMATION, search_note={"en": "Asked."}, new_evidence=(), requests=(letter,))

    html = reader.html(ITEM)

    assert words(html).count(BEFORE + told) == 2  # where the level rests, and in the timeline
    assert "CANARY" not in html
    assert "No document; see the search note" not in html


def test_reminder_and_withdrawal_are_told(world: World, reader: Reader) -> None:
    anna, letter = world.actor("anna"), sent(world)
    remind_request(letter, reminded_on=dt.date(2026, 2, 12), due_on=dt.date(2026, 3, 20), actor=anna, at=NOW)
    world.published(requests=(letter,))
    assert "answer due 20 March 2026 . Reminded 12 February 2026 . No answer yet." in words(reader.html(ITEM))

    withdraw_request(letter, reason="CANARY reason", actor=anna, at=NOW)
    html = reader.html(ITEM)
    assert "Put aside 2 March 2026 ." in words(html)
    assert "CANARY" not in html


def test_letter_that_was_never_sent_is_not_shown(world: World, reader: Reader) -> None:
    text = {"subject": "CANARY subject", "letter": "CANARY letter", "language": "en"}
    draft = draft_request(world.items[0], world.organisations[3], **text, actor=world.actor("anna"), at=NOW)
    world.published(requests=(draft,))

    html = reader.html(ITEM)

    assert "Letter of" not in html
    assert "CANARY" not in html
    assert "Organisation foreign" not in html


@pytest.mark.parametrize(
    ("visibility", "name"), [(Visibility.ROLE_ONLY, "Letter of NGO to"), (Visibility.HIDDEN, "A member organisation")]
)
def test_sender_is_no_more_visible_than_anywhere_on_the_item(
    world: World, reader: Reader, visibility: Visibility, name: str
) -> None:
    letter = sent(world, by="boris")
    world.published(requests=(letter,))
    with Act("test_setup", actor=SYSTEM, at=NOW) as act:
        act.change(act.lock(world.items[0]), visibility=visibility)

    html = reader.html(ITEM)

    assert name in words(html)
    assert "Organisation second" not in html


def test_letters_of_a_withheld_update_are_withheld(world: World, reader: Reader) -> None:
    update = world.published(requests=(sent(world),))
    take_down(update, reason="It may name someone.", actor=world.actor("anna"), at=NOW)

    assert "Letter of" not in reader.html(ITEM)
