"""The catalogue under fixtures/, held against what a careful reader finds in the sources, row by row."""

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation

from tests.sources import FIXTURES, SOURCES, TEXTS, expected, needs_sources
from tracker.choices import Addressee
from tracker.importer.catalogue import Catalogue, DocumentEntry, read_catalogue
from tracker.importer.workspace import Workspace, read_workspaces
from tracker.importer.yaml import load

RUN = 8


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return read_catalogue(FIXTURES)


@pytest.fixture(scope="module")
def russia(catalogue: Catalogue) -> Workspace:
    return next(row for row in read_workspaces(FIXTURES, catalogue) if row.slug == "russia")


def document(catalogue: Catalogue, code: str) -> DocumentEntry:
    return next(row for row in catalogue.documents if row.code == code)


def headings(entry: DocumentEntry, code: str) -> list[str]:
    """Return the headings above a section, outermost first, in the source's words."""
    sections = {section.code: section for section in entry.sections}
    found: list[str] = []
    while code:
        found.insert(0, sections[code].values["source_title"])
        code = sections[code].parent
    return found


def addressee(values: dict[str, Any]) -> str:
    with translation.override("en"):
        return str(Addressee(values["addressee"]).label)


@needs_sources
def test_priority_actions_agree_with_the_source_row_by_row(catalogue: Catalogue) -> None:
    entry = document(catalogue, "ecpat-ru-2012")
    found = [
        (point.reference, headings(entry, point.section), point.values["line"], point.values["kind"])
        for point in entry.points
    ]
    assert found == [
        (row["reference"], [row["section"]], row["line"], "priority_action")
        for row in expected()["priority_actions"]["items"]
    ]
    assert len(found) == 34
    assert {point.values["addressee"] for point in entry.points} == {"states"}


@needs_sources
def test_rio_points_agree_with_the_source_row_by_row(catalogue: Catalogue) -> None:
    entry = document(catalogue, "rio-2008")
    found = [
        (
            point.reference,
            headings(entry, point.section),
            addressee(point.values).casefold(),
            point.values["deadline"],
            point.values["line"],
        )
        for point in entry.points
    ]
    assert found == [
        (
            row["reference"],
            [part for part in (row["section"], row["subsection"]) if part],
            row["addressee"].casefold(),
            row.get("deadline", ""),
            row["line"],
        )
        for row in expected()["rio_commitments"]["items"]
    ]
    assert len(found) == 76


def test_rio_reporting_duty_recurs_every_two_years(catalogue: Catalogue) -> None:
    recurring = {
        point.reference: point.values["recurs_months"]
        for point in document(catalogue, "rio-2008").points
        if point.values["recurs_months"]
    }
    assert recurring == {"C(1)(a)": 24}


@needs_sources
def test_card_has_the_goals_and_indicators_of_the_source(catalogue: Catalogue) -> None:
    entry = document(catalogue, "card-2012")
    goals = expected()["progress_card"]["goals"]
    assert [section.values["source_title"] for section in entry.sections] == list(goals)
    for number, (section, indicators) in enumerate(zip(entry.sections, goals.values(), strict=True), start=1):
        titles = {
            point.reference: point.values["title"]["en"] for point in entry.points if point.section == section.code
        }
        assert list(titles) == [f"{number}.{index}" for index in range(1, 5)]
        for title, indicator in zip(titles.values(), indicators, strict=True):
            assert indicator.casefold() in title.casefold()


@needs_sources
def test_questions_and_replies_agree_with_the_source(catalogue: Catalogue, russia: Workspace) -> None:
    rows = expected()["lanzarote_replies"]["items"]
    entry = document(catalogue, "lanzarote-2017")
    assert [point.reference for point in entry.points] == [row["question"] for row in rows]
    replies = [row for row in russia.statements if row.values["perspective"] == "state"]
    assert [row.point.reference for row in replies] == [row["question"] for row in rows if row["replied"]]
    assert {row.values["dated"] for row in replies} == {"2017-10-24"}
    not_put = [row for row in russia.not_applicable if row.point.document == "lanzarote-2017"]
    assert [row.point.reference for row in not_put] == [row["question"] for row in rows if not row["replied"]]


@needs_sources
def test_treaties_hold_what_the_ratification_table_says(russia: Workspace) -> None:
    rows = expected()["ratification_table"]["rows"]
    assert len(russia.treaties) == len(rows) == 7
    for treaty, (name, year) in zip(russia.treaties, rows, strict=True):
        told = [(event.values["event"], event.values["on"]) for event in treaty.events if event.evidence_document]
        if year is None:
            assert ("not_party", "2012") in told, name
        else:
            assert ("ratified", year) in told, name


@needs_sources
@pytest.mark.parametrize("code", ["ecpat-ru-2012", "rio-2008", "card-2012", "lanzarote-2017"])
def test_scan_is_the_one_that_lines_refer_to(catalogue: Catalogue, code: str) -> None:
    values = document(catalogue, code).values
    text = (SOURCES / values["scan_name"]).read_bytes()
    assert hashlib.sha256(text).hexdigest() == values["scan_sha256"]


def words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+(?:['’\-][^\W_]+)*", text.lower().replace("’", "'"))


def with_names_as_one_word(found: list[str], names: list[list[str]]) -> list[str]:
    """Put one word in the place of each name that everyone has to call by that name, so that it cannot fill a run."""
    told: list[str] = []
    position = 0
    while position < len(found):
        name = next((name for name in names if found[position : position + len(name)] == name), found[position:][:1])
        told.append(" ".join(name))
        position += len(name)
    return told


def runs(found: list[str]) -> set[tuple[str, ...]]:
    return {tuple(found[start : start + RUN]) for start in range(len(found) - RUN + 1)}


def own_texts(value: Any, place: str) -> Iterator[tuple[str, str]]:
    """Yield every text of a file that claims to be ours; headings and names of institutions are quotations."""
    if isinstance(value, dict):
        for key, entry in value.items():
            if key not in ("source_title", "heading", "sections", "organisations"):
                yield from own_texts(entry, f"{place} {value.get('reference') or value.get('key') or ''} {key}")
    elif isinstance(value, list):
        for entry in value:
            yield from own_texts(entry, place)
    elif isinstance(value, str):
        yield place, value


@needs_sources
@pytest.mark.parametrize("path", sorted(FIXTURES.rglob("*.yaml")), ids=lambda path: path.name)
def test_no_text_repeats_a_source(path: Path) -> None:
    allowed = (Path(__file__).parent / "fixtures" / "names_allowed.txt").read_text(encoding="utf-8").splitlines()
    names = sorted(
        (words(line) for line in allowed if line.strip() and not line.startswith("#")), key=len, reverse=True
    )
    source: set[tuple[str, ...]] = set()
    for name in TEXTS:
        source |= runs(with_names_as_one_word(words((SOURCES / name).read_text(encoding="utf-8")), names))
    shared = [
        (place, " ".join(run))
        for place, text in own_texts(load(path), path.name)
        for run in runs(with_names_as_one_word(words(text), names)) & source
    ]
    assert shared == []


def test_every_text_stands_in_both_languages_and_in_its_alphabet(catalogue: Catalogue) -> None:
    for entry in catalogue.documents:
        for point in entry.points:
            texts = [
                point.values["title"],
                point.values["summary"],
                *(values["text"] for _, values in point.components),
            ]
            for text in texts:
                assert re.search("[А-Яа-яё]", text["ru"]), (entry.code, point.reference)
                assert not re.search("[А-Яа-яё]", text["en"]), (entry.code, point.reference)


def test_relations_give_a_reason_of_their_own_in_both_languages(catalogue: Catalogue) -> None:
    for language in ("en", "ru"):
        reasons = [relation.reason[language] for relation in catalogue.relations]
        assert len(set(reasons)) == len(reasons)
        for reason in reasons:
            assert bool(re.search("[А-Яа-яё]", reason)) is (language == "ru"), reason
            assert reason.endswith("."), reason


def test_relations_tie_every_priority_action_and_reference_point_but_one(catalogue: Catalogue) -> None:
    tied = {point for relation in catalogue.relations for point in (relation.source, relation.target)}
    loose = {
        (entry.code, point.reference)
        for entry in catalogue.documents
        for point in entry.points
        if point.values["kind"] in ("priority_action", "indicator", "article", "target")
    } - {(point.document, point.reference) for point in tied}
    assert loose == {("ecpat-ru-2012", "PROT-8")}


def test_relations_are_between_documents_and_never_both_ways(catalogue: Catalogue) -> None:
    pairs = [frozenset((relation.source, relation.target)) for relation in catalogue.relations]
    narrower = [pair for pair, row in zip(pairs, catalogue.relations, strict=True) if row.kind == "narrower"]
    same = {pair for pair, row in zip(pairs, catalogue.relations, strict=True) if row.kind == "same"}
    assert all(row.source.document != row.target.document for row in catalogue.relations if row.kind != "supersedes")
    assert len(set(narrower)) == len(narrower)
    assert not same & set(narrower)


def test_treaty_documents_have_the_code_of_the_treaty_that_they_are_the_text_of(
    catalogue: Catalogue, russia: Workspace
) -> None:
    treaties = {row.code for row in catalogue.documents if row.values["kind"] == "treaty"}
    assert treaties == {"opsc", "cets-201", "trafficking-protocol"}
    assert treaties <= {row.code for row in russia.treaties}
    assert not treaties & set(russia.follows)


def test_other_regions_treaties_do_not_apply_to_russia(russia: Workspace) -> None:
    excluded = [row for row in russia.not_applicable if row.point.document == "rio-2008"]
    assert [(row.point.reference, row.component) for row in excluded] == [("2", letter) for letter in "abcde"]


def test_statements_of_sources_propose_no_level_and_speak_for_themselves(russia: Workspace) -> None:
    assert {row.values["perspective"] for row in russia.statements} == {"state", "monitoring_body"}
    assert not any("level" in row.values for row in russia.statements)
    assert all(row.values["place"] for row in russia.statements)
