"""Taken down: the very next answer of every public surface lacks the words; level, date and perspective stay."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import factories as make
from tests.conftest import NOW, World
from tests.web.conftest import Reader
from tests.web.test_wording import both, heard, heard_at
from tracker.actions.catalogue import set_text_rights
from tracker.actions.evidence import NewEvidence
from tracker.actions.history import Act
from tracker.actions.items import exclude_component, set_item_visibility, set_lifecycle
from tracker.actions.progress import publish_update
from tracker.actions.safeguarding import block_hold, release_hold, take_down
from tracker.actions.statements import add_bearing, state_from_source
from tracker.choices import EvidenceKind, Level, Perspective, PointAtIssue, Role, TextRights
from tracker.models import Item, Quotation, SearchText, Treaty, TreatyEvent, Update
from tracker.permissions import SYSTEM

ITEM = "/home/items/doc/c-1/"
SENTENCE = "This text is withheld while it is checked."
TEXTS = ("donefinch", "remainsfinch", "askfinch", "searchfinch")
SOURCE = ("titlefinch", "publisherfinch", "addressfinch", "pagefinch", "copyfinch")
EVIDENCE = NewEvidence(
    kind=EvidenceKind.LAW,
    title="A law of titlefinch",
    publisher="Gazette publisherfinch",
    address="https://addressfinch.example.org/",
    page="p. pagefinch",
    archived_address="https://copyfinch.example.org/",
)
ALL = (*TEXTS, *SOURCE, "bearingfinch", "placefinch", "quotefinch", "saidfinch", "lifefinch", "partfinch", "notefinch")


@pytest.fixture
def world(world: World) -> World:
    world.users["lena"] = make.UserFactory(username="lena")
    membership = {"alliance": world.alliance, "organisation": world.organisations[1], "role": Role.SAFEGUARDING}
    make.MembershipFactory(user=world.users["lena"], **membership)
    return world


def texts(word: str) -> dict[str, str]:
    return {"en": f"In English {word}.", "ru": f"По-русски {word}."}


@pytest.fixture
def update(world: World) -> Update:
    """A published update with a word of its own in every text and in its one source."""
    found = world.published(
        done=texts("donefinch"),
        remains=texts("remainsfinch"),
        ask_next=texts("askfinch"),
        search_note=texts("searchfinch"),
        new_evidence=(EVIDENCE,),
    )
    add_bearing(found, world.items[1], reason=texts("bearingfinch"), actor=SYSTEM, at=NOW)
    return found


@pytest.fixture
def said(world: World) -> Update:
    """What the State says of the first item, with its place and its own words."""
    set_text_rights(world.document, TextRights.FREE, reason="It is a law.", actor=SYSTEM, at=NOW)
    with Act("import_document", actor=SYSTEM, at=NOW) as act:
        found = state_from_source(
            act,
            world.items[0],
            organisation=world.organisations[4],
            perspective=Perspective.STATE,
            dated="2017-10",
            document=world.document,
            place="at placefinch",
            source_key="said",
            done=texts("saidfinch"),
        )
        act.add(Quotation(alliance=world.alliance, update=found, text="In its own words quotefinch."))
    return found


def surfaces(reader: Reader) -> dict[str, set[str]]:
    """Return {word: the addresses that tell it} over the whole site."""
    return heard(reader.client, ALL)


def again(reader: Reader, before: dict[str, set[str]]) -> dict[str, set[str]]:
    """Return {word: the addresses that tell it} at every address that told one `before`."""
    return heard_at(set().union(*before.values()), reader.client, ALL)


def bring_back(world: World, thing: Any) -> None:
    for name in ("lena", "boris"):
        release_hold(thing.holds.latest("pk"), reason="Nothing there.", actor=world.actor(name), at=NOW)


def down(world: World, thing: Any, by: str = "clara") -> None:
    take_down(thing, reason="It may name a child.", actor=world.actor(by), at=NOW)
    thing.refresh_from_db()


def test_update_is_off_every_surface_at_the_very_next_answer(world: World, update: Update, reader: Reader) -> None:
    files = [f"/home/items.{form}" for form in ("csv", "xlsx", "json")]
    before = surfaces(reader)
    assert set(before) == {*TEXTS, *SOURCE, "bearingfinch"}
    everywhere = both("/home/", ITEM, "/home/items/doc/c-2/", "/home/organisations/first/", *files)
    assert before["donefinch"] >= everywhere
    assert before["addressfinch"] >= both(ITEM, *files)

    down(world, update)

    assert surfaces(reader) == {}
    bring_back(world, update)
    assert again(reader, before) == before


def test_update_that_is_withheld_keeps_level_date_and_perspective(world: World, update: Update, reader: Reader) -> None:
    down(world, update)

    page = reader.text(ITEM)
    for words in ("Level Under way", "Alliance", "Published 2 March 2026", "February 2026", "Grade 2."):
        assert words in page
    # Under the evidence, as the alliance's word, in the timeline.
    assert page.count(SENTENCE) == 3
    assert "see the search note" not in page
    for address in ("/home/", "/home/organisations/first/"):
        assert reader.text(address).count(SENTENCE) == 1
    assert "Said elsewhere about this" not in reader.text("/home/items/doc/c-2/")
    row = reader.client.get("/home/items.json").getvalue().decode()
    assert f'"last_update_en": "{SENTENCE}"' in row.replace('":"', '": "')
    assert '"level": "under_way"' in row.replace('":"', '": "')


def test_statement_of_a_source_goes_with_its_place_and_quotation(world: World, said: Update, reader: Reader) -> None:
    before = surfaces(reader)
    assert set(before) == {"placefinch", "quotefinch", "saidfinch"}

    down(world, said)

    assert surfaces(reader) == {}
    page = reader.text(ITEM)
    assert "State · Organisation the-state" in page
    assert "nobody has summed it up" not in page
    assert "The document's own words are on record" not in page
    bring_back(world, said)
    assert again(reader, before) == before


def test_source_is_withheld_under_every_update_and_event(world: World, update: Update, reader: Reader) -> None:
    source = update.evidence.get()
    world.published(world.items[1], new_evidence=(), evidence=[source])
    title = make.texts("A treaty")
    with Act("test_setup", actor=SYSTEM, at=NOW) as act:
        treaty = act.add(Treaty(code="t", title=title, short_title=title, depositary=title))
        event = {"event": "signed", "on": "2012", "evidence": source, "source_key": "t"}
        act.add(TreatyEvent(alliance=world.alliance, treaty=treaty, **event))
    before = surfaces(reader)
    assert before["titlefinch"] >= both(ITEM, "/home/items/doc/c-2/", "/home/treaties/")

    down(world, source)

    assert {word: before[word] for word in before if word not in SOURCE} == surfaces(reader)
    for address in (ITEM, "/home/treaties/"):
        assert f"{SENTENCE} Law or other legal act" in reader.text(address)
    bring_back(world, source)
    assert again(reader, before) == before


def silent(world: World) -> Item:
    """Return an item whose own texts hold a word each."""
    staff, item = world.actor("staff"), world.items[0]
    component = make.ComponentFactory(recommendation=item.recommendation, letter="a")
    exclude_component(item, component, reason=texts("partfinch"), actor=staff, at=NOW)
    set_lifecycle(item, "not_applicable", reason=texts("lifefinch"), actor=staff, at=NOW)
    with Act("test_setup", actor=SYSTEM, at=NOW) as act:
        act.change(act.lock(item), dispute_note=texts("notefinch"), dispute_point=PointAtIssue.FACT)
    item.refresh_from_db()
    return item


def test_texts_of_an_item_are_off_every_surface_its_history_included(world: World, reader: Reader) -> None:
    item = silent(world)
    before = surfaces(reader)
    assert {"lifefinch", "partfinch"} <= set(before)

    down(world, item)

    assert surfaces(reader) == {}
    page = reader.text(ITEM)
    assert f"Not applicable: {SENTENCE}" in page
    assert "reason of the lifecycle: withheld" in page
    bring_back(world, item)
    assert again(reader, before) == before


def test_item_reads_as_withheld_after_the_update_that_closed_it(world: World, reader: Reader) -> None:
    closing = world.published(closes_item=True, done=texts("donefinch"), level=Level.UNDER_WAY)
    publish_update(closing, actor=world.actor("clara"), at=NOW)
    closing.refresh_from_db()
    assert "donefinch" in surfaces(reader)

    down(world, closing)

    assert surfaces(reader) == {}
    assert f"Closed: {SENTENCE}" in reader.text(ITEM)


def test_what_is_blocked_stays_off_every_surface(world: World, update: Update, reader: Reader) -> None:
    down(world, update)
    block_hold(update.holds.get(), reason="It does name a child.", actor=world.actor("lena"), at=NOW)

    assert surfaces(reader) == {}
    assert SENTENCE in reader.text(ITEM)


def test_correction_of_what_is_withheld_is_shown(world: World, update: Update, reader: Reader) -> None:
    down(world, update)
    world.published(at=NOW.replace(hour=11), done={"en": "Rewritten text."})

    assert "Rewritten text." in reader.text("/home/")
    assert surfaces(reader) == {}


@pytest.mark.parametrize("word", [*TEXTS, *SOURCE[:2]])
def test_search_finds_the_words_of_an_update_while_they_are_public(
    world: World, update: Update, reader: Reader, word: str
) -> None:
    assert "1 item " in reader.text(f"/home/items/?words={word}") + " "
    down(world, update)
    assert "0 items" in reader.text(f"/home/items/?words={word}")
    assert SearchText.objects.filter(update=update).count() == 0


@pytest.mark.parametrize("word", SOURCE[2:])
def test_search_looks_into_nothing_else_of_a_source(world: World, update: Update, reader: Reader, word: str) -> None:
    assert "0 items" in reader.text(f"/home/items/?words={word}")


def test_withheld_update_takes_no_more_queries(
    world: World, update: Update, reader: Reader, django_assert_max_num_queries: Any
) -> None:
    reader.html(ITEM)
    with CaptureQueriesContext(connection) as shown:
        reader.html(ITEM)
    down(world, update)
    with django_assert_max_num_queries(len(shown)):
        reader.html(ITEM)


def test_history_tells_nothing_of_a_take_down_or_of_visibility(world: World, update: Update, reader: Reader) -> None:
    before = reader.html(ITEM).count('<ol class="history">')
    down(world, update)
    set_item_visibility(world.items[0], "role_only", reason="REASON", actor=world.actor("staff"), at=NOW)

    page = reader.text(ITEM)
    assert before == 1
    for words in ("It may name a child.", "Taken out of public sight", "Visibility on this item", "REASON"):
        assert words not in page
