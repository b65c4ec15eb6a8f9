"""Workspace files → plain, checked data. No database; docs/catalogue.md has the format."""

import zoneinfo
from collections import Counter
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from tracker.choices import EvidenceKind, Perspective, ReviewRule, Translation, TreatyEventKind
from tracker.errors import CatalogueError
from tracker.importer.catalogue import ORGANISATIONS, Catalogue, read_organisations
from tracker.importer.demo import Step, read_people, read_script
from tracker.importer.fields import Fields, Point
from tracker.importer.yaml import load

T = TypeVar("T", bound=Hashable)

SOURCE_PERSPECTIVES = (Perspective.STATE.value, Perspective.MONITORING_BODY.value, Perspective.UN_BODY.value)


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
    workspaces = [read_workspace(path, catalogue) for path in sorted((folder / "workspaces").glob("*.yaml"))]
    _refuse_repeats(workspaces, catalogue)
    return workspaces


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
    _check_organisations(workspace, catalogue)
    _check_points(workspace, catalogue)
    _refuse_doubles(workspace)
    return workspace


def _alliance_values(head: Fields) -> dict[str, Any]:
    zone = head.text("time_zone")
    if zone not in zoneinfo.available_timezones():
        head.wrong(f"there is no time zone “{zone}”: write it as Europe/Moscow")
    return {
        "name": head.localised("name"),
        "country": head.text("country", ""),
        "country_name": head.localised("country_name"),
        "time_zone": zone,
        "about": head.localised("about"),
        "is_demo": head.flag("is_demo", False),
        "review_rule": head.choice("review_rule", ReviewRule.values, ReviewRule.ANOTHER_ORGANISATION),
    }


def _not_applicable(entry: Fields) -> NotApplicable:
    found = NotApplicable(entry.at(), entry.text("component", ""), entry.localised("reason"))
    entry.done()
    return found


def _statement(entry: Fields) -> Statement:
    place = entry.one("place")
    assert place is not None  # noqa: S101  (required)
    bears_on = []
    for link in entry.many("bears_on", "reference"):
        bears_on.append((link.at(), link.localised("reason")))
        link.done()
    found = Statement(
        key=entry.key("key"),
        point=entry.at(),
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
            "address": entry.address("address", ""),
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
            "address": source.address("address"),
            "title": source.text("title"),
            "publisher": source.text("publisher"),
            "language": source.text("language", ""),
        }
    found = TreatyEventEntry(
        key=event.key("key"),
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


def _check_organisations(workspace: Workspace, catalogue: Catalogue) -> None:
    """Refuse a workspace that names an organisation that no file describes, or has people where they cannot be."""
    organisations = {code for code, _values in [*catalogue.organisations, *workspace.organisations]}
    for code in [*workspace.members, workspace.duty_bearer, *(row.organisation for row in workspace.statements)]:
        if code not in organisations:
            _wrong(workspace, code, "there is no organisation with this code")
    if (workspace.people or workspace.script) and not workspace.is_demo:
        _wrong(workspace, "people", "only an invented alliance (is_demo: true) has people and a script")
    for person in workspace.people:
        if person["organisation"] not in workspace.members:
            _wrong(workspace, person["username"], f"“{person['organisation']}” is no member of the alliance")


def _check_points(workspace: Workspace, catalogue: Catalogue) -> None:
    """Refuse a workspace that names a document, point or component that no file describes."""
    references = catalogue.references()
    for code in workspace.follows:
        if code not in references:
            _wrong(workspace, "follows", f"there is no document “{code}”")
    for point, place in _points_named(workspace):
        if point.document not in workspace.follows:
            _wrong(workspace, place, f"the alliance does not follow the document “{point.document}”")
        if point.reference not in references[point.document]:
            _wrong(workspace, place, f"{point.document} has no point “{point.reference}”")
    for row in workspace.not_applicable:
        letters = {letter for letter, _values in references[row.point.document][row.point.reference].components}
        if row.component and row.component not in letters:
            _wrong(workspace, row.point.reference, f"the point has no component “{row.component}”")
    documents = [(row.key, row.place_document) for row in workspace.statements]
    documents += [(event.key, event.evidence_document) for entry in workspace.treaties for event in entry.events]
    for key, document in documents:
        if document and document not in references:
            _wrong(workspace, key, f"there is no document “{document}”")


def _refuse_doubles(workspace: Workspace) -> None:
    """Refuse what a workspace says twice: of two versions each import would write the other."""
    events = [event.key for entry in workspace.treaties for event in entry.events]
    excluded = [(row.point, row.component) for row in workspace.not_applicable]
    for key in _twice([row.key for row in workspace.statements] + events):
        _wrong(workspace, key, "the key is given twice")
    for code in _twice([entry.code for entry in workspace.treaties]):
        _wrong(workspace, code, "the treaty is given twice")
    for point, component in _twice(excluded):
        place = f"{point.document} {point.reference} {component}".strip()
        _wrong(workspace, place, "“not_applicable” has it twice")
    for statement in workspace.statements:
        for point in _twice([point for point, _reason in statement.bears_on]):
            _wrong(workspace, statement.key, f"“bears_on” has {point.document} {point.reference} twice")


def _refuse_repeats(workspaces: Iterable[Workspace], catalogue: Catalogue) -> None:
    """Refuse what two files describe: organisations and alliances; and treaties, where they differ."""
    slugs: dict[str, str] = {}
    organisations = {code: ORGANISATIONS for code, _values in catalogue.organisations}
    treaties: dict[str, tuple[str, dict[str, Any]]] = {}
    for workspace in workspaces:
        if workspace.slug in slugs:
            _wrong(workspace, workspace.slug, f"the alliance is in {slugs[workspace.slug]} already")
        slugs[workspace.slug] = workspace.file
        for code, _values in workspace.organisations:
            if code in organisations:
                _wrong(workspace, code, f"the organisation is in {organisations[code]} already")
            organisations[code] = workspace.file
        for entry in workspace.treaties:
            file, values = treaties.setdefault(entry.code, (workspace.file, entry.values))
            if values != entry.values:
                _wrong(workspace, entry.code, f"the treaty is described otherwise in {file}")


def _wrong(workspace: Workspace, point: str, reason: str) -> NoReturn:
    raise CatalogueError(workspace.file, point, reason)


def _twice(values: list[T]) -> list[T]:
    return [value for value, count in Counter(values).items() if count > 1]


def _points_named(workspace: Workspace) -> Iterable[tuple[Point, str]]:
    for row in workspace.not_applicable:
        yield row.point, row.point.reference
    for statement in workspace.statements:
        yield statement.point, statement.key
        for point, _reason in statement.bears_on:
            yield point, f"{statement.key} bears_on {point.reference}"
