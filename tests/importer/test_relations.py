"""The file of relations: read in the direction that the record keeps, and refused with its place."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from tracker.errors import CatalogueError
from tracker.importer.fields import Point
from tracker.importer.relations import RELATIONS, RelationEntry, read_relations

KNOWN = {"report": {"A", "B"}, "call": {"1", "2"}}
WHY = {"en": "Why", "ru": "Почему"}
A, ONE = Point("report", "A"), Point("call", "1")


def entry(**other: Any) -> dict[str, Any]:
    return {"document": "call", "reference": "1", "kind": "same", "reason": WHY} | other


def read(folder: Path, *related: dict[str, Any], **point: Any) -> list[RelationEntry]:
    points = [{"document": "report", "reference": "A", "related": list(related)} | point]
    (folder / RELATIONS).write_text(yaml.dump({"points": points}, allow_unicode=True), encoding="utf-8")
    return read_relations(folder, KNOWN)


@pytest.mark.parametrize(
    ("kind", "kept"),
    [
        ("same", RelationEntry(ONE, A, "same", WHY)),
        ("in_tension", RelationEntry(ONE, A, "in_tension", WHY)),
        ("narrower", RelationEntry(A, ONE, "narrower", WHY)),
        ("broader", RelationEntry(ONE, A, "narrower", WHY)),
        ("supersedes", RelationEntry(A, ONE, "supersedes", WHY)),
    ],
)
def test_relation_is_read_in_the_direction_that_is_kept(tmp_path: Path, kind: str, kept: RelationEntry) -> None:
    assert read(tmp_path, entry(kind=kind)) == [kept]


def test_mutual_relation_is_the_same_from_either_end(tmp_path: Path) -> None:
    from_there = read(tmp_path, entry(document="report", reference="A"), document="call", reference="1")

    assert from_there == read(tmp_path, entry())


def test_folder_without_the_file_has_no_relations(tmp_path: Path) -> None:
    assert read_relations(tmp_path, KNOWN) == []


def test_within_a_document_a_point_can_replace_another(tmp_path: Path) -> None:
    found = read(tmp_path, entry(document="report", reference="B", kind="supersedes"))

    assert found == [RelationEntry(A, Point("report", "B"), "supersedes", WHY)]


MISTAKES: dict[str, tuple[list[dict[str, Any]], str, str]] = {
    "unknown document": ([entry(document="novel")], "A 1", "no document of the catalogue has the point novel 1"),
    "unknown point": ([entry(reference="9")], "A 9", "no document of the catalogue has the point call 9"),
    "reference as a number": ([entry(reference=1)], "A 1", "in quotes"),
    "unknown kind": ([entry(kind="alike")], "A 1", "use one of"),
    "missing translation": ([entry(reason={"en": "Why"})], "A 1", "no ru text"),
    "missing reason": ([{key: value for key, value in entry().items() if key != "reason"}], "A 1", "is missing"),
    "misspelt key": ([entry(resaon="x")], "A 1", "unknown key resaon"),
    "one document": ([entry(document="report", reference="B")], "A B", "within a document"),
    "itself": ([entry(document="report", reference="A", kind="supersedes")], "A A", "related to itself"),
    "twice": ([entry(), entry()], "call 1 – report A: same", "given twice"),
    "twice, once from the broader end": (
        [entry(kind="narrower"), entry(kind="broader")],
        "call 1 – report A: narrower",
        "given twice",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistake_is_refused_with_its_place(tmp_path: Path, mistake: str) -> None:
    related, place, words = MISTAKES[mistake]

    with pytest.raises(CatalogueError) as caught:
        read(tmp_path, *related)

    assert (caught.value.file, caught.value.point) == (RELATIONS, place)
    assert words in str(caught.value)


def test_unknown_point_of_its_own_is_refused_too(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match="has the point report Z"):
        read(tmp_path, entry(), reference="Z")
