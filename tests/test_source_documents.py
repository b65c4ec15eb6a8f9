"""The two source documents, imported into the loaded catalogue by the command, and what that leaves."""

import io
import json
import os
import signal
import sqlite3
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import transaction

from tests.conftest import everything
from tests.importer.files import run
from tests.processes import MOST_SECONDS, done, manage, migrated_database
from tests.sources import SOURCES, TEXTS, expected, needs_sources
from tracker.models import Evidence, HistoryEntry, HistoryValue, Quotation, Recommendation, Update
from tracker.queries.verify import verify

pytestmark = [needs_sources, pytest.mark.django_db]

DERIVED = {"wording", "version"}


def import_source(name: str, *options: str) -> tuple[str, str]:
    """Import one of the source texts; return what was written to standard output and to standard error."""
    out, err = io.StringIO(), io.StringIO()
    call_command("import_document", str(SOURCES / name), *options, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


@dataclass
class Story:
    """Every row before and after both imports, and the JSON and the message that each gave."""

    before: dict[str, list[Any]]
    after: dict[str, list[Any]]
    read: list[dict[str, Any]]
    said: list[str]

    @property
    def points(self) -> dict[str, list[dict[str, Any]]]:
        """Return {document code: points} as the JSON has them."""
        found: dict[str, list[dict[str, Any]]] = {}
        for point in (point for reading in self.read for point in reading["points"]):
            found.setdefault(point["document_code"], []).append(point)
        return found


@pytest.fixture(scope="module")
def story(django_db_setup: None, django_db_blocker: Any) -> Iterator[Story]:
    """Load the catalogue and import both documents once, for tests that only look; all is taken back at the end."""
    with django_db_blocker.unblock(), transaction.atomic():
        run()
        before = everything()
        told = [import_source(name, "--json") for name in TEXTS]
        yield Story(before, everything(), [json.loads(out) for out, _err in told], [err for _out, err in told])
        transaction.set_rollback(True)


def wording(point: dict[str, Any]) -> str:
    return "\n".join([point["text"], *(f"{part['letter']}) {part['text']}" for part in point["components"])])


def test_import_attaches_the_wording_of_every_point(story: Story) -> None:
    stored = {
        (row.document.code, row.reference): row.wording
        for row in Recommendation.objects.exclude(wording="").select_related("document")
    }
    assert stored == {(code, row["reference"]): wording(row) for code, rows in story.points.items() for row in rows}
    assert Counter(code for code, _reference in stored) == {"ecpat-ru-2012": 34, "rio-2008": 76, "lanzarote-2017": 37}


def test_import_changes_nothing_but_wordings_and_adds_only_what_was_read(story: Story) -> None:
    added = {name: len(story.after[name]) - len(rows) for name, rows in story.before.items() if name != "history"}
    notes = len(story.read[0]["notes"])
    assert {name: number for name, number in added.items() if number} == {
        "Quotation": 36,
        "Evidence": notes,
        "DocumentImport": 2,
        # A row for the wording of each point and of each reply.
        "SearchText": 147 + 36,
    }
    for name, rows in story.before.items():
        if name == "Recommendation":
            changed = [
                {column for column, value in row.items() if after[column] != value}
                for row, after in zip(rows, story.after[name], strict=True)
            ]
            assert Counter(map(frozenset, changed)) == {frozenset(DERIVED): 147, frozenset(): 12 + 44}
        elif name != "history":
            assert story.after[name][: len(rows)] == rows, name


def test_replies_stand_beside_the_updates_of_the_state_that_were_there(story: Story) -> None:
    stored = {
        row.update.item.recommendation.reference: (row.text, row.update.perspective, row.update.level)
        for row in Quotation.objects.select_related("update__item__recommendation")
    }
    assert stored == {
        row["reference"]: (row["reply"], "state", "")
        for row in story.points["lanzarote-2017"]
        if row["reply"] is not None
    }
    assert len(stored) == 36
    assert set(Update.objects.filter(quotation__isnull=False).values_list("period_to", flat=True)) == {"2017-10-24"}


def test_notes_are_evidence_with_address_and_day_of_access(story: Story) -> None:
    stored = {
        row.note: (row.address, row.accessed_on.isoformat() if row.accessed_on else None)
        for row in Evidence.objects.filter(cited_in__code="ecpat-ru-2012", alliance__slug="russia")
    }
    notes = story.read[0]["notes"]
    assert {number: accessed for number, (_address, accessed) in stored.items()} == {
        note["number"]: note["accessed_on"] or None for note in notes
    }
    assert {number: address for number, (address, _accessed) in stored.items() if address} == {
        note["number"]: note["address"] for note in notes if note["address"]
    }


def test_every_change_is_one_entry_of_the_history_and_it_verifies(story: Story) -> None:
    entries = HistoryEntry.objects.filter(action="import_document")
    assert Counter(entries.values_list("object_kind", flat=True)) == {
        "recommendation": 147,
        "quotation": 36,
        "evidence": len(story.read[0]["notes"]),
        "document_import": 2,
    }
    assert entries.values("object_uuid").distinct().count() == entries.count()
    points = entries.filter(object_kind="recommendation").values("pk")
    batches = entries.filter(object_kind="document_import").order_by("id").values_list("request_id", flat=True)
    fields = HistoryValue.objects.filter(entry__in=points).exclude(field__startswith="@")
    assert Counter(fields.values_list("field", flat=True)) == {"wording": 147}
    assert [int(said.splitlines()[-1].split()[0]) for said in story.said] == [
        entries.filter(request_id=batch).count() for batch in batches
    ]
    assert verify().faults == []


@pytest.mark.parametrize("name", TEXTS)
def test_second_import_writes_nothing_and_says_so(story: Story, name: str) -> None:
    out, err = import_source(name)
    assert "there is nothing to import." in out
    assert err == ""
    assert everything() == story.after


def test_catalogue_imported_again_writes_nothing(story: Story) -> None:
    assert run().entries == 0
    assert everything() == story.after


def rows_of(points: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return [
        (
            point["reference"],
            point["section"],
            point["addressee"],
            point["deadline"],
            point["line"],
            len(wording(point).split()),
            wording(point).split()[:3],
            wording(point).split()[-3:],
        )
        for point in points
    ]


def test_json_agrees_with_a_careful_reader_on_every_point(story: Story) -> None:
    for code, name in (("ecpat-ru-2012", "priority_actions"), ("rio-2008", "rio_commitments")):
        assert rows_of(story.points[code]) == [
            (
                row["reference"],
                [heading for heading in (row["section"], row.get("subsection")) if heading],
                row.get("addressee", "states"),
                row.get("deadline"),
                row["line"],
                row["words"],
                row["first"].split(),
                row["last"].split(),
            )
            for row in expected()[name]["items"]
        ]


def test_json_agrees_with_a_careful_reader_on_every_reply(story: Story) -> None:
    points = story.points["lanzarote-2017"]
    assert [
        (point["reference"], point["reply"] is not None, point["attributes"].get("joint_with")) for point in points
    ] == [(row["question"], row["replied"], row["joint_with"]) for row in expected()["lanzarote_replies"]["items"]]
    replies = {point["reference"]: point["reply"] for point in points}
    for point in points:
        if joint := point["attributes"].get("joint_with"):
            assert replies[point["reference"]] == replies[joint]


# --- Killed in the middle


@pytest.fixture
def database(django_db_setup: None, tmp_path: Path) -> Iterator[str]:
    """Yield the address of a database of its own without rows, of the kind that the tests run on."""
    with migrated_database(tmp_path) as found:
        yield found


def rows(database: str) -> dict[str, list[Any]]:
    """Return every row of every table, as a stranger to the process that wrote them reads it."""
    tables = [model._meta.db_table for model in apps.get_models(include_auto_created=True)]
    path = database.removeprefix("sqlite:///")
    opened: Any = sqlite3.connect(path) if path != database else psycopg.connect(database)
    try:
        return {table: opened.execute(f"SELECT * FROM {table} ORDER BY 1").fetchall() for table in tables}  # noqa: S608
    finally:
        opened.close()


def killed_after(database: str, lines: int) -> int:
    """Import the country report and kill the process when it has told `lines` times how far it is."""
    process = manage(database, "import_document", str(SOURCES / TEXTS[0]))
    assert process.stderr is not None
    for _line in range(lines):
        assert "points and notes" in process.stderr.readline()
    os.kill(process.pid, signal.SIGKILL)
    process.communicate(timeout=MOST_SECONDS)
    return process.returncode


def test_import_killed_in_the_middle_leaves_nothing_and_the_next_succeeds(database: str) -> None:
    done(manage(database, "import_catalogue"))
    before = rows(database)

    for lines in (1, 5):
        assert killed_after(database, lines) == -signal.SIGKILL
        assert rows(database) == before

    found = json.loads(done(manage(database, "import_document", str(SOURCES / TEXTS[0]), "--json")))
    assert found["counts"]["points"] == 110
    assert rows(database) != before
    assert "The record is as its history says." in done(manage(database, "verify_history"))
