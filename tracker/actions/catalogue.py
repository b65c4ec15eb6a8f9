"""The catalogue: documents, sections, points, components, treaties. Stored by natural key, archived, never deleted."""

import datetime as dt
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

from django.utils.translation import gettext as _

from tracker.actions.history import Act
from tracker.choices import ComponentVerdict
from tracker.errors import CatalogueError, InvalidValue, NotAllowed, Refusal
from tracker.importer.catalogue import ORGANISATIONS, Catalogue, DocumentEntry, PointEntry
from tracker.lib.dates import last_day
from tracker.lib.text import reference_slug
from tracker.models import (
    Component,
    ComponentAssessment,
    Document,
    HistoryEntry,
    ItemComponent,
    Organisation,
    Recommendation,
    Record,
    Section,
)
from tracker.models.base import texts
from tracker.permissions import Actor, may_edit_catalogue
from tracker.queries.snapshots import snapshot, value_of

ACTION = "import_catalogue"

R = TypeVar("R", bound=Record)


def load_catalogue(catalogue: Catalogue, *, actor: Actor, at: dt.datetime) -> None:
    """Bring documents and organisations to what the files say, in one act.

    What the files no longer hold is archived: a whole document with its sections and points. Raises NotAllowed for
    anyone but the installation's staff, CatalogueError naming file and point where the record cannot hold something.
    """
    if not may_edit_catalogue(actor):
        raise NotAllowed(_("Only the staff of this installation may edit the catalogue."))
    with Act(ACTION, actor=actor, at=at) as act:
        load_organisations(act, catalogue.organisations, ORGANISATIONS)
        for document in catalogue.documents:
            with placed(document.file, document.code):
                _load_document(act, document)
        _archive_documents(act, {document.code for document in catalogue.documents})


def set_text_rights(
    document: Document, text_rights: str, *, reason: str, actor: Actor, at: dt.datetime, version: int | None = None
) -> Document:
    """Say what the public may read of a document's own words, and on what ground: a licence, a permission, its end."""
    if not may_edit_catalogue(actor):
        raise NotAllowed(_("Only the staff of this installation may edit the catalogue."))
    if not reason.strip():
        raise InvalidValue(_("Say on what ground: who permitted it, when, and where that is written."))
    with Act("set_text_rights", actor=actor, at=at, reason=reason.strip()) as act:
        held = act.lock(document, version=version)
        act.change(held, text_rights=text_rights)
    return held


@contextmanager
def placed(file: str, point: str) -> Iterator[None]:
    """Raise a refusal of what is written inside as a CatalogueError, which says where in the files it comes from."""
    try:
        yield
    except (CatalogueError, NotAllowed):
        raise
    except Refusal as refusal:
        raise CatalogueError(file, point, str(refusal)) from refusal


def load_organisations(act: Act, organisations: list[tuple[str, dict[str, Any]]], file: str) -> None:
    """Store or change organisations by code. None is archived: an alliance may have added its own."""
    known = {row.code: row for row in Organisation.objects.all()}
    for code, values in organisations:
        with placed(file, code):
            put(act, Organisation, known, code, {"code": code}, values)


def put(
    act: Act,
    model: type[Record],
    known: Mapping[Any, Any],
    key: Any,
    identity: Mapping[str, Any],
    values: Mapping[str, Any],
) -> Any:
    """Store a new record or change the known one to `values`; return it."""
    record = known.get(key)
    if record is None:
        return act.add(model(**identity, **values))
    return revise(act, record, **values)


def revise(act: Act, record: R, **values: Any) -> R:
    """Bring a stored record to `values` and return it: untouched where it says so already, else locked and changed."""
    if _differs(record, values):
        record = act.lock(record)
        act.change(record, **values)
    return record


def _differs(record: Record, values: Mapping[str, Any]) -> bool:
    many = {field.name for field in record._meta.many_to_many} & set(values)
    single = tuple(name for name in values if name not in many)
    wanted = snapshot(type(record)(**{name: values[name] for name in single}), single)
    wanted |= {name: sorted({str(related.uuid) for related in values[name]}) for name in many}
    return any(value_of(record, name) != value for name, value in wanted.items())


def archive_missing(act: Act, known: Mapping[Any, Any], kept: set[Any]) -> None:
    """Archive the records whose key the file no longer holds."""
    for key, record in known.items():
        if key not in kept and record.archived_on is None:
            revise(act, record, archived_on=act.at.date())


def _archive_documents(act: Act, kept: set[str]) -> None:
    """Archive the documents whose file is gone, as if it had lost its sections and points as well.

    The history tells which ones came from a file; a document that came through another door is none of this import's.
    """
    from_files = HistoryEntry.objects.filter(object_kind=Document.KIND, action=ACTION).values("object_uuid")
    for document in Document.objects.filter(archived_on=None, uuid__in=from_files).exclude(code__in=kept):
        for rows in (document.sections, document.recommendations):
            archive_missing(act, {row.pk: row for row in rows.select_related("document")}, set())
        revise(act, document, archived_on=act.at.date())


def _load_document(act: Act, entry: DocumentEntry) -> None:
    known = {row.code: row for row in Document.objects.filter(code=entry.code)}
    values = dict(entry.values)
    position = values.pop("position")
    if entry.code in known:
        # A permission is asked for and granted where the wording is shown: see set_text_rights.
        del values["text_rights"]
    document = put(act, Document, known, entry.code, {"code": entry.code}, values | {"archived_on": None})
    act.derive(document, position=position)
    sections = _load_sections(act, document, entry)
    _load_points(act, document, entry, sections)


def _load_sections(act: Act, document: Document, entry: DocumentEntry) -> dict[str, Section]:
    known = {row.code: row for row in document.sections.select_related("document", "parent")}
    stored: dict[str, Section] = {}
    for position, section in enumerate(entry.sections, start=1):
        values = section.values | {
            "parent": stored.get(section.parent),
            "position": position,
            "archived_on": None,
        }
        identity = {"document": document, "code": section.code}
        with placed(entry.file, section.code):
            stored[section.code] = put(act, Section, known, section.code, identity, values)
    archive_missing(act, known, set(stored))
    return stored


def _load_points(act: Act, document: Document, entry: DocumentEntry, sections: Mapping[str, Section]) -> None:
    known = {row.reference: row for row in document.recommendations.select_related("document", "section")}
    components: dict[int, dict[str, Component]] = {}
    for component in Component.objects.filter(recommendation__document=document).select_related("recommendation"):
        components.setdefault(component.recommendation_id, {})[component.letter] = component
    slugs = {row.slug: row.reference for row in known.values()}
    for position, point in enumerate(entry.points, start=1):
        slug = reference_slug(point.reference)
        _refuse_respelling(entry.file, point.reference, slugs.get(slug, point.reference))
        values = point.values | {
            "section": sections[point.section],
            "position": position,
            "archived_on": None,
        }
        identity = {"document": document, "reference": point.reference, "slug": slug}
        with placed(entry.file, point.reference):
            stored = put(act, Recommendation, known, point.reference, identity, values)
            _load_components(act, stored, point, components.get(stored.pk, {}))
        act.derive(
            stored,
            deadline_last_day=last_day(point.values["deadline"]) if point.values["deadline"] else None,
        )
    archive_missing(act, known, {point.reference for point in entry.points})


def _refuse_respelling(file: str, reference: str, known: str) -> None:
    """A reference names one point for good: the point known as `known` has the address of `reference`."""
    if known != reference:
        reason = f"the record has this point, or had it, as “{known}”, with the same address: write it that way"
        raise CatalogueError(file, reference, f"{reason}; references are neither respelt nor reused")


def _load_components(act: Act, stored: Recommendation, point: PointEntry, known: Mapping[str, Component]) -> None:
    for position, (letter, values) in enumerate(point.components, start=1):
        if letter in known and letter not in point.reworded:
            _refuse_another_duty(known[letter], values["text"])
        identity = {"recommendation": stored, "letter": letter}
        component = put(act, Component, known, letter, identity, values | {"archived_on": None})
        act.derive(component, position=position)
    archive_missing(act, known, {letter for letter, _values in point.components})


def _refuse_another_duty(component: Component, text: dict[str, str]) -> None:
    """What was judged or excluded under a letter must not come to stand on another duty in silence."""
    if texts(component.text) == text:
        return
    verdicts = ComponentAssessment.objects.filter(component=component).exclude(verdict=ComponentVerdict.NOT_ASSESSED)
    exclusions = ItemComponent.objects.filter(component=component, archived_on=None)
    if verdicts.exists() or exclusions.exists():
        raise InvalidValue(
            f"component {component.letter} has another text, and an alliance has assessed or excluded it as "
            f"“{texts(component.text).get('en', '')}”: give a new duty a new letter, or, if this asks for the same "
            "duty in other words, write “reworded: true” beside the text"
        )
