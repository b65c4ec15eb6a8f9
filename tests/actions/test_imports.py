"""import_catalogue: twice is once, a change is one entry, a mistake leaves nothing."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import NOW, World, everything
from tests.sources import FIXTURES
from tracker.actions.imports import Imported, import_catalogue
from tracker.errors import CatalogueError, NotAllowed
from tracker.importer.catalogue import read_catalogue
from tracker.importer.workspace import read_workspaces
from tracker.models import Alliance, HistoryEntry, HistoryValue, Item, Recommendation, TreatyEvent, Update
from tracker.models.base import texts
from tracker.permissions import SYSTEM
from tracker.queries.verify import verify

Edit = Callable[[dict[str, Any]], None]


def run(folder: Path = FIXTURES, *, demo: bool = False, **options: Any) -> Imported:
    catalogue = read_catalogue(folder)
    workspaces = [row for row in read_workspaces(folder, catalogue) if demo or not row.is_demo]
    return import_catalogue(catalogue, workspaces, **({"actor": SYSTEM, "at": NOW} | options))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the Rio Call and of the Russian workspace that a test may edit."""
    shutil.copytree(FIXTURES, tmp_path / "fixtures")
    (tmp_path / "fixtures" / "workspaces" / "demo.yaml").unlink()
    return tmp_path / "fixtures"


def edit(path: Path, change: Edit) -> None:
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    change(data)
    path.write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False), encoding="utf-8")


def rio(folder: Path) -> Path:
    return folder / "catalogue" / "rio-2008.yaml"


def russia(folder: Path) -> Path:
    return folder / "workspaces" / "russia.yaml"


@pytest.mark.django_db
def test_import_follows_every_point_and_the_history_verifies() -> None:
    imported = run()
    assert Recommendation.objects.count() == 34 + 76 + 12 + 37
    assert Item.objects.count() == 159
    assert imported.entries == HistoryEntry.objects.count()
    assert verify().faults == []


@pytest.mark.django_db
def test_import_twice_writes_nothing() -> None:
    run(demo=True)
    before = everything()
    assert run(demo=True).entries == 0
    assert everything() == before


@pytest.mark.django_db
def test_alliance_has_judged_nothing_and_sources_speak_for_themselves() -> None:
    run()
    assert set(Item.objects.values_list("level", "owner", "headline")) == {("not_assessed", None, None)}
    updates = Update.objects.all()
    assert set(updates.values_list("origin", "level", "state")) == {("source", "", "published")}
    assert updates.filter(perspective="state").count() == 36
    assert TreatyEvent.objects.values("treaty").distinct().count() == 7


@pytest.mark.django_db
def test_demo_history_is_spread_over_two_years_and_verifies() -> None:
    run(demo=True)
    log = HistoryEntry.objects.filter(log=str(Alliance.objects.get(slug="demo").uuid))
    times = sorted(log.values_list("time", flat=True))
    assert int(times[-1][:4]) - int(times[0][:4]) == 2
    assert verify().faults == []


@pytest.mark.django_db
def test_changed_summary_is_one_entry_with_old_and_new(folder: Path) -> None:
    run(folder)
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
    run(folder)
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
    run(folder)

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

    run()
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


def point(data: dict[str, Any], reference: str = "46") -> dict[str, Any]:
    found: dict[str, Any] = next(row for row in data["points"] if row["reference"] == reference)
    return found


MISTAKES: dict[str, tuple[Callable[[Path], Path], Edit, str, str]] = {
    "unknown area": (rio, lambda data: point(data).update(area="moon"), "46", "use one of"),
    "unknown kind": (rio, lambda data: point(data).update(kind="wish"), "46", "use one of"),
    "unknown addressee": (rio, lambda data: point(data).update(addressee="martians"), "46", "use one of"),
    "unknown theme": (rio, lambda data: point(data).update(themes=["weather"]), "46", "weather"),
    "unknown section": (rio, lambda data: point(data).update(section="IX"), "46", "use one of"),
    "unknown layer": (rio, lambda data: point(data)["components"][0].update(layer="roof"), "46 a", "use one of"),
    "repeated reference": (rio, lambda data: data["points"].append(dict(point(data))), "46", "taken by 46"),
    "repeated address": (rio, lambda data: point(data).update(reference="C-2"), "C(2)", "taken by C-2"),
    "repeated letter": (rio, lambda data: point(data)["components"][1].update(letter="a"), "46", "letter"),
    "missing translation": (rio, lambda data: point(data)["title"].pop("ru"), "46", "no ru text"),
    "empty translation": (rio, lambda data: point(data)["summary"].update(ru="  "), "46", "no ru text"),
    "unknown language": (rio, lambda data: point(data)["title"].update(fr="Oui"), "46", "unknown language fr"),
    "long title": (rio, lambda data: point(data)["title"].update(en="x" * 81), "46", "80 are allowed"),
    "bad deadline": (rio, lambda data: point(data).update(deadline="2013-13"), "46", "deadline"),
    "deadline as a number": (rio, lambda data: point(data).update(deadline=2013), "46", "in quotes"),
    "reference as a number": (rio, lambda data: point(data).update(reference=46), "46", "in quotes"),
    "misspelt key": (rio, lambda data: point(data).update(sumary="x"), "46", "unknown key sumary"),
    "missing key": (rio, lambda data: point(data).pop("kind"), "46", "“kind” is missing"),
    "level in the catalogue": (rio, lambda data: point(data).update(level="implemented"), "46", "unknown key level"),
    "unknown document kind": (rio, lambda data: data["document"].update(kind="novel"), "document", "use one of"),
    "dangerous address": (
        rio,
        lambda data: data["document"].update(source_address="javascript:alert(1)"),
        "document",
        "no web address",
    ),
    "unknown document": (russia, lambda data: data["alliance"]["follows"].append("kyoto"), "follows", "kyoto"),
    "unknown organisation": (
        russia,
        lambda data: data["alliance"]["members"].append("nobody"),
        "nobody",
        "no organisation",
    ),
    "statement on an unknown point": (
        russia,
        lambda data: data["from_the_source"][0].update(reference="99"),
        "lanzarote-2017-1.1",
        "no point “99”",
    ),
    "statement of the alliance": (
        russia,
        lambda data: data["from_the_source"][0].update(perspective="alliance"),
        "lanzarote-2017-1.1",
        "use one of",
    ),
    "statement with a level": (
        russia,
        lambda data: data["from_the_source"][0].update(level="implemented"),
        "lanzarote-2017-1.1",
        "unknown key level",
    ),
    "bad date of a statement": (
        russia,
        lambda data: data["from_the_source"][0].update(dated="October"),
        "lanzarote-2017-1.1",
        "no date",
    ),
    "repeated key": (
        russia,
        lambda data: data["from_the_source"].append(dict(data["from_the_source"][0])),
        "lanzarote-2017-1.1",
        "given twice",
    ),
    "unknown component": (russia, lambda data: data["not_applicable"][1].update(component="z"), "2", "component “z”"),
    "unknown treaty event": (
        russia,
        lambda data: data["treaties"][0]["events"][0].update(event="forgotten"),
        "crc",
        "use one of",
    ),
}


@pytest.mark.django_db
@pytest.mark.parametrize("mistake", MISTAKES)
def test_file_with_a_mistake_is_refused_whole_with_file_point_and_reason(folder: Path, mistake: str) -> None:
    of, change, place, reason = MISTAKES[mistake]
    edit(of(folder), change)
    with pytest.raises(CatalogueError) as refused:
        run(folder)
    assert refused.value.file == of(folder).name
    assert place in refused.value.point
    assert reason in refused.value.reason
    assert HistoryEntry.objects.count() == 0
    assert Recommendation.objects.count() == 0


BROKEN = {
    "no YAML": "document: [",
    "a list": "- one\n- two\n",
    "empty": "",
    "a key twice": 'document:\n  code: "a"\n  code: "b"\n',
    "a truth value as key": 'document:\n  on: "2012"\n',
}


@pytest.mark.django_db
@pytest.mark.parametrize("broken", BROKEN)
def test_file_that_is_no_catalogue_is_refused(folder: Path, broken: str) -> None:
    rio(folder).write_text(BROKEN[broken], encoding="utf-8")
    with pytest.raises(CatalogueError) as refused:
        run(folder)
    assert refused.value.file == "rio-2008.yaml"
    assert HistoryEntry.objects.count() == 0


@pytest.mark.django_db
def test_binary_file_is_refused(folder: Path) -> None:
    rio(folder).write_bytes(b"\xff\xfe\x00\x01" * 100)
    with pytest.raises(CatalogueError, match="cannot be read"):
        run(folder)
    assert HistoryEntry.objects.count() == 0
