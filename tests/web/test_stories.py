"""The history of a record on its public page: the latest lines, and the rest behind a plain link."""

import datetime as dt

import pytest

from tests import factories as make
from tests.conftest import NOW, World
from tests.web.conftest import Reader
from tracker.actions.catalogue import set_text_rights
from tracker.actions.history import Act
from tracker.actions.items import assign_item
from tracker.actions.organisations import change_organisation
from tracker.permissions import SYSTEM
from tracker.web import stories

ITEM, DOCUMENT, FIRST = "/home/items/doc/c-1/", "/home/documents/doc/", "/home/organisations/first/"


def history(text: str) -> str:
    return text[text.index("History of this record") :]


def test_item_document_and_organisation_tell_their_history_in_words(world: World, reader: Reader) -> None:
    assign_item(world.items[0], owner=world.organisations[0], actor=world.actor("staff"), at=NOW)
    set_text_rights(world.document, "free", reason="A law.", actor=world.actor("root"), at=NOW)
    kind = {"kind": "coalition"}
    change_organisation(world.organisations[0], **kind, actor=world.actor("root"), at=NOW)

    for address, words in (
        (ITEM, "Recorded 2 March 2026 · Item assigned · Organisation third (secretariat staff) owner: –"),
        (DOCUMENT, "Set what may be shown of the wording · The staff of this installation what may be shown"),
        (FIRST, "Organisation changed · The staff of this installation kind: an earlier one → Coalition"),
    ):
        assert words in history(reader.text(address)), address
        assert "Записано 2 марта 2026" in reader.html("/ru" + address) or "2 марта 2026" in reader.html("/ru" + address)


def test_long_history_shows_the_latest_and_leads_to_the_rest(
    world: World, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stories, "SHOWN", 2)
    for number in range(4):
        at = NOW + dt.timedelta(minutes=number)
        assign_item(world.items[0], owner=world.organisations[number % 2], actor=world.actor("staff"), at=at)

    html, text = reader.html(ITEM), history(reader.text(ITEM))
    whole = history(reader.text(f"{ITEM}?history=all"))

    assert "4 changes, latest first" in text
    assert 'href="/home/items/doc/c-1/?history=all#history"' in html
    assert (text.count("Recorded"), whole.count("Recorded")) == (2, 4)
    assert "Show all" not in whole
    monkeypatch.setattr(stories, "BOUND", 3)
    bounded = history(reader.text(f"{ITEM}?history=all"))
    assert bounded.count("Recorded") == 3
    assert "Older changes stand in the public log" in bounded


def test_history_of_an_earlier_day_ends_there_and_keeps_the_day(
    world: World, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stories, "SHOWN", 1)
    for number, at in enumerate((NOW - dt.timedelta(days=0), NOW + dt.timedelta(hours=1), NOW + dt.timedelta(days=2))):
        assign_item(world.items[0], owner=world.organisations[number % 2], actor=world.actor("staff"), at=at)
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW + dt.timedelta(days=9))

    html = reader.html(f"{ITEM}?on=2026-03-02")

    assert "2 changes, latest first" in html
    assert "?on=2026-03-02&amp;history=all#history" in html
    assert "3 changes, latest first" in reader.html(ITEM)


def test_record_without_changes_says_so(world: World, reader: Reader) -> None:
    for address in (ITEM, DOCUMENT, FIRST):
        if address == FIRST:
            assign_item(world.items[0], owner=world.organisations[0], actor=world.actor("staff"), at=NOW)
        assert "Nothing that the public may read has changed since it was entered." in history(reader.text(address))


def test_document_says_how_many_points_came_with_an_import(world: World, reader: Reader) -> None:
    section = world.items[0].recommendation.section
    with Act("import_catalogue", actor=SYSTEM, at=NOW) as act:
        point = make.RecommendationFactory.build(section=section, document=world.document, reference="N")
        act.add(point)

    assert "from the catalogue files points added: 1" in history(reader.text(DOCUMENT))


def test_history_escapes_what_people_wrote(world: World, reader: Reader) -> None:
    with Act("import_catalogue", actor=SYSTEM, at=NOW) as act:
        act.change(act.lock(world.items[0].recommendation), title=make.texts("<script>x</script>"))

    assert "<script" not in reader.html(DOCUMENT)
    assert "&lt;script&gt;" in reader.html(DOCUMENT)
