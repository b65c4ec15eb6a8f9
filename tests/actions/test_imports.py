"""import_catalogue: twice is once, a change is one entry, what was published is never lost in silence."""

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.test import Client

from tests import factories as make
from tests.conftest import NOW, World, everything
from tests.importer.files import TEXT, Edit, copied, edit, imported, point, rio, run, russia, statement
from tests.sources import FIXTURES
from tracker.actions import imports
from tracker.actions.history import Act
from tracker.actions.items import assign_item
from tracker.errors import CatalogueError, InvalidValue, NotAllowed
from tracker.importer.relations import RELATIONS
from tracker.models import (
    Alliance,
    Bearing,
    ComponentAssessment,
    Document,
    HistoryEntry,
    HistoryValue,
    Item,
    ItemState,
    Organisation,
    Recommendation,
    Relation,
    Treaty,
    TreatyEvent,
    Update,
    User,
)
from tracker.models.base import texts
from tracker.permissions import SYSTEM
from tracker.queries.items import current
from tracker.queries.verify import verify


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The files of the catalogue and of the Russian workspace, for the test to edit."""
    return copied(tmp_path)


@pytest.mark.django_db
def test_import_follows_every_point_and_the_history_verifies() -> None:
    imported = run()
    assert Recommendation.objects.count() == 34 + 76 + 12 + 37 + (9 + 23 + 5 + 7)
    assert Relation.objects.count() == 215
    assert Item.objects.count() == 159
    assert imported.entries == HistoryEntry.objects.count()
    assert verify().faults == []


@pytest.mark.django_db
def test_import_twice_writes_nothing() -> None:
    imported(demo=True)
    before = everything()
    assert run(demo=True).entries == 0
    assert everything() == before


@pytest.mark.django_db
def test_alliance_has_judged_nothing_and_sources_speak_for_themselves() -> None:
    imported()
    assert set(Item.objects.values_list("level", "owner", "headline")) == {("not_assessed", None, None)}
    updates = Update.objects.all()
    assert set(updates.values_list("origin", "level", "state")) == {("source", "", "published")}
    assert updates.filter(perspective="state").count() == 36
    assert TreatyEvent.objects.values("treaty").distinct().count() == 7


@pytest.mark.django_db
def test_demo_history_is_spread_over_two_years_and_verifies() -> None:
    imported(demo=True)
    log = HistoryEntry.objects.filter(log=str(Alliance.objects.get(slug="demo").uuid))
    times = sorted(log.values_list("time", flat=True))
    assert int(times[-1][:4]) - int(times[0][:4]) == 2
    assert verify().faults == []


@pytest.mark.django_db
def test_script_and_people_of_an_invented_alliance_that_is_there_have_no_effect(tmp_path: Path) -> None:
    folder = tmp_path / "fixtures"
    shutil.copytree(FIXTURES, folder)
    demo = folder / "workspaces" / "demo.yaml"
    edit(demo, lambda data: data.update(script=[]))
    run(folder, demo=True)
    assert sorted(User.objects.values_list("username", flat=True))[0] == "anna"
    demo.write_text((FIXTURES / "workspaces" / "demo.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    edit(demo, lambda data: data["people"].append(data["people"][0] | {"username": "zed"}))
    before = everything()
    assert run(folder, demo=True).entries == 0
    assert everything() == before


@pytest.mark.django_db
def test_person_of_an_invented_alliance_who_is_there_already_is_refused_by_name(world: World) -> None:
    before = everything()
    with pytest.raises(CatalogueError) as refused:
        run(demo=True)
    assert (refused.value.file, refused.value.point) == ("demo.yaml", "anna")
    assert everything() == before


@pytest.mark.django_db
def test_changed_summary_is_one_entry_with_old_and_new(folder: Path) -> None:
    imported()
    old = texts(Recommendation.objects.get(document__code="rio-2008", reference="46").summary)

    def change(data: dict[str, Any]) -> None:
        next(row for row in data["points"] if row["reference"] == "46")["summary"]["en"] = "Another summary."

    edit(rio(folder), change)
    assert run(folder).entries == 1
    value = HistoryValue.objects.get(entry=HistoryEntry.objects.latest("id").pk, field="summary")
    assert yaml.safe_load(value.old) == old
    assert yaml.safe_load(value.new) == old | {"en": "Another summary."}


@pytest.mark.django_db
def test_removed_point_is_archived_and_returns_when_it_returns(folder: Path) -> None:
    imported()
    whole = rio(folder).read_text(encoding="utf-8")

    def remove(data: dict[str, Any]) -> None:
        data["points"] = [row for row in data["points"] if row["reference"] != "C(2)"]

    edit(rio(folder), remove)
    run(folder)
    point = Recommendation.objects.get(document__code="rio-2008", reference="C(2)")
    assert point.archived_on == NOW.date()
    assert Item.objects.filter(recommendation=point).count() == 1
    rio(folder).write_text(whole, encoding="utf-8")
    run(folder)
    point.refresh_from_db()
    assert point.archived_on is None
    assert verify().faults == []


@pytest.mark.django_db
def test_changed_statement_is_a_correction_that_points_back(folder: Path) -> None:
    imported()

    def change(data: dict[str, Any]) -> None:
        data["from_the_source"][0]["done"]["en"] = "The State replied otherwise."

    edit(russia(folder), change)
    run(folder)
    correction = Update.objects.get(corrects__isnull=False)
    assert texts(correction.done)["en"] == "The State replied otherwise."
    assert correction.source_key == f"{correction.corrects.source_key}#2"
    assert run(folder).entries == 0


@pytest.mark.django_db
def test_reopened_item_is_not_closed_again_by_an_import() -> None:
    from tracker.actions.items import set_lifecycle

    imported()
    item = Item.objects.select_related("alliance").get(lifecycle="not_applicable")
    set_lifecycle(item, "reopened", reason={"en": "It applies after all."}, actor=SYSTEM, at=NOW)
    assert run().entries == 0
    item.refresh_from_db()
    assert item.lifecycle == "reopened"


@pytest.mark.django_db
def test_dry_run_counts_and_writes_nothing() -> None:
    assert run(dry_run=True).entries > 1000
    assert HistoryEntry.objects.count() == 0
    assert Recommendation.objects.count() == 0


def test_import_is_refused_to_anyone_but_the_installations_staff(world: World) -> None:
    before = everything()
    for name in ("anna", "boris", "staff", "eve", "nobody"):
        with pytest.raises(NotAllowed):
            run(actor=world.actor(name))
    assert everything() == before


def refused_after(folder: Path, *changes: tuple[Path, Edit]) -> CatalogueError:
    """Import `folder`, change its files, and return the refusal of the second import, which wrote nothing."""
    imported()
    for path, change in changes:
        edit(path, change)
    before = everything()
    with pytest.raises(CatalogueError) as refused:
        run(folder)
    assert everything() == before
    return refused.value


def current_bearings(key: str) -> list[str]:
    found = Bearing.objects.filter(update__source_key__startswith=key, archived_on=None)
    return [row.update.source_key for row in found.select_related("update")]


@pytest.mark.django_db
def test_bearings_of_a_corrected_statement_are_archived(folder: Path) -> None:
    imported()
    edit(russia(folder), lambda data: statement(data).update(done=TEXT))
    run(folder)
    assert current_bearings("ecpat-2012-npa-1") == ["ecpat-2012-npa-1#2"]
    assert Bearing.objects.filter(update__source_key="ecpat-2012-npa-1").get().archived_on == NOW.date()
    assert run(folder).entries == 0
    assert verify().faults == []


@pytest.mark.django_db
def test_moved_statement_is_recorded_on_its_new_point_and_points_back(folder: Path) -> None:
    imported()
    edit(russia(folder), lambda data: statement(data).update(reference="PROT-6"))
    run(folder)
    moved = Update.objects.get(source_key="ecpat-2012-npa-1#2")
    assert moved.item.recommendation.reference == "PROT-6"
    assert moved.corrects is not None
    assert moved.corrects.source_key == "ecpat-2012-npa-1"
    assert moved.corrects.item.recommendation.reference == "NPA-1"
    assert current_bearings("ecpat-2012-npa-1") == ["ecpat-2012-npa-1#2"]
    assert run(folder).entries == 0
    assert verify().faults == []


@pytest.mark.django_db
def test_moved_statement_is_shown_as_corrected_where_it_was_and_leads_to_where_it_is(
    folder: Path, client: Client
) -> None:
    was, now = "/items/ecpat-ru-2012/npa-1/", "/items/ecpat-ru-2012/prot-6/"
    imported()
    assert "Who says what" in client.get(was).content.decode()
    edit(russia(folder), lambda data: statement(data).update(reference="PROT-6"))
    run(folder)
    old, new = (Update.objects.get(source_key=f"ecpat-2012-npa-1{number}") for number in ("", "#2"))
    there, here = (client.get(page).content.decode() for page in (was, now))
    assert "Corrected: this belongs under another point." in there
    assert f'href="{now}#update-{new.pk}"' in there
    assert "Who says what" not in there
    assert f'href="{was}#update-{old.pk}"' in here
    assert "Who says what" in here


@pytest.mark.django_db
@pytest.mark.parametrize("change", ["removed", "renamed"])
def test_statement_that_is_gone_from_its_file_is_refused(folder: Path, change: str) -> None:
    def gone(data: dict[str, Any]) -> None:
        if change == "removed":
            data["from_the_source"].remove(statement(data))
        else:
            statement(data).update(key="npa-1")

    refusal = refused_after(folder, (russia(folder), gone))
    assert (refusal.file, refusal.point) == ("russia.yaml", "ecpat-2012-npa-1")
    assert "put it back" in refusal.reason


def without_card(data: dict[str, Any]) -> None:
    data["alliance"]["follows"].remove("card-2012")
    data["from_the_source"] = [row for row in data["from_the_source"] if row["document"] != "card-2012"]
    for row in data["from_the_source"]:
        row["bears_on"] = [link for link in row.get("bears_on", []) if link["document"] != "card-2012"]


@pytest.mark.django_db
def test_document_that_never_came_from_a_file_is_left_alone(folder: Path) -> None:
    other = make.RecommendationFactory().document
    imported()
    other.refresh_from_db()
    assert other.archived_on is None
    assert other.recommendations.filter(archived_on=None).count() == 1
    assert run(folder).entries == 0


@pytest.mark.django_db
def test_document_in_no_file_is_archived_with_its_points_and_returns(folder: Path) -> None:
    imported()
    card, whole = folder / "catalogue" / "card-2012.yaml", russia(folder).read_text(encoding="utf-8")
    text = card.read_text(encoding="utf-8")
    card.unlink()
    edit(russia(folder), without_card)
    with pytest.raises(CatalogueError, match="no document of the catalogue has the point card-2012"):
        run(folder)
    relations = folder / RELATIONS
    told = relations.read_text(encoding="utf-8")
    relations.unlink()
    run(folder)
    assert not Relation.objects.filter(archived_on=None).exists()
    document = Document.objects.get(code="card-2012")
    assert document.archived_on == NOW.date()
    assert not document.recommendations.filter(archived_on=None).exists()
    assert not document.sections.filter(archived_on=None).exists()
    items = Item.objects.filter(recommendation__document=document)
    assert items.filter(archived_on=None).count() == 12
    assert not current(Alliance.objects.get(), today=NOW.date()).filter(item__in=items).exists()
    assert run(folder).entries == 0
    card.write_text(text, encoding="utf-8")
    relations.write_text(told, encoding="utf-8")
    russia(folder).write_text(whole, encoding="utf-8")
    run(folder)
    document.refresh_from_db()
    assert document.archived_on is None
    assert document.recommendations.filter(archived_on=None).count() == 12
    assert Relation.objects.filter(archived_on=None).count() == 215
    assert verify().faults == []


def assess(reference: str, letter: str, verdict: str) -> None:
    """Store the verdict of a draft on one component of a point of the Rio Call."""
    item = Item.objects.get(recommendation__document__code="rio-2008", recommendation__reference=reference)
    author = make.UserFactory(username="anna")
    with Act("test_setup", actor=SYSTEM, at=NOW) as act:
        update = act.add(
            Update(
                alliance=item.alliance,
                item=item,
                author=author,
                organisation=Organisation.objects.get(code="stellit"),
                period_to="2026-02",
            )
        )
        component = item.recommendation.components.get(letter=letter)
        act.add(ComponentAssessment(alliance=item.alliance, update=update, component=component, verdict=verdict))


def reletter(data: dict[str, Any]) -> None:
    """Take component a of point 46 away and call the others a, b, c…"""
    parts = point(data)["components"]
    parts.pop(0)
    for part, letter in zip(parts, "abcdefghijkl", strict=False):
        part["letter"] = letter


@pytest.mark.django_db
def test_letter_under_which_something_was_assessed_keeps_its_duty(folder: Path) -> None:
    imported()
    assess("46", "a", "met")
    refusal = refused_after(folder, (rio(folder), reletter))
    assert (refusal.file, refusal.point) == ("rio-2008.yaml", "46")
    assert "component a has another text" in refusal.reason
    edit(rio(folder), lambda data: [part.update(reworded=True) for part in point(data)["components"]])
    assert run(folder).entries > 0
    assert run(folder).entries == 0


@pytest.mark.django_db
def test_letter_under_which_nothing_was_assessed_may_change(folder: Path) -> None:
    imported()
    assess("46", "a", "not_assessed")
    edit(rio(folder), reletter)
    assert run(folder).entries > 0


@pytest.mark.django_db
def test_letter_that_an_alliance_excluded_keeps_its_duty(folder: Path) -> None:
    refusal = refused_after(folder, (rio(folder), lambda data: point(data, "2")["components"][0].update(text=TEXT)))
    assert (refusal.file, refusal.point) == ("rio-2008.yaml", "2")
    assert "component a has another text" in refusal.reason


@pytest.mark.django_db
def test_respelt_reference_is_refused_with_the_one_that_the_record_has(folder: Path) -> None:
    refusal = refused_after(folder, (rio(folder), lambda data: point(data, "C(2)").update(reference="C-2")))
    assert (refusal.file, refusal.point) == ("rio-2008.yaml", "C-2")
    assert "as “C(2)”" in refusal.reason


@pytest.mark.django_db
def test_import_changes_what_the_record_holds_now_not_what_it_read(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    imported()
    read = imports._items
    changed: list[Item] = []

    def items(alliance: Alliance) -> Any:
        found = read(alliance)
        if not changed:
            # Someone else changes an item right after the import has read it.
            item = alliance.items.get(lifecycle="not_applicable")
            changed.append(assign_item(item, owner=alliance.members.first(), actor=SYSTEM, at=NOW))
        return found

    monkeypatch.setattr(imports, "_items", items)
    edit(russia(folder), lambda data: data["not_applicable"][0].update(reason=TEXT))
    assert run(folder).entries == 2
    item = Item.objects.get(pk=changed[0].pk)
    assert texts(item.lifecycle_reason) == TEXT
    assert item.owner is not None
    assert item.version == 4
    assert ItemState.objects.get(item=item, to_sequence=None).owner == item.owner
    assert verify().faults == []


@pytest.mark.django_db
def test_import_holds_the_logs_before_it_reads_anything(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    imported()
    held: list[str] = []
    monkeypatch.setattr(imports, "lock_log", held.append)
    monkeypatch.setattr(imports, "load_catalogue", lambda *args, **options: held.append("read"))
    run(folder)
    assert held == ["installation", str(Alliance.objects.get().uuid), "read"]


@pytest.mark.django_db
def test_treaty_event_may_move_and_its_evidence_be_of_the_other_kind(folder: Path) -> None:
    imported()
    place = {"place": {"document": "ecpat-ru-2012", "lines": "383"}}
    link = {"address": "https://example.org", "title": "A", "publisher": "B", "language": "en"}

    def change(data: dict[str, Any]) -> None:
        crc, opsc = (row["events"] for row in data["treaties"][:2])
        opsc.append(crc.pop(0) | {"evidence": place})
        next(event for event in crc if event["key"] == "crc-report-1992")["evidence"] = link

    edit(russia(folder), change)
    run(folder)
    moved, linked = (TreatyEvent.objects.get(source_key=key) for key in ("crc-signed", "crc-report-1992"))
    assert (moved.treaty.code, moved.archived_on, moved.evidence.address) == ("opsc", None, "")
    assert (linked.evidence.document, linked.evidence.address) == (None, "https://example.org")
    assert run(folder).entries == 0
    assert verify().faults == []


STORED = {
    "treaty": lambda: Treaty(code="t", title=TEXT, short_title=TEXT, depositary=TEXT, address="javascript:alert(1)"),
    "organisation": lambda: Organisation(code="o", kind="ngo", name=TEXT, address="javascript:alert(1)"),
    "document": lambda: Document(
        code="d",
        kind="declaration",
        title=TEXT,
        short_title=TEXT,
        publisher=TEXT,
        published_on="2008",
        source_language="en",
        source_address="javascript:alert(1)",
    ),
    "alliance": lambda: Alliance(slug="a", name=TEXT, country_name=TEXT, time_zone="Europe/Moskow"),
}


@pytest.mark.django_db
@pytest.mark.parametrize("kind", STORED)
def test_record_refuses_dangerous_addresses_and_unknown_time_zones_at_every_door(kind: str) -> None:
    before = everything()
    reason = "no time zone" if kind == "alliance" else "A web address starts with"
    with pytest.raises(InvalidValue, match=reason), Act("test", actor=SYSTEM, at=NOW) as act:
        act.add(STORED[kind]())
    assert everything() == before
