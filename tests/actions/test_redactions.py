"""Two people of different organisations take a value out of the history; the entry stays and the chain verifies."""

from typing import Any

import pytest

from tests import factories as make
from tests.actions.asserting import last_entry, opened, story
from tests.actions.redactable import SAID, SECRET, SOURCE, anywhere, proposed, redacted, with_leads, withdrawn
from tests.conftest import NOW, World
from tests.importer.texts import REPORT
from tracker.actions.history import Act
from tracker.actions.mail import GIVEN_UP, queue_mail
from tracker.actions.progress import return_update
from tracker.actions.redactions import carry_out_redaction
from tracker.actions.sources import upload_document
from tracker.choices import RedactionState
from tracker.models import (
    TRACKED_MODELS,
    HistoryEntry,
    HistoryValue,
    Mail,
    Organisation,
    Redaction,
    SearchText,
    Update,
)
from tracker.permissions import SYSTEM
from tracker.queries.redactions import BLANK, sentence, text_fields


@pytest.fixture
def world(world: World) -> World:
    return with_leads(world)


def test_redaction_takes_every_version_of_the_text_and_the_chain_verifies(world: World) -> None:
    update = world.published(done=SAID)
    before = HistoryEntry.objects.count()

    redaction = redacted(world, update, "done")

    assert anywhere(SECRET) == anywhere(SAID["ru"]) == []
    update.refresh_from_db()
    assert update.done.data == {code: sentence(code) for code in ("en", "ru")}
    assert update.done.data["en"] == "This text was redacted."
    log = str(world.alliance.uuid)
    entries = HistoryEntry.objects.filter(
        log=log, object_uuid=update.uuid, action__in=["draft_update", "publish_update"]
    )
    assert redaction.places == [[sequence, "done"] for sequence in sorted(entries.values_list("sequence", flat=True))]
    assert (redaction.state, withdrawn()) == (RedactionState.DONE, 2)
    # Proposed, carried out, and the update's own entry.
    assert HistoryEntry.objects.count() == before + 3


def test_entry_of_a_redaction_does_not_tell_what_was_there(world: World) -> None:
    update = world.published(done=SAID)
    redacted(world, update, "done")

    action, changes = story(update)[-1]
    assert action == "carry_out_redaction"
    assert changes["done"][0] is None
    assert opened(last_entry())["@reason"] == (None, "")


def test_same_words_go_wherever_they_stand(world: World) -> None:
    draft = world.draft(done=SAID, remains={"en": f"Ask again: {SECRET}"}, new_evidence=(SOURCE,))
    evidence = draft.evidence.get()
    with Act("edit_draft", actor=SYSTEM, at=NOW) as act:
        act.change(draft, unfinished={"source-title": SECRET, "period": "spring"})
    elsewhere = world.submitted(world.items[1], by="boris")
    return_update(elsewhere, reason=f"Not this: {SECRET}", actor=world.actor("clara"), at=NOW)
    queue_mail(key="1", to="a@example.org", language="en", subject="News", text=f"They say\n{SECRET}", at=NOW)
    queue_mail(key="2", to="a@example.org", language="en", subject="News", text="All is well.", at=NOW)

    redaction = redacted(world, evidence, "title")

    assert anywhere(SECRET) == []
    draft.refresh_from_db()
    elsewhere.refresh_from_db()
    evidence.refresh_from_db()
    assert draft.unfinished == {"source-title": BLANK, "period": "spring"}
    # The other language of a text that only repeats the words stays.
    assert draft.done.data["ru"] == SAID["ru"]
    assert (evidence.title, elsewhere.return_reason) == (BLANK, BLANK)
    assert {name for _sequence, name in redaction.places} == {
        *("title", "@label", "done", "remains", "unfinished", "return_reason", "@reason")
    }
    assert list(Mail.objects.order_by("key").values_list("text", "attempts")) == [("", GIVEN_UP), ("All is well.", 0)]
    withdrawn()


def test_words_in_a_log_of_another_kind_are_redacted_there_too(world: World) -> None:
    place = world.organisations[4]
    update = world.published(done={"en": "Organisation the-state promised a law."})

    redacted(world, place, "name")

    assert anywhere("Organisation the-state") == []
    rows = {row.log: row.places for row in Redaction.objects.all()}
    assert {"installation", str(world.alliance.uuid)} <= set(rows)
    # Of the draft, and told once more as it was published.
    assert [name for _sequence, name in rows[str(world.alliance.uuid)]].count("done") == 2
    update.refresh_from_db()
    assert "the-state" not in str(update.done)
    withdrawn()


def test_words_of_another_alliance_are_left_to_its_own_people(world: World) -> None:
    abroad = make.EvidenceFactory(alliance=world.other_alliance, title=SECRET)

    redacted(world, world.published(done=SAID), "done")

    abroad.refresh_from_db()
    assert abroad.title == SECRET


def test_half_a_sentence_that_a_draft_was_saved_with_takes_nothing_from_others(world: World) -> None:
    draft = world.draft(done={"en": "The ministry"})
    with Act("edit_draft", actor=SYSTEM, at=NOW) as act:
        act.change(draft, done={"en": "The ministry and Masha of the third form"})
    other = world.published(world.items[1], by="boris", reviewer="clara")

    redacted(world, draft, "done")

    other.refresh_from_db()
    assert other.done.data["en"] == "The ministry opened three centres."
    assert anywhere("Masha") == []


def test_name_of_a_person_goes_from_every_entry(world: World) -> None:
    person = world.users["anna"]
    with Act("change_user", actor=SYSTEM, at=NOW) as act:
        act.change(person, first_name="Ann", last_name="Li")
    world.draft()
    assert anywhere("Ann Li")

    redacted(world, person, "last_name", by="staff")

    assert anywhere("Ann Li") == []
    person.refresh_from_db()
    assert (person.username, person.get_full_name()) == ("anna", BLANK)
    withdrawn()


@pytest.mark.parametrize("field", ["@actor", "@reason", "@label"])
def test_opening_about_people_goes_alone(world: World, field: str) -> None:
    update = return_update(world.submitted(), reason="Too weak.", actor=world.actor("boris"), at=NOW)
    told = {"@actor", "@reason", "@label"}

    redaction = redacted(world, update, field)

    assert {name for _sequence, name in redaction.places} <= {field, "return_reason"}
    entries = HistoryEntry.objects.filter(object_uuid=update.uuid).exclude(action="carry_out_redaction")
    left = HistoryValue.objects.filter(entry__in=entries.values("pk"), field__in=told)
    assert {value.field for value in left if "null" not in value.new and value.new != '""'} == told - {field}
    withdrawn()


def test_search_finds_the_words_of_a_point_no_more(world: World) -> None:
    point = world.items[0].recommendation
    with Act("import_catalogue", actor=SYSTEM, at=NOW) as act:
        act.change(point, title={"en": SECRET})
    assert "zubrovskaya" in SearchText.objects.get(recommendation=point).words

    redacted(world, point, "title")

    assert "zubrovskaya" not in SearchText.objects.get(recommendation=point).words
    assert SearchText.objects.get(recommendation=point).words.startswith("c 1 ")


def test_waiting_file_that_holds_the_words_is_put_aside(world: World) -> None:
    words = " ".join(REPORT.split())[200:260]
    batch = upload_document(REPORT.encode(), "report.txt", actor=world.actor("root"), at=NOW)
    redacted(world, world.published(done={"en": words}), "done")

    batch.refresh_from_db()
    assert (batch.state, bytes(batch.file)) == ("discarded", b"")


def test_every_text_that_is_followed_can_be_redacted_and_nothing_else() -> None:
    assert {model.KIND: text_fields(model) for model in TRACKED_MODELS if text_fields(model)} == {
        "user": ("username", "first_name", "last_name"),
        "organisation": ("name", "address"),
        "document": ("title", "short_title", "publisher", "source_address", "source_note"),
        "section": ("source_title", "title"),
        "recommendation": ("page", "title", "summary", "wording"),
        "component": ("text",),
        "relation": ("reason",),
        "treaty": ("title", "short_title", "depositary", "address"),
        "alliance": ("name", "country_name", "about"),
        "item": ("lifecycle_reason", "update_asked_note", "dispute_note"),
        "item_component": ("reason",),
        "evidence": ("title", "publisher", "address", "page", "archived_address"),
        "request": ("subject", "letter", "reply"),
        "update": (
            *("done", "remains", "ask_next", "search_note", "place", "independence_note", "return_reason"),
            "unfinished",
        ),
        "bearing": ("reason",),
        "quotation": ("text",),
        "treaty_event": ("note",),
        "document_import": ("file_name", "edits", "doubts"),
        "hold": ("reason", "decision"),
        "redaction": ("note",),
    }


@pytest.mark.parametrize("field", ["title", "publisher", "address"])
def test_field_that_may_not_be_empty_gets_something_in_its_place(world: World, field: str) -> None:
    evidence = world.published().evidence.get()
    redacted(world, evidence, field)

    evidence.refresh_from_db()
    assert getattr(evidence, field) in (BLANK, "https://redacted.invalid/")
    withdrawn()


def test_organisation_of_a_short_name_goes_from_who_acted(world: World) -> None:
    place: Organisation = world.organisations[0]
    with Act("change_organisation", actor=SYSTEM, at=NOW) as act:
        act.change(place, name={"en": "Zorya"})
    update: Update = world.draft()

    redaction = proposed(world, place, "name", by="boris")
    carry_out_redaction(redaction, actor=world.actor("staff"), at=NOW)

    entries = HistoryEntry.objects.filter(object_uuid=update.uuid)
    assert not HistoryValue.objects.filter(entry__in=entries.values("pk"), field="@organisation").exists()
    assert [row for row in anywhere("Zorya") if "Organisation" in row] == []
    withdrawn()


@pytest.mark.parametrize("field", ["last_name", "name"])
def test_decider_who_bears_the_name_does_not_write_it_again(world: World, field: str) -> None:
    lena, house = world.users["lena"], world.organisations[1]
    record: Any = lena if field == "last_name" else house
    with Act("test_setup", actor=SYSTEM, at=NOW) as act:
        act.change(
            record, **({"last_name": "Zubrovskaya"} if record is lena else {"name": {"en": "Zubrovskaya House"}})
        )
    redaction = proposed(world, record, field, by="staff" if record is lena else "anna")

    carry_out_redaction(redaction, actor=world.actor("lena"), at=NOW)

    assert anywhere("Zubrovskaya") == []
