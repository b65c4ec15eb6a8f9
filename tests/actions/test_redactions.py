"""Two people of different organisations take a value out of the history; the entry stays and the chain verifies."""

import datetime as dt
import json
import resource
import signal
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from tests import factories as make
from tests.actions.asserting import actors, last_entry, opened, outcomes, refuses, story
from tests.conftest import NOW, World, everything
from tests.importer.texts import REPORT
from tracker.actions import redactions
from tracker.actions.evidence import NewEvidence
from tracker.actions.history import Act
from tracker.actions.invitations import invite, join_by_invitation
from tracker.actions.mail import GIVEN_UP, queue_mail
from tracker.actions.organisations import change_alliance
from tracker.actions.progress import return_update
from tracker.actions.redactions import (
    carry_out_redaction,
    list_outside,
    propose_redaction,
    refuse_redaction,
    replay_redactions,
)
from tracker.actions.sources import upload_document
from tracker.choices import RedactionState, ReviewRule, Role
from tracker.errors import InvalidValue, NotAllowed, ReadOnly, WrongState
from tracker.models import (
    TRACKED_MODELS,
    HistoryEntry,
    HistoryValue,
    Mail,
    Organisation,
    Record,
    Redaction,
    Update,
    User,
)
from tracker.permissions import SYSTEM
from tracker.queries.people import actor_for
from tracker.queries.redactions import BLANK, listed, pending_redactions, sentence, text_fields
from tracker.queries.verify import verify

SECRET = "Masha of the third form told the teacher Zubrovskaya."
SAID = {"en": SECRET, "ru": "Маша из третьего класса рассказала учительнице."}
SOURCE = NewEvidence("research", SECRET, "School", "https://school.example.org/1")


@pytest.fixture
def world(world: World) -> World:
    """lena leads safeguarding for the second organisation, lev for the first, which is anna's."""
    for name, number in (("lena", 1), ("lev", 0)):
        world.users[name] = make.UserFactory(username=name, first_name=name.title())
        make.MembershipFactory(
            alliance=world.alliance,
            user=world.users[name],
            organisation=world.organisations[number],
            role=Role.SAFEGUARDING,
        )
    return world


def proposed(world: World, record: Record, field: str, *, by: str = "anna", **values: Any) -> Redaction:
    return propose_redaction(record, field, **({"ground": "child", "actor": world.actor(by), "at": NOW} | values))


def redacted(world: World, record: Record, field: str, *, by: str = "anna") -> Redaction:
    redaction = proposed(world, record, field, by=by)
    return carry_out_redaction(redaction, actor=world.actor("lena"), at=NOW).redaction


def anywhere(text: str) -> list[str]:
    """Return the columns of all tables that hold `text`, as it is or escaped."""
    forms = {text, json.dumps(text)[1:-1]}
    found = {
        f"{table}.{name}"
        for table, rows in everything().items()
        if table != "history"
        for row in rows
        for name, value in row.items()
        if any(form in str(value) for form in forms)
    }
    for value in HistoryValue.objects.all():
        if any(form in value.old + value.new for form in forms):
            found.add(f"{value.entry} {value.field}")
    return sorted(found)


def withdrawn() -> int:
    verdict = verify()
    assert verdict.faults == []
    return verdict.withdrawn


# --- What goes


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
        act.derive(point, words="c(1) masha of the third form told the teacher zubrovskaya.")

    redacted(world, point, "title")

    point.refresh_from_db()
    assert "masha" not in point.words
    assert point.words.startswith("c(1) ")


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


# --- Who


def test_who_proposes(world: World) -> None:
    update = world.published(done=SAID)
    who = actors(world) | {"lena": world.actor("lena")}

    def propose(actor: Any) -> Callable[[], Any]:
        return lambda: propose_redaction(update, "done", ground="child", actor=actor, at=NOW)

    found = outcomes({name: propose(actor) for name, actor in who.items()})
    assert {name for name, outcome in found.items() if outcome == "done"} == {"anna", "olga", "boris", "staff", "lena"}
    assert set(found.values()) == {"done", "NotAllowed"}


def test_who_carries_it_out(world: World) -> None:
    redaction = proposed(world, world.published(done=SAID), "done", by="anna")
    who = actors(world) | {name: world.actor(name) for name in ("lena", "lev")}

    def carry_out(actor: Any) -> Callable[[], Any]:
        return lambda: carry_out_redaction(redaction, actor=actor, at=NOW)

    found = outcomes({name: carry_out(actor) for name, actor in who.items()})
    assert {name for name, outcome in found.items() if outcome == "done"} == {"staff", "lena"}
    assert set(found.values()) == {"done", "NotAllowed"}


def test_proposer_does_not_carry_it_out(world: World) -> None:
    redaction = proposed(world, world.published(done=SAID), "done", by="staff")
    with refuses(NotAllowed, "of another organisation"):
        carry_out_redaction(redaction, actor=world.actor("staff"), at=NOW)


def test_another_person_suffices_where_the_alliance_chose_so(world: World) -> None:
    change_alliance(
        world.alliance, review_rule="another_person", reason="Two organisations.", actor=world.actor("staff"), at=NOW
    )
    redaction = proposed(world, world.published(done=SAID), "done", by="anna")
    with refuses(NotAllowed, "another person"):
        carry_out_redaction(redaction, actor=world.actor("anna"), at=NOW)

    assert carry_out_redaction(redaction, actor=world.actor("lev"), at=NOW).redaction.state == "done"


def test_of_the_installation_two_organisations_are_always_asked_for(world: World) -> None:
    change_alliance(
        world.alliance, review_rule="another_person", reason="Two organisations.", actor=world.actor("staff"), at=NOW
    )
    redaction = proposed(world, world.document, "short_title", by="anna")
    with refuses(NotAllowed, "of another organisation"):
        carry_out_redaction(redaction, actor=world.actor("lev"), at=NOW)
    shared = proposed(world, world.published(done={"en": "Organisation the-state"}), "done", by="anna")
    with refuses(NotAllowed, "of all alliances"):
        carry_out_redaction(shared, actor=world.actor("lev"), at=NOW)


def test_who_refuses(world: World) -> None:
    redaction = proposed(world, world.published(done=SAID), "done", by="anna")
    who = actors(world) | {name: world.actor(name) for name in ("lena", "lev")}

    def refuse(actor: Any) -> Callable[[], Any]:
        return lambda: refuse_redaction(redaction, reason="It names nobody.", actor=actor, at=NOW)

    found = outcomes({name: refuse(actor) for name, actor in who.items()})
    assert {name for name, outcome in found.items() if outcome == "done"} == {"anna", "staff", "lena", "lev"}


# --- Refusals


def test_record_out_of_sight_is_not_redacted(world: World) -> None:
    draft = world.draft(by="boris", done=SAID)
    for who in (world.actor("anna"), world.actor("eve", world.other_alliance)):
        with refuses(NotAllowed):
            propose_redaction(draft, "done", ground="child", actor=who, at=NOW)


@pytest.mark.parametrize("field", ["level", "state", "period_to", "item", "nothing", "@organisation", "evidence"])
def test_only_words_are_redacted(world: World, field: str) -> None:
    update = world.published()
    with refuses(InvalidValue, "Choose a field that holds words"):
        proposed(world, update, field)


def test_ground_is_one_of_the_known_ones(world: World) -> None:
    update = world.published()
    with refuses(InvalidValue, "ground"):
        proposed(world, update, "done", ground="shame")


def test_note_and_reason_do_not_repeat_the_value(world: World) -> None:
    update = world.published(done=SAID)
    with refuses(InvalidValue, "repeats"):
        proposed(world, update, "done", note=f"This: {SECRET.upper()}")
    redaction = proposed(world, update, "done")
    with refuses(InvalidValue, "repeats"):
        refuse_redaction(redaction, reason=f"{SECRET} That is fine.", actor=world.actor("lena"), at=NOW)
    with refuses(InvalidValue, "Say why"):
        refuse_redaction(redaction, reason=" ", actor=world.actor("lena"), at=NOW)


def test_nothing_to_redact_is_said(world: World) -> None:
    update = world.published(done=SAID)
    with refuses(WrongState, "nothing to redact"):
        proposed(world, update, "search_note")
    redacted(world, update, "done")
    with refuses(WrongState, "nothing to redact"):
        proposed(world, update, "done")


def test_one_proposal_waits_at_a_time(world: World) -> None:
    update = world.published(done=SAID)
    redaction = proposed(world, update, "done")
    with refuses(WrongState, "proposed already"):
        proposed(world, update, "done", by="boris")
    refuse_redaction(redaction, reason="It names nobody.", actor=world.actor("lena"), at=NOW)
    for again in (carry_out_redaction, refuse_redaction):
        reason = {"reason": "No."} if again is refuse_redaction else {}
        with refuses(WrongState, "decided already"):
            again(redaction, actor=world.actor("staff"), at=NOW, **reason)  # type: ignore[operator]
    assert proposed(world, update, "done", by="boris").state == RedactionState.PROPOSED


def test_what_another_redaction_took_is_not_taken_again(world: World) -> None:
    evidence = make.EvidenceFactory(alliance=world.alliance, title=SECRET)
    update = world.published(done=SAID, evidence=[evidence], new_evidence=())
    first, second = proposed(world, update, "done"), proposed(world, evidence, "title")
    carry_out_redaction(first, actor=world.actor("lena"), at=NOW)
    with refuses(WrongState, "nothing left"):
        carry_out_redaction(second, actor=world.actor("lena"), at=NOW)


# --- The list, and a restore


@pytest.fixture
def kept(settings: Any, tmp_path: Path) -> Path:
    settings.KEPT_FOLDER = tmp_path / "kept"
    return tmp_path / "kept" / "redactions.txt"


def test_list_tells_where_and_never_what_or_who(
    world: World, kept: Path, django_capture_on_commit_callbacks: Any
) -> None:
    update = world.published(done=SAID)
    with django_capture_on_commit_callbacks(execute=True):
        redaction = redacted(world, update, "done")

    line = json.loads(kept.read_text(encoding="ascii"))
    last = HistoryEntry.objects.filter(object_uuid=redaction.uuid).latest("pk")
    hashes = [HistoryEntry.objects.get(log=redaction.log, sequence=number).hash for number, _name in redaction.places]
    assert line == {
        "log": redaction.log,
        "object": ["update", str(update.uuid)],
        "field": "done",
        "places": redaction.places,
        "entries": hashes,
        "ground": "child",
        "decided_at": "2026-03-02T09:00:00.000000Z",
        "epoch": 1,
        "size": last.sequence,
        "head": last.hash,
    }
    assert pending_redactions() == []
    assert list_outside()
    assert len(listed()) == 1


def test_list_that_cannot_be_read_is_said(world: World, kept: Path) -> None:
    kept.parent.mkdir()
    for text in ("{", "[]", '{"object": 1}', "{}"):
        kept.write_text(text + "\n")
        with pytest.raises(ReadOnly, match="list of redactions"):
            pending_redactions()


def test_restored_values_are_redacted_again_and_only_once(world: World, kept: Path) -> None:
    update = world.published(done=SAID)
    evidence = make.EvidenceFactory(alliance=world.alliance, title=SECRET)
    point = _savepoint()
    redaction = redacted(world, update, "done")
    list_outside()
    _back_to(point)
    assert pending_redactions() == listed() != []
    assert anywhere(SECRET)
    later = NOW + dt.timedelta(days=3)

    assert replay_redactions(actor=SYSTEM, at=later) == 1

    assert anywhere(SECRET) == []
    evidence.refresh_from_db()
    assert evidence.title == BLANK
    again = Redaction.objects.get()
    assert (again.proposed_by, again.decided_by, again.decided_at) == (None, None, redaction.decided_at)
    assert (again.state, again.places) == (RedactionState.DONE, redaction.places)
    assert pending_redactions() == []
    before = everything()
    assert replay_redactions(actor=SYSTEM, at=later) == 0
    assert everything() == before
    assert verify().faults == []


def test_new_entry_at_the_number_of_a_lost_one_is_left_alone(world: World, kept: Path) -> None:
    point = _savepoint()
    redacted(world, world.published(done=SAID), "done")
    list_outside()
    _back_to(point)
    # As many entries, of other things.
    other = world.published(done={"en": "Nothing that must go."})
    world.draft(world.items[1])

    assert pending_redactions() == []
    assert replay_redactions(actor=SYSTEM, at=NOW) == 0
    other.refresh_from_db()
    assert other.done.data == {"en": "Nothing that must go."}


def test_open_proposal_is_carried_out_by_the_replay(world: World, kept: Path) -> None:
    redaction = proposed(world, world.published(done=SAID), "done")
    point = _savepoint()
    carry_out_redaction(redaction, actor=world.actor("lena"), at=NOW)
    list_outside()
    _back_to(point)

    replay_redactions(actor=world.actor("root"), at=NOW)

    redaction.refresh_from_db()
    assert (redaction.state, redaction.decided_by, Redaction.objects.count()) == (RedactionState.DONE, None, 1)


def test_files_are_not_scrubbed_inside_a_transaction_and_the_command_says_what_to_do(world: World) -> None:
    result = carry_out_redaction(proposed(world, world.published(done=SAID), "done"), actor=world.actor("lena"), at=NOW)
    assert not result.scrubbed.done
    with pytest.raises(CommandError, match=r"Run manage\.py scrub"):
        call_command("scrub")


def test_only_the_installation_replays(world: World, kept: Path) -> None:
    for name in ("anna", "staff", "lena"):
        with refuses(NotAllowed):
            replay_redactions(actor=world.actor(name), at=NOW)


def _savepoint() -> str:
    return str(transaction.savepoint())


def _back_to(point: str) -> None:
    """Put the database back to an older state, as a restore does."""
    transaction.savepoint_rollback(point)


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


# --- Found by a second reading


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


def test_list_that_cannot_be_read_stops_neither_the_redaction_nor_the_scrubbing(
    world: World, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    redaction = proposed(world, world.published(done=SAID), "done")
    kept.parent.mkdir()
    kept.write_text("{")
    scrubbed: list[int] = []
    monkeypatch.setattr(redactions, "connection", SimpleNamespace(in_atomic_block=False))
    monkeypatch.setattr(redactions, "scrub", lambda: scrubbed.append(1))

    assert not carry_out_redaction(redaction, actor=world.actor("lena"), at=NOW).is_listed

    assert scrubbed == [1]


def test_full_disk_leaves_no_half_line_in_the_list(world: World, kept: Path) -> None:
    redacted(world, world.published(done=SAID), "done")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handled = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, before[1]))
    try:
        listed_then = list_outside()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handled)

    assert not listed_then
    assert kept.read_bytes() == b""
    assert list_outside()
    assert len(listed()) == 1


def test_who_brought_the_proposer_in_does_not_carry_it_out(world: World) -> None:
    with Act("test_setup", actor=SYSTEM, at=NOW) as act:
        act.change(act.lock(world.alliance), review_rule=ReviewRule.ANOTHER_PERSON)
    staff = world.actor("staff")
    token = invite(
        "new@example.org", world.organisations[2], [Role.COORDINATOR], alliance=world.alliance, actor=staff, at=NOW
    ).token
    join_by_invitation(token, "newcomer", password="a long password 12", at=NOW, first_name="New")
    newcomer = actor_for(User.objects.get(username="newcomer"), world.alliance)
    redaction = propose_redaction(world.published(done=SAID), "done", ground="child", actor=newcomer, at=NOW)

    with refuses(NotAllowed):
        carry_out_redaction(redaction, actor=staff, at=NOW)
