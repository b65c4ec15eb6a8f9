"""Workspace files → plain, checked data. No database; docs/catalogue.md has the format."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tracker.choices import EvidenceKind, Perspective, ReviewRule, Translation, TreatyEventKind
from tracker.errors import CatalogueError
from tracker.importer.catalogue import Catalogue, read_organisations
from tracker.importer.demo import Step, read_people, read_script
from tracker.importer.fields import Fields
from tracker.importer.yaml import load

SOURCE_PERSPECTIVES = (Perspective.STATE.value, Perspective.MONITORING_BODY.value, Perspective.UN_BODY.value)


@dataclass(frozen=True)
class Point:
    """Which point an entry speaks of."""

    document: str
    reference: str


@dataclass(frozen=True)
class NotApplicable:
    """A point, or one component of it, that does not apply to the country."""

    point: Point
    component: str
    reason: dict[str, str]


@dataclass(frozen=True)
class Statement:
    """What a source says, as an update of its perspective, and which other items that bears on."""

    key: str
    point: Point
    organisation: str
    values: dict[str, Any]
    place_document: str
    bears_on: list[tuple[Point, dict[str, str]]]


@dataclass(frozen=True)
class TreatyEventEntry:
    """One dated event, with the columns of its evidence; `evidence_document` is a document code or empty."""

    key: str
    values: dict[str, Any]
    evidence: dict[str, Any]
    evidence_document: str


@dataclass(frozen=True)
class TreatyEntry:
    """A treaty and what the country did about it."""

    code: str
    values: dict[str, Any]
    events: list[TreatyEventEntry]


@dataclass(frozen=True)
class Workspace:
    """One alliance as a file describes it."""

    file: str
    slug: str
    values: dict[str, Any]
    follows: list[str]
    members: list[str]
    duty_bearer: str
    organisations: list[tuple[str, dict[str, Any]]]
    not_applicable: list[NotApplicable]
    statements: list[Statement]
    treaties: list[TreatyEntry]
    people: list[dict[str, Any]] = field(default_factory=list)
    script: list[Step] = field(default_factory=list)

    @property
    def is_demo(self) -> bool:
        """Whether the alliance is invented."""
        return bool(self.values["is_demo"])


def read_workspaces(folder: Path, catalogue: Catalogue) -> list[Workspace]:
    """Read every workspace below `folder`/workspaces and check that all it names exists.

    Raises CatalogueError with file, point and reason.
    """
    return [read_workspace(path, catalogue) for path in sorted((folder / "workspaces").glob("*.yaml"))]


def read_workspace(path: Path, catalogue: Catalogue) -> Workspace:
    """Read one workspace file. Raises CatalogueError."""
    top = Fields(path.name, "", load(path))
    head = top.one("alliance")
    assert head is not None  # noqa: S101  (required)
    workspace = Workspace(
        file=path.name,
        slug=head.text("slug"),
        values=_alliance_values(head),
        follows=head.texts_list("follows"),
        members=head.texts_list("members"),
        duty_bearer=head.text("duty_bearer"),
        organisations=read_organisations(top),
        not_applicable=[_not_applicable(entry) for entry in top.many("not_applicable", "reference")],
        statements=[_statement(entry) for entry in top.many("from_the_source", "key")],
        treaties=[_treaty(entry) for entry in top.many("treaties", "code")],
        people=read_people(top),
        script=read_script(top),
    )
    head.done()
    top.done()
    _check_names(workspace, catalogue)
    return workspace


def _alliance_values(head: Fields) -> dict[str, Any]:
    return {
        "name": head.localised("name"),
        "country": head.text("country", ""),
        "country_name": head.localised("country_name"),
        "time_zone": head.text("time_zone"),
        "about": head.localised("about"),
        "is_demo": head.flag("is_demo", False),
        "review_rule": head.choice("review_rule", ReviewRule.values, ReviewRule.ANOTHER_ORGANISATION),
    }


def _at(entry: Fields) -> Point:
    return Point(entry.text("document"), entry.text("reference"))


def _not_applicable(entry: Fields) -> NotApplicable:
    found = NotApplicable(_at(entry), entry.text("component", ""), entry.localised("reason"))
    entry.done()
    return found


def _statement(entry: Fields) -> Statement:
    place = entry.one("place")
    assert place is not None  # noqa: S101  (required)
    bears_on = []
    for link in entry.many("bears_on", "reference"):
        bears_on.append((_at(link), link.localised("reason")))
        link.done()
    found = Statement(
        key=entry.text("key"),
        point=_at(entry),
        organisation=entry.text("organisation"),
        values={
            "perspective": entry.choice("perspective", SOURCE_PERSPECTIVES),
            "dated": entry.date("dated"),
            "done": entry.localised("done"),
            "remains": entry.localised("remains", required=False),
            "translation": entry.choice("translation", Translation.values, Translation.DRAFT),
            "place": _place(place),
        },
        place_document=place.text("document"),
        bears_on=bears_on,
    )
    place.done()
    entry.done()
    return found


def _place(place: Fields) -> str:
    """Return a place as it is cited: heading, p(ages), l(ines), in the form that every language reads."""
    page, lines = place.text("page", ""), place.text("lines")
    parts = [place.text("heading", ""), f"p. {page}" if page else "", f"l. {lines}"]
    return ", ".join(filter(None, parts))


def _treaty(entry: Fields) -> TreatyEntry:
    found = TreatyEntry(
        code=entry.text("code"),
        values={
            "title": entry.localised("title"),
            "short_title": entry.localised("short_title"),
            "depositary": entry.localised("depositary"),
            "address": entry.text("address", ""),
        },
        events=[_event(event) for event in entry.many("events", "key")],
    )
    entry.done()
    return found


def _event(event: Fields) -> TreatyEventEntry:
    source = event.one("evidence")
    assert source is not None  # noqa: S101  (required)
    place = source.one("place", required=False)
    if place is not None:
        document = place.text("document")
        evidence = {"kind": EvidenceKind.MONITORING_REPORT.value, "page": _place(place)}
        place.done()
    else:
        document = ""
        evidence = {
            "kind": EvidenceKind.TREATY_RECORD.value,
            "address": source.text("address"),
            "title": source.text("title"),
            "publisher": source.text("publisher"),
            "language": source.text("language", ""),
        }
    found = TreatyEventEntry(
        key=event.text("key"),
        values={
            "event": event.choice("event", TreatyEventKind.values),
            "on": event.date("date"),
            "note": event.localised("note", required=False),
        },
        evidence=evidence,
        evidence_document=document,
    )
    source.done()
    event.done()
    return found


def _check_names(workspace: Workspace, catalogue: Catalogue) -> None:
    """Refuse a workspace that names a document, point, component or organisation that no file describes."""
    organisations = {code for code, _values in [*catalogue.organisations, *workspace.organisations]}
    references = catalogue.references()

    def wrong(point: str, reason: str) -> None:
        raise CatalogueError(workspace.file, point, reason)

    for code in workspace.follows:
        if code not in references:
            wrong("follows", f"there is no document “{code}”")
    for code in [*workspace.members, workspace.duty_bearer, *(row.organisation for row in workspace.statements)]:
        if code not in organisations:
            wrong(code, "there is no organisation with this code")
    for point, place in _points_named(workspace):
        if point.document not in workspace.follows:
            wrong(place, f"the alliance does not follow the document “{point.document}”")
        if point.reference not in references[point.document]:
            wrong(place, f"{point.document} has no point “{point.reference}”")
    for row in workspace.not_applicable:
        letters = {letter for letter, _values in references[row.point.document][row.point.reference].components}
        if row.component and row.component not in letters:
            wrong(row.point.reference, f"the point has no component “{row.component}”")
    documents = [(row.key, row.place_document) for row in workspace.statements]
    documents += [(event.key, event.evidence_document) for entry in workspace.treaties for event in entry.events]
    for key, document in documents:
        if document and document not in references:
            wrong(key, f"there is no document “{document}”")
    keys = [row.key for row in workspace.statements] + [
        event.key for entry in workspace.treaties for event in entry.events
    ]
    for key in keys:
        if keys.count(key) > 1:
            wrong(key, "the key is given twice")


def _points_named(workspace: Workspace) -> Iterable[tuple[Point, str]]:
    for row in workspace.not_applicable:
        yield row.point, row.point.reference
    for statement in workspace.statements:
        yield statement.point, statement.key
        for point, _reason in statement.bears_on:
            yield point, f"{statement.key} bears_on {point.reference}"
