"""Catalogue files → plain, checked data. No database; docs/catalogue.md has the format."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tracker.choices import (
    THEMES,
    Addressee,
    Area,
    DocumentKind,
    Layer,
    OrganisationKind,
    RecommendationKind,
    TextRights,
    Translation,
)
from tracker.errors import CatalogueError
from tracker.importer.fields import Fields
from tracker.importer.relations import RelationEntry, read_relations
from tracker.importer.yaml import load
from tracker.lib.text import reference_slug

TITLE_MOST, COMPONENT_MOST = 80, 200
ORGANISATIONS = "organisations.yaml"


@dataclass(frozen=True)
class SectionEntry:
    """A heading: its code, the code of the one it stands in, and its columns."""

    code: str
    parent: str
    values: dict[str, Any]


@dataclass(frozen=True)
class PointEntry:
    """A point: its reference, the code of its section, its columns, and (letter, columns) of its components.

    `reworded` has the letters whose new text is said to ask for the same duty.
    """

    reference: str
    section: str
    values: dict[str, Any]
    components: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    reworded: frozenset[str] = frozenset()


@dataclass(frozen=True)
class DocumentEntry:
    """One document with all that is in it."""

    file: str
    code: str
    values: dict[str, Any]
    sections: list[SectionEntry]
    points: list[PointEntry]


@dataclass(frozen=True)
class Catalogue:
    """The documents, (code, columns) of the organisations, and how points of different documents relate."""

    documents: list[DocumentEntry]
    organisations: list[tuple[str, dict[str, Any]]]
    relations: list[RelationEntry] = field(default_factory=list)

    def references(self) -> dict[str, dict[str, PointEntry]]:
        """Return {document code: {reference: point}}."""
        return {document.code: {point.reference: point for point in document.points} for document in self.documents}


def read_catalogue(folder: Path) -> Catalogue:
    """Read every document below `folder`/catalogue, `folder`/organisations.yaml and, where it is, relations.yaml.

    Raises CatalogueError with file, point and reason at the first thing that cannot be loaded.
    """
    files = sorted((folder / "catalogue").glob("*.yaml"))
    if not files:
        raise CatalogueError(str(folder), "", "holds no catalogue/*.yaml")
    documents = [read_document(path) for path in files]
    _refuse_repeats(documents)
    source = folder / ORGANISATIONS
    found = Catalogue(documents, read_organisations(Fields(source.name, "", load(source)), whole=True))
    return replace(found, relations=read_relations(folder, found.references()))


def read_document(path: Path) -> DocumentEntry:
    """Read one document file. Raises CatalogueError."""
    top = Fields(path.name, "", load(path))
    head = top.one("document")
    assert head is not None  # noqa: S101  (required)
    code = head.text("code")
    values = _document_values(head)
    sections = _sections(top)
    points = [_point(entry, {section.code for section in sections}) for entry in top.many("points", "reference")]
    top.done()
    _refuse_repeated_references(path.name, points)
    return DocumentEntry(path.name, code, values, sections, points)


def read_organisations(top: Fields, *, whole: bool = False) -> list[tuple[str, dict[str, Any]]]:
    """Return (code, columns) of each organisation in a file."""
    found: list[tuple[str, dict[str, Any]]] = []
    for entry in top.many("organisations", "code"):
        code = entry.text("code")
        if code in (known for known, _values in found):
            entry.wrong("the organisation is given twice")
        values = {
            "kind": entry.choice("kind", OrganisationKind.values),
            "name": entry.localised("name"),
            "country": entry.text("country", ""),
            "address": entry.address("address", ""),
        }
        entry.done()
        found.append((code, values))
    if whole:
        top.done()
    return found


def _document_values(head: Fields) -> dict[str, Any]:
    scan = head.one("scan", required=False)
    values = {
        "position": head.number("position", least=0),
        "kind": head.choice("kind", DocumentKind.values),
        "title": head.localised("title"),
        "short_title": head.localised("short_title", most=TITLE_MOST),
        "publisher": head.localised("publisher"),
        "published_on": head.date("published_on"),
        "source_language": head.text("source_language"),
        "source_address": head.address("source_address", ""),
        "source_note": head.localised("source_note", required=False),
        "text_rights": head.choice("text_rights", TextRights.values, TextRights.PARAPHRASE_ONLY),
        "scan_name": scan.text("name") if scan else "",
        "scan_sha256": scan.text("sha256") if scan else "",
    }
    head.done()
    return values


def _sections(top: Fields, parent: str = "") -> list[SectionEntry]:
    found = []
    for entry in top.many("children" if parent else "sections", "code"):
        code = entry.text("code")
        values = {"source_title": entry.text("source_title"), "title": entry.localised("title")}
        found.append(SectionEntry(code, parent, values))
        found += _sections(entry, code)
        entry.done()
    return found


def _point(entry: Fields, sections: set[str]) -> PointEntry:
    reference = entry.text("reference")
    values = {
        "kind": entry.choice("kind", RecommendationKind.values),
        "area": entry.choice("area", Area.values),
        "addressee": entry.choice("addressee", Addressee.values),
        "themes": entry.choices("themes", THEMES),
        "line": entry.optional_number("line", least=0),
        "page": entry.text("page", ""),
        "deadline": entry.date("deadline", ""),
        "recurs_months": entry.optional_number("recurs_months", least=1),
        "legal_act_only": entry.flag("legal_act_only", False),
        "title": entry.localised("title", most=TITLE_MOST),
        "summary": entry.localised("summary"),
        "translation": entry.choice("translation", Translation.values, Translation.DRAFT),
    }
    section = entry.choice("section", sections)
    parts = [_component(part) for part in entry.many("components", "letter")]
    letters = [letter for letter, _values, _reworded in parts]
    if len(set(letters)) != len(letters):
        entry.wrong("a component letter is given twice")
    entry.done()
    if not reference_slug(reference):
        entry.wrong("the reference has no letter or digit")
    return PointEntry(
        reference,
        section,
        values,
        [(letter, columns) for letter, columns, _reworded in parts],
        frozenset(letter for letter, _columns, reworded in parts if reworded),
    )


def _component(part: Fields) -> tuple[str, dict[str, Any], bool]:
    """Return letter, columns, and whether the text is said to be reworded."""
    letter = part.text("letter")
    values = {
        "layer": part.choice("layer", Layer.values),
        "required": part.flag("required", True),
        "text": part.localised("text", most=COMPONENT_MOST),
    }
    reworded = part.flag("reworded", False)
    part.done()
    return letter, values, reworded


def _refuse_repeated_references(file: str, points: Iterable[PointEntry]) -> None:
    seen: dict[str, str] = {}
    for point in points:
        slug = reference_slug(point.reference)
        if slug in seen:
            raise CatalogueError(file, point.reference, f"the reference is taken by {seen[slug]} already")
        seen[slug] = point.reference


def _refuse_repeats(documents: Iterable[DocumentEntry]) -> None:
    seen: dict[str, str] = {}
    positions: dict[int, str] = {}
    for document in documents:
        if document.code in seen:
            raise CatalogueError(document.file, document.code, f"the document is in {seen[document.code]} already")
        seen[document.code] = document.file
        position = document.values["position"]
        if position in positions:
            # Lists are in the order of positions: the points of the two would be mixed.
            reason = f"the position {position} is taken by {positions[position]}"
            raise CatalogueError(document.file, document.code, reason)
        positions[position] = document.file
