"""What pages tell of a record's past: on whose word, why, what was redacted, what a restore took away."""

import datetime as dt
import uuid

import pytest

from tests import factories as make
from tests.conftest import NOW, World
from tracker.actions.catalogue import set_text_rights
from tracker.actions.history import Act
from tracker.actions.items import assign_item, set_lifecycle
from tracker.actions.organisations import change_organisation
from tracker.actions.redactions import carry_out_redaction, propose_redaction
from tracker.actions.safeguarding import take_down
from tracker.choices import RedactionGround, Visibility
from tracker.models import HistoryEntry, Item, Organisation, Restore, Update
from tracker.permissions import SYSTEM
from tracker.queries.history import Line
from tracker.queries.progress import published
from tracker.queries.stories import (
    document_story,
    entry_in_words,
    inside_story,
    item_story,
    organisation_story,
)

LATER = NOW + dt.timedelta(days=3)


def of_item(item: Item, **values: dt.datetime) -> list[Line]:
    item = Item.objects.get(pk=item.pk)
    return item_story(item, published(item), **values)


def words(found: list[Line]) -> str:
    return " | ".join(
        f"{line.action} · {line.who} · {line.reason} · "
        + ", ".join(f"{moved.field}: {moved.old} → {moved.new}" for moved in line.changes)
        for line in found
    )


def test_item_tells_each_act_once_with_the_role_beside_the_organisation(world: World) -> None:
    staff = world.actor("staff")
    assign_item(world.items[0], owner=world.organisations[0], reason="Ask Maria.", actor=staff, at=NOW)
    world.published(world.items[0])

    publication, assignment = of_item(world.items[0])

    assert assignment.who == "Organisation third (secretariat staff)"
    assert assignment.reason == ""
    assert (publication.action, publication.who) == ("Update published", "Organisation second (coordinator, reviewer)")
    told = words([publication])
    for each in ("level: Not yet assessed → Under way", "verify by: – → 2 March 2027", "state: Submitted for review"):
        assert each in told, each


@pytest.mark.parametrize("visibility", [Visibility.ROLE_ONLY, Visibility.HIDDEN])
def test_role_is_told_only_where_the_organisation_is_named(world: World, visibility: Visibility) -> None:
    world.published(world.items[0])
    with Act("test_setup", actor=SYSTEM, at=NOW) as act:
        act.change(act.lock(world.items[0]), visibility=visibility)

    assert "reviewer" not in words(of_item(world.items[0]))


def test_item_tells_only_what_was_written_before_a_moment(world: World) -> None:
    world.published(world.items[0])
    staff = world.actor("staff")
    set_lifecycle(world.items[0], "superseded", reason={"en": "By another."}, actor=staff, at=LATER)

    assert len(of_item(world.items[0])) == 2
    assert [line.action for line in of_item(world.items[0], before=LATER)] == ["Update published"]


def test_redaction_is_a_line_that_names_field_and_ground_and_nobody(world: World) -> None:
    update = world.published(world.items[0], done={"en": "The girl from the village of Ferns."})
    anna, staff = world.actor("anna"), world.actor("staff")
    proposed = propose_redaction(update, "done", ground=RedactionGround.CHILD, note="NOTE", actor=anna, at=LATER)
    assert "Redacted" not in words(of_item(world.items[0]))
    carry_out_redaction(proposed, actor=staff, at=LATER)

    line = of_item(world.items[0])[0]

    assert (line.action, line.reason) == ("Redacted: what was done, and by whom", "It may identify a child")
    assert line.who == "two people together"
    assert "NOTE" not in words([line])
    assert of_item(world.items[0], before=LATER)[0].action == "Update published"
    assert "Redacted: what was done" in words(inside_story([Update.objects.get(pk=update.pk)], None))
    assert "Ferns" not in words(inside_story([Update.objects.get(pk=update.pk)], world.organisations[0].pk))


def test_restore_of_the_log_is_a_line_of_everything_in_it(world: World) -> None:
    world.published(world.items[0])
    log = str(world.alliance.uuid)
    gap = {"kept_size": 7, "kept_head": "0" * 64, "lost_epoch": 1, "lost_size": 9, "lost_head": "1" * 64}
    with Act("record_restore", actor=world.actor("root"), at=LATER, reason="CANARY") as act:
        act.add(Restore(alliance=world.alliance, lost_log=log, **gap))

    line = of_item(world.items[0])[0]

    assert line.action == "An older state of the whole record was put back"
    assert words([line]).endswith("entries in this log: 9 → 7")
    assert "CANARY" not in words([line])
    assert "older state" not in words(of_item(world.items[0], before=LATER))
    assert "older state" not in words(of_item(world.other_item))
    assert "older state" not in words(document_story(world.document))


def test_withheld_words_stay_out_of_the_story(world: World) -> None:
    reason = {"en": "Because of finch."}
    set_lifecycle(world.items[0], "not_applicable", reason=reason, actor=world.actor("staff"), at=NOW)
    assert "finch" in words(of_item(world.items[0]))
    take_down(Item.objects.get(pk=world.items[0].pk), reason="A name.", actor=world.actor("clara"), at=NOW)

    assert "finch" not in words(of_item(world.items[0]))


# --- Documents


def correct(world: World, at: dt.datetime, **values: object) -> None:
    with Act("import_catalogue", actor=SYSTEM, at=at) as act:
        act.change(act.lock(world.items[0].recommendation), **values)


def test_document_tells_its_rights_without_the_words_of_the_permission(world: World) -> None:
    reason = "Maria of the publisher wrote so."
    set_text_rights(world.document, "free", reason=reason, actor=world.actor("root"), at=LATER)

    (line,) = document_story(world.document)

    assert line.who == "The staff of this installation"
    assert words([line]).endswith("what may be shown of its wording: Paraphrase only → Free to show")
    assert "Maria" not in words([line])
    assert document_story(world.document, before=LATER) == []


def test_document_tells_corrections_by_point_and_never_the_wording(world: World) -> None:
    correct(world, LATER, title=make.texts("Another title"), summary=make.texts("Another."), wording="WORDINGFINCH")

    (line,) = document_story(world.document)

    assert (line.action, line.who) == ("Catalogue imported", "The software, from the catalogue files")
    told = words([line])
    assert "C(1), title: Title of C(1) → Another title, C(1), summary: Summary of C(1). → Another." in told
    assert "WORDINGFINCH" not in told


def test_document_counts_points_that_came_and_went_in_one_line_for_each_act(world: World) -> None:
    section = world.items[0].recommendation.section
    with Act("import_catalogue", actor=SYSTEM, at=NOW) as act:
        points = [
            act.add(
                make.RecommendationFactory.build(
                    section=section, document=world.document, reference=f"SECRETFINCH-{number}", position=50
                )
            )
            for number in range(3)
        ]
        act.change(act.lock(world.document), title=make.texts("The title"))
    with Act("import_catalogue", actor=SYSTEM, at=LATER) as act:
        for point in points[:2]:
            act.change(act.lock(point), title=make.texts("SECRETFINCH"), archived_on=LATER.date())
    with Act("import_catalogue", actor=SYSTEM, at=LATER) as act:
        act.change(act.lock(points[0]), archived_on=None)
        act.change(act.lock(points[0]), archived_on=LATER.date())

    found = document_story(world.document)

    assert [words([line]).rpartition(" · ")[2] for line in found] == [
        "points taken out: 2 → 2",
        "title: The whole title of doc → The title, points added: 3 → 3",
    ]
    assert "SECRETFINCH" not in words(found)


def test_document_takes_the_same_queries_whatever_the_number_of_points(
    world: World, django_assert_max_num_queries: object
) -> None:
    correct(world, LATER, title=make.texts("Another title"))
    for number in range(5):
        point = make.RecommendationFactory(section=world.items[0].recommendation.section, reference=f"N-{number}")
        with Act("import_catalogue", actor=SYSTEM, at=LATER) as act:
            act.change(act.lock(point), title=make.texts("Another title"))

    with django_assert_max_num_queries(12):  # type: ignore[operator]
        assert len(document_story(world.document)) == 6


# --- Organisations


def test_organisation_tells_its_values_of_today_and_no_earlier_ones(world: World) -> None:
    first = world.organisations[0]
    for number, name in enumerate(("OLDFINCH", "New name")):
        change_organisation(
            Organisation.objects.get(pk=first.pk),
            name={"en": name, "ru": name},
            reason="REASONFINCH",
            actor=world.actor("root"),
            at=NOW + dt.timedelta(days=number),
        )

    found = organisation_story(Organisation.objects.get(pk=first.pk))

    assert [words([line]).rpartition(" · ")[2] for line in found] == [
        "name: an earlier one → New name",
        "name: an earlier one → an earlier one",
    ]
    assert "FINCH" not in words(found)


def test_organisation_tells_nothing_of_how_visible_it_was(world: World) -> None:
    first = world.organisations[0]
    for visibility in (Visibility.HIDDEN, Visibility.NAMED):
        fresh = Organisation.objects.get(pk=first.pk)
        change_organisation(fresh, visibility=visibility, reason="Threats.", actor=world.actor("root"), at=NOW)

    assert organisation_story(Organisation.objects.get(pk=first.pk)) == []


# --- One entry


def test_entry_is_told_in_words_to_whoever_may_read_them(world: World) -> None:
    update = world.draft(done={"en": "SECRETFINCH"})
    entry = HistoryEntry.objects.get(object_uuid=update.uuid)
    own, other = (row.pk for row in world.organisations[:2])

    inside, outside = entry_in_words(entry, own), entry_in_words(entry, other)

    assert inside is not None
    assert outside is not None
    assert "SECRETFINCH" in words([inside])
    assert inside.who.endswith("(Organisation first, coordinator)")
    assert (outside.action, outside.changes) == ("Update drafted", [])


def test_entry_about_a_record_that_is_there_no_more_is_told_by_nobody(world: World) -> None:
    entry = HistoryEntry.objects.latest("pk")
    entry.object_uuid = uuid.uuid4()

    assert entry_in_words(entry, None) is None
