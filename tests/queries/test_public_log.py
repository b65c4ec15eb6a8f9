"""The public log gives every entry, and of its values those that are public today and no others."""

import json
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import factories as make
from tests.conftest import NOW, World, content
from tests.web.test_wording import reply
from tracker.actions.catalogue import set_text_rights
from tracker.actions.history import Act
from tracker.actions.items import archive_item, assign_item, set_lifecycle
from tracker.actions.progress import edit_draft, publish_update, submit_update
from tracker.actions.safeguarding import take_down
from tracker.choices import TextRights, Visibility
from tracker.models import HistoryEntry, Record, Redaction, Treaty, TreatyEvent
from tracker.models.history import INSTALLATION
from tracker.permissions import SYSTEM
from tracker.queries import public_log
from tracker.queries.history import PUBLIC_FIELDS

Opened = dict[str, tuple[Any, Any]]


def log(world: World, name: str = "") -> list[tuple[list[str], str, Opened]]:
    """Return (object, action, {opening: (old, new)}) of every line."""
    found = []
    for line in public_log.lines(name or str(world.alliance.uuid)):
        entry = json.loads(line)
        payload = json.loads(entry["payload"])
        opened = {field: (value["old"], value["new"]) for field, value in entry["openings"].items()}
        found.append((payload["object"], payload["action"], opened))
    return found


def about(world: World, record: Record, name: str = "") -> list[tuple[str, Opened]]:
    """Return (action, openings) of every entry about one record."""
    key = [record.KIND, str(record.uuid)]
    return [(action, opened) for object_, action, opened in log(world, name) if object_ == key]


def change(record: Record, **values: Any) -> None:
    with Act("test_setup", actor=SYSTEM, at=NOW) as act:
        act.change(act.lock(record), **values)
    record.refresh_from_db()


def test_every_entry_is_there_in_order_and_canonical(world: World) -> None:
    world.published()
    lines = list(public_log.lines(str(world.alliance.uuid)))
    entries = HistoryEntry.objects.filter(log=str(world.alliance.uuid)).order_by("sequence")

    assert [json.loads(line)["payload"] for line in lines] == [entry.payload for entry in entries]
    for line in lines:
        assert json.dumps(json.loads(line), sort_keys=True, separators=(",", ":")) + "\n" == line


def test_people_roles_drafts_and_who_acted_are_never_told(world: World) -> None:
    world.draft()
    for name in ("", INSTALLATION):
        for (kind, _uuid), _action, opened in log(world, name):
            assert "@actor" not in opened
            assert kind not in ("user", "membership", "update", "assessment", "hold", "request") or opened == {}


def test_published_update_tells_what_is_published_and_not_what_was_drafted(world: World) -> None:
    update = world.draft(done={"en": "A first wording."})
    anna, boris = world.actor("anna"), world.actor("boris")
    edit_draft(update, content(done={"en": "The final wording."}, new_evidence=()), actor=anna, at=NOW)
    told = [opened.get("done") for _action, opened in about(world, update)]
    assert told == [None] * len(told)

    final = world.draft(world.items[1], done={"en": "A first wording."})
    edit_draft(final, content(done={"en": "The final wording."}), actor=anna, at=NOW)
    publish_update(submit_update(final, actor=anna, at=NOW), actor=boris, at=NOW, independence_note="Apart.")

    said = {"en": "The final wording."}
    assert [(action, opened.get("done")) for action, opened in about(world, final)] == [
        ("draft_update", None),
        ("edit_draft", None),
        ("submit_update", None),
        ("publish_update", (said, said)),
    ]
    published = about(world, final)[-1][1]
    assert published["state"] == ("submitted", "published")
    assert published["@organisation"][1]["name"] == str(world.organisations[1].name)
    assert published["@role"][1] == ["coordinator", "reviewer"]
    assert {"independence_note", "publisher", "author", "writers"} & set(published) == set()
    assert "@organisation" not in about(world, final)[0][1]


def test_withheld_update_tells_nothing(world: World) -> None:
    update = world.published()
    assert any(opened for _action, opened in about(world, update))
    take_down(update, reason="It names a child.", actor=world.actor("clara"), at=NOW)
    assert all(opened == {} for _action, opened in about(world, update))
    # The level that rests on it stays.
    assert ("not_assessed", "under_way") in [opened.get("level") for _action, opened in about(world, world.items[0])]


def test_archived_item_tells_nothing(world: World) -> None:
    world.published()
    archive_item(world.items[0], reason="Twice.", actor=world.actor("staff"), at=NOW)
    assert all(opened == {} for _action, opened in about(world, world.items[0]))


def test_item_keeps_dates_for_the_desk_to_itself(world: World) -> None:
    item = world.items[0]
    change(item, update_due_on=NOW.date(), update_asked_note="Please.", verify_by=NOW.date())
    opened = about(world, item)[-1][1]
    assert {name for name in opened if not name.startswith("@")} == {"verify_by"}


def test_reason_is_told_where_the_public_history_says_it(world: World) -> None:
    item, staff = world.items[0], world.actor("staff")
    assign_item(item, owner=world.organisations[0], reason="They asked.", actor=staff, at=NOW)
    item.refresh_from_db()
    set_lifecycle(item, "not_applicable", reason={"en": "Another region's."}, actor=staff, at=NOW)

    assigned, closed = (opened for _action, opened in about(world, item)[-2:])

    assert ("@reason" in assigned, assigned["owner"][1]) == (False, str(world.organisations[0].uuid))
    assert closed["lifecycle_reason"][1] == {"en": "Another region's."}
    assert "@reason" in closed


@pytest.mark.parametrize("visibility", [Visibility.ROLE_ONLY, Visibility.HIDDEN])
@pytest.mark.parametrize("where", ["organisation", "item"])
def test_organisation_that_is_not_named_is_in_no_opening(world: World, visibility: Visibility, where: str) -> None:
    owner, item = world.organisations[0], world.items[0]
    assign_item(item, owner=owner, contributors=world.organisations[1:3], actor=world.actor("staff"), at=NOW)
    update = world.published(item)
    change({"organisation": owner, "item": item}[where], visibility=visibility)

    lines = [json.loads(line) for line in public_log.lines(str(world.alliance.uuid))]
    openings = json.dumps([entry["openings"] for entry in lines])
    if where == "organisation":
        assert str(owner.uuid) not in openings
        assert all(opened == {} for _action, opened in about(world, owner, INSTALLATION))
    else:
        item.refresh_from_db()
        told = [opened for record in (item, update) for _action, opened in about(world, record)]
        names = {"owner", "contributors", "organisation", "publisher_organisation"}
        # That there was no contributor yet names nobody.
        assert [opened[name] for opened in told for name in names & set(opened)] == [(None, [])]
        assert {opened["@organisation"][1]["uuid"] for opened in told if "@organisation" in opened} <= {None}


def test_name_that_an_organisation_gave_up_is_told_no_more(world: World) -> None:
    owner = world.organisations[0]
    assign_item(world.items[0], owner=owner, actor=world.actor("staff"), at=NOW)
    world.published()
    change(owner, name=make.texts("Another name"))
    text = "".join(public_log.lines(str(world.alliance.uuid))) + "".join(public_log.lines(INSTALLATION))
    assert "Organisation first" not in text


def test_wording_is_told_where_the_rights_allow(world: World) -> None:
    point = world.items[0].recommendation
    change(point, wording="Its own words.")
    reply(world.items[0], "We replied.", make.texts("A law."), document=world.document)

    def told() -> list[bool]:
        return [
            "Its own words." in "".join(public_log.lines(INSTALLATION)),
            "We replied." in "".join(public_log.lines(str(world.alliance.uuid))),
        ]

    assert told() == [False, False]
    set_text_rights(world.document, TextRights.FREE, reason="Said so.", actor=SYSTEM, at=NOW)
    assert told() == [True, True]


def test_proposed_redaction_points_nowhere_and_one_carried_out_says_where(world: World) -> None:
    item = world.items[0]
    entry = HistoryEntry.objects.filter(object_uuid=item.uuid)[0]
    named = {"log": str(world.alliance.uuid), "object_kind": item.KIND, "object_uuid": item.uuid, "field": "level"}
    with Act("propose_redaction", actor=SYSTEM, at=NOW) as act:
        row = act.add(Redaction(alliance=world.alliance, ground="child", note="Look there.", **named))
    assert about(world, row) == [("propose_redaction", {})]

    change(row, state="done", places=[[entry.sequence, "level"]])

    proposed, done = (opened for _action, opened in about(world, row))
    assert set(proposed) == {"object_kind", "object_uuid", "field", "ground", "state", "places"}
    assert done == {"state": ("proposed", "done"), "places": ([], [[entry.sequence, "level"]])}


def test_evidence_of_an_event_taken_out_of_use_is_told_no_more(world: World) -> None:
    evidence = make.EvidenceFactory(alliance=world.alliance)
    treaty = {"code": "opsc", "title": make.texts("T"), "short_title": make.texts("T"), "depositary": make.texts("UN")}
    with Act("test_setup", actor=SYSTEM, at=NOW) as act:
        signed = act.add(Treaty(**treaty))
        event = act.add(
            TreatyEvent(
                alliance=world.alliance, treaty=signed, event="signed", on="2012", evidence=evidence, source_key="x"
            )
        )
    assert about(world, evidence)[0][1] != {}
    change(event, archived_on=NOW.date())
    assert about(world, evidence)[0][1] == {}


def test_number_of_queries_does_not_grow_with_the_log(world: World) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            list(public_log.lines(str(world.alliance.uuid)))
        return len(captured)

    world.published(world.items[0])
    few = queries()
    for item in world.items[1:]:
        world.published(item)
        world.published(item, period_to="2026-01", level="announced")

    assert queries() == few <= 25


def test_whatever_the_public_history_shows_is_in_the_public_log() -> None:
    for kind, fields in PUBLIC_FIELDS.items():
        shown = public_log._KINDS[public_log._MODELS[kind]]
        assert fields <= shown.always | shown.today


def test_every_field_that_is_named_is_tracked() -> None:
    for model, kind in public_log._KINDS.items():
        assert kind.always | kind.today <= set(model.TRACKED)
        assert kind.always & kind.today == set()
