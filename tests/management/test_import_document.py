"""manage.py import_document: what it says, and what it writes, alone and beside the catalogue's files."""

import datetime as dt
import hashlib
import io
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import call_command
from django.utils import translation

from tests.conftest import World, everything
from tests.management.conftest import REPORT, Command
from tests.sources import ROOT
from tracker.importer.layouts import LAYOUTS, Layout
from tracker.models import (
    Document,
    DocumentImport,
    Evidence,
    Item,
    Quotation,
    Recommendation,
    Section,
    Update,
)
from tracker.models.base import texts
from tracker.queries.verify import verify

REPORT_CODE, REPLIES_CODE = "ecpat-freedonia-2031", "questionnaire-freedonia-2031"
COUNCIL = """\
# Recommendations of the Council of Lakes to Freedonia, 2032

EDUCATION

1. Teach every child to swim.
2. Train teachers,

12

and pay them.¹

¹ A note at the foot of the page.

**WATER**
- 4. Ask children what they drink
"""

POINT_KEYS = (
    "document_code reference section addressee deadline text line page attributes components reply verdict warnings"
).split()


def keys(found: dict[str, Any]) -> dict[str, Any]:
    """Return the keys of the JSON, as the first of each list has them."""
    return {
        "": list(found),
        **{name: list(found[name]) for name in ("document", "counts")},
        **{name: list(found[name][0]) for name in ("points", "notes") if found[name]},
    }


@pytest.mark.parametrize("options", [("--dry-run",), ()], ids=["dry run", "import"])
def test_import_document_json_stands_alone_on_standard_output(
    world: World, command: Command, report: Path, options: tuple[str, ...]
) -> None:
    result = command(report, "--json", *options)
    assert result.code == 0
    assert keys(json.loads(result.out)) == {
        "": ["document", "points", "counts", "warnings", "notes", "treaties", "card"],
        "document": ["title", "format", "layout", "sha256"],
        "counts": ["points", "with_warnings"],
        "points": POINT_KEYS,
        "notes": ["number", "text", "kind", "address", "accessed_on", "line", "warnings"],
    }
    assert result.out == json.dumps(json.loads(result.out), ensure_ascii=False, indent=2) + "\n"
    assert "6 points" in result.err


def test_import_document_json_is_the_same_for_an_import_and_its_dry_run(
    world: World, command: Command, replies: Path
) -> None:
    dry = command(replies, "--json", "--dry-run", "--alliance", "home")
    assert command(replies, "--json", "--alliance", "home").out == dry.out
    found = json.loads(dry.out)
    assert [(point["reference"], point["verdict"], point["reply"] is not None) for point in found["points"]] == [
        ("1.1", "new", True),
        ("1.2", "new", True),
        ("2", "new", True),
    ]
    assert found["points"][0]["components"] == [
        {"letter": "a", "text": "pictures that children take of themselves?"},
        {"letter": "b", "text": "messages that children send?"},
    ]


def test_import_document_dry_run_writes_nothing_and_says_what_would_be(
    world: World, command: Command, replies: Path
) -> None:
    before = everything()
    result = command(replies, "--dry-run", "--alliance", "home")
    assert (result.code, result.err) == (0, "")
    assert result.out.splitlines()[-1] == "Would be written: 3 points (3 with a reply), 3 items to follow."
    assert everything() == before


def test_import_document_tells_what_it_read_and_wrote(world: World, command: Command, report: Path) -> None:
    result = command(report)
    assert (result.code, result.err) == (0, "")
    assert result.out.splitlines() == [
        "Country monitoring report: Freedonia",
        "Layout: Country monitoring report (country_report)",
        f"SHA-256: {hashlib.sha256(REPORT.encode()).hexdigest()}",
        "ecpat-freedonia-2031: 6 points (6 new)",
        "Left out: 4 notes. They belong to the record of an alliance, and it is not clear to whose. "
        "Name it with --alliance.",
        # The document, its three sections, its points, and the import.
        "11 history entries written: 6 points.",
    ]


def test_import_document_twice_writes_nothing_and_is_no_error(world: World, command: Command, report: Path) -> None:
    command(report)
    before = everything()
    result = command(report)
    assert result.code == 0
    assert result.out.splitlines()[-1] == (
        "“report.txt” was imported on 2 March 2026, and nothing in it is new: there is nothing to import."
    )
    assert command(report, "--dry-run") == result
    assert json.loads(command(report, "--json").out)["points"][0]["verdict"] == "same"
    assert everything() == before


@pytest.mark.parametrize("options", [("--dry-run",), ("--dry-run", "--json")], ids=["summary", "json"])
def test_import_document_is_the_same_whatever_the_language(
    world: World, command: Command, report: Path, options: tuple[str, ...]
) -> None:
    report.write_text(REPORT.replace("- Name one office", "- 4 Name one office"), encoding="utf-8")
    english = command(report, *options)
    with translation.override("ru"):
        assert command(report, *options) == english
    assert "A stray figure “4” stood before the text" in english.out


# --- What is written


def test_import_document_creates_a_document_that_the_catalogue_has_not(
    world: World, command: Command, report: Path
) -> None:
    read = json.loads(command(report, "--json").out)
    document = Document.objects.get(code=REPORT_CODE)
    assert (document.kind, document.text_rights, document.shows_wording) == (
        "monitoring_report",
        "paraphrase_only",
        False,
    )
    assert document.scan_sha256 == read["document"]["sha256"]
    points = Recommendation.objects.filter(document=document).select_related("section").order_by("position")
    assert [(row.reference, row.section.source_title, row.line, row.wording) for row in points] == [
        (row["reference"], row["section"][-1], row["line"], row["text"]) for row in read["points"]
    ]
    assert {(row.translation, str(row.summary), row.components.count()) for row in points} == {("draft", "", 0)}
    assert texts(points[0].title) == {"en": "Priority action NPA-1", "ru": "Приоритетная мера NPA-1"}
    assert [row.source_title for row in Section.objects.filter(document=document)] == [
        "National plan of action",
        "Prevention",
        "Child participation",
    ]
    assert verify().faults == []


def test_import_document_for_an_alliance_opens_items_and_records_what_the_state_said(
    world: World, command: Command, replies: Path
) -> None:
    read = json.loads(command(replies, "--json", "--alliance", "home").out)
    items = Item.objects.filter(alliance=world.alliance, recommendation__document__code=REPLIES_CODE)
    assert [(row.recommendation.reference, row.level, row.lifecycle) for row in items.order_by("id")] == [
        ("1.1", "not_assessed", "open"),
        ("1.2", "not_assessed", "open"),
        ("2", "not_assessed", "open"),
    ]
    updates = Update.objects.filter(item__in=items).select_related("organisation", "quotation", "item__recommendation")
    assert [
        (row.item.recommendation.reference, row.perspective, row.organisation.code, row.level, row.state, row.period_to)
        for row in updates.order_by("id")
    ] == [(name, "state", "the-state", "", "published", "2031-03-03") for name in ("1.1", "1.2", "2")]
    assert [row.quotation.text for row in updates.order_by("id")] == [row["reply"] for row in read["points"]]
    assert not Item.objects.filter(alliance=world.other_alliance, recommendation__document__code=REPLIES_CODE).exists()
    assert verify().faults == []


def test_import_document_makes_evidence_of_the_notes(world: World, command: Command, report: Path) -> None:
    command(report, "--alliance", "home")
    found = Evidence.objects.filter(alliance=world.alliance, cited_in__code=REPORT_CODE).order_by("note")
    assert [(row.note, row.address, row.accessed_on, row.document_id is None) for row in found] == [
        (1, "http://lakes.example.org/report_2030.pdf", dt.date(2031, 6, 29), True),
        (2, "", None, False),
        (3, "http://herald.example.org/schools.html", dt.date(2031, 7, 4), True),
        (4, "http://herald.example.org/schools.html", dt.date(2031, 7, 4), True),
    ]


def test_import_document_without_an_alliance_leaves_replies_out_and_says_so(
    world: World, command: Command, replies: Path
) -> None:
    before = Update.objects.count()
    result = command(replies)
    assert (
        "Left out: 3 replies. They belong to the record of an alliance, and it is not clear to whose. "
        "Name it with --alliance."
    ) in result.out.splitlines()
    assert (Update.objects.count(), Quotation.objects.count()) == (before, 0)


def test_import_document_for_an_alliance_later_adds_what_was_left_out_once(
    world: World, command: Command, replies: Path
) -> None:
    command(replies)
    wordings = list(Recommendation.objects.values_list("reference", "wording", "version"))
    assert command(replies, "--alliance", "home").code == 0
    assert (Quotation.objects.count(), DocumentImport.objects.count()) == (3, 2)
    assert list(Recommendation.objects.values_list("reference", "wording", "version")) == wordings
    before = everything()
    again = command(replies, "--alliance", "home")
    assert (again.code, again.out.splitlines()[-1]) == (
        0,
        "“replies.txt” was imported on 2 March 2026, and nothing in it is new: there is nothing to import.",
    )
    assert everything() == before


def test_import_document_attaches_wordings_to_a_known_document_and_reports_unknown_points(
    world: World, command: Command, report: Path
) -> None:
    command(report)
    added = "- Pay for a study of what children themselves ask for.\n"
    report.write_text(REPORT.replace(added, f"{added}- Print the study.\n"), encoding="utf-8")
    titles = list(Recommendation.objects.values_list("reference", "title"))
    result = command(report, "--json")
    assert result.code == 0
    (point,) = (row for row in json.loads(result.out)["points"] if row["text"] == "Print the study.")
    assert (point["reference"], point["verdict"]) == ("PREV-4", "doubtful")
    assert point["warnings"][-1] == (
        f"Line {point['line']}: The catalogue has no point PREV-4 in this document: it was not imported."
    )
    assert list(Recommendation.objects.values_list("reference", "title")) == titles


def test_import_document_warns_on_a_line_of_its_own_and_imports_all_the_same(
    world: World, command: Command, report: Path
) -> None:
    report.write_text(REPORT.replace("- Name one office", "- 4 Name one office"), encoding="utf-8")
    lines = command(report, "--alliance", "home").out.splitlines()
    assert lines[3:9] == [
        "ecpat-freedonia-2031: 6 points (5 new, 1 doubtful)",
        "",
        "1 warning:",
        "ecpat-freedonia-2031 NPA-2, line 23: A stray figure “4” stood before the text and was left out.",
        "",
        "Replies and notes belong to the record of home.",
    ]
    point = Recommendation.objects.get(document__code=REPORT_CODE, reference="NPA-2")
    assert point.wording == "Name one office that answers for the plan."
    assert DocumentImport.objects.get().doubts == [["ecpat-freedonia-2031 NPA-2", "stray_figure", 23, "4"]]


# --- Beside the catalogue's files


@pytest.fixture
def folder(tmp_path: Path, replies: Path) -> Path:
    """Return catalogue files with the invented questionnaire, and an alliance that has one reply to it summed up."""
    both = {"en": "Text", "ru": "Текст"}
    organisation = {"kind": "state_body", "name": both, "country": "", "address": ""}
    point = {"section": "A", "kind": "question", "area": "prevention", "addressee": "states", "themes": ["education"]}
    files = {
        "catalogue/replies.yaml": {
            "document": {
                "code": REPLIES_CODE,
                "position": 1,
                "kind": "questionnaire",
                "title": {"en": "Replies of Freedonia", "ru": "Ответы Фридонии"},
                "short_title": both,
                "publisher": both,
                "published_on": "2031-03-03",
                "source_language": "en",
            },
            "sections": [{"code": "A", "source_title": "A", "title": both}],
            "points": [
                point | {"reference": name, "title": both, "summary": both, "components": []}
                for name in ("1.1", "1.2", "2")
            ],
        },
        "organisations.yaml": {"organisations": [organisation | {"code": "freedonia"}]},
        "workspaces/freedonia.yaml": {
            "alliance": {
                "slug": "freedonia",
                "name": both,
                "country": "",
                "country_name": {"en": "Republic of Freedonia", "ru": "Республика Фридония"},
                "time_zone": "Europe/Moscow",
                "about": both,
                "follows": [REPLIES_CODE],
                "members": [],
                "duty_bearer": "freedonia",
            },
            "organisations": [],
            "not_applicable": [],
            "from_the_source": [
                {
                    "key": "reply-2",
                    "document": REPLIES_CODE,
                    "reference": "2",
                    "perspective": "state",
                    "organisation": "freedonia",
                    "dated": "2031-03-03",
                    "done": both,
                    "place": {"document": REPLIES_CODE, "lines": "33"},
                    "bears_on": [],
                }
            ],
            "treaties": [],
        },
    }
    for name, data in files.items():
        path = tmp_path / "files" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    return tmp_path / "files"


def load(folder: Path) -> str:
    out = io.StringIO()
    call_command("import_catalogue", "--folder", str(folder), stdout=out)
    return out.getvalue()


def test_import_document_fills_what_the_catalogue_has_and_its_next_import_changes_nothing(
    db: None, command: Command, folder: Path, replies: Path
) -> None:
    load(folder)
    (summed_up,) = Update.objects.values()
    assert command(replies).code == 0
    assert Update.objects.count() == 3
    assert Update.objects.filter(pk=summed_up["id"]).values().get() == summed_up
    assert Quotation.objects.get(update=summed_up["id"]).text == "Twelve officers work on them."
    before = everything()
    assert load(folder).startswith("0 history entries written.")
    assert everything() == before
    assert Recommendation.objects.exclude(wording="").count() == 3


def test_import_catalogue_leaves_documents_alone_that_came_by_import_document(
    db: None, command: Command, folder: Path, report: Path
) -> None:
    load(folder)
    command(report, "--alliance", "freedonia")
    before = everything()
    assert load(folder).startswith("0 history entries written.")
    assert everything() == before
    assert Document.objects.get(code=REPORT_CODE).archived_on is None


def test_catalogue_file_written_later_gives_an_imported_document_our_words_and_keeps_its_own(
    db: None, command: Command, folder: Path, replies: Path
) -> None:
    command(replies)
    wordings = dict(Recommendation.objects.values_list("reference", "wording"))
    load(folder)
    points = Recommendation.objects.filter(document__code=REPLIES_CODE)
    assert dict(points.values_list("reference", "wording")) == wordings
    assert {(texts(row.title)["ru"], texts(row.summary)["ru"], row.archived_on) for row in points} == {
        ("Текст", "Текст", None)
    }
    assert verify().faults == []


# --- The recipe for a layout


def test_layout_of_the_recipe_reads_its_document(
    world: World, command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe = (ROOT / "docs" / "importing.md").read_text(encoding="utf-8")
    council: dict[str, Any] = {}
    exec(recipe.partition("```python\n")[2].partition("```")[0], council)  # noqa: S102
    layout = Layout(council["NAME"], council["LABEL"], council["fits"], council["read"])
    monkeypatch.setitem(LAYOUTS, "council", layout)
    given = tmp_path / "council.txt"
    given.write_text(COUNCIL, encoding="utf-8")
    result = command(given)
    assert result.out.splitlines()[3:8] == [
        "council-freedonia-2032: 3 points (2 new, 1 doubtful)",
        "",
        "2 warnings:",
        "council-freedonia-2032 4, line 15: "
        "The text ends without a full stop; its end may be missing or stand elsewhere.",
        "No point 3 was found, though its neighbours were.",
    ]
    points = Recommendation.objects.filter(document__code="council-freedonia-2032").order_by("position")
    assert [(row.reference, row.section.source_title, row.wording) for row in points] == [
        ("1", "EDUCATION", "Teach every child to swim."),
        ("2", "EDUCATION", "Train teachers, and pay them."),
        ("4", "WATER", "Ask children what they drink"),
    ]
