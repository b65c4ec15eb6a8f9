"""The catalogue: documents, sections, points, components, treaties. Stored by natural key, archived, never deleted."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from tracker.actions.history import Act
from tracker.errors import NotAllowed
from tracker.importer.catalogue import Catalogue, DocumentEntry, PointEntry
from tracker.lib.dates import last_day
from tracker.lib.text import fold, reference_slug
from tracker.models import Component, Document, Organisation, Recommendation, Record, Section
from tracker.permissions import Actor, may_edit_catalogue


def load_catalogue(catalogue: Catalogue, *, actor: Actor, at: dt.datetime) -> Act:
    """Bring documents and organisations to what the files say, in one act; return it for its counts.

    What a file no longer holds is archived. Raises NotAllowed for anyone but the installation's staff.
    """
    if not may_edit_catalogue(actor):
        raise NotAllowed(_("Only the staff of this installation may edit the catalogue."))
    with Act("import_catalogue", actor=actor, at=at) as act:
        load_organisations(act, catalogue.organisations)
        for document in catalogue.documents:
            _load_document(act, document)
    return act


def load_organisations(act: Act, organisations: list[tuple[str, dict[str, Any]]]) -> None:
    """Store or change organisations by code. None is archived: an alliance may have added its own."""
    known = {row.code: row for row in Organisation.objects.all()}
    for code, values in organisations:
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
    act.change(record, **values)
    return record


def archive_missing(act: Act, known: Mapping[Any, Any], kept: set[Any]) -> None:
    """Archive the records whose key the file no longer holds."""
    for key, record in known.items():
        if key not in kept and record.archived_on is None:
            act.change(record, archived_on=act.at.date())


def _load_document(act: Act, entry: DocumentEntry) -> None:
    known = {row.code: row for row in Document.objects.filter(code=entry.code)}
    values = dict(entry.values)
    position = values.pop("position")
    document = put(act, Document, known, entry.code, {"code": entry.code}, values | {"archived_on": None})
    act.derive(document, position=position)
    sections = _load_sections(act, document, entry)
    _load_points(act, document, entry.points, sections)


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
        stored[section.code] = put(act, Section, known, section.code, identity, values)
    archive_missing(act, known, set(stored))
    return stored


def _load_points(act: Act, document: Document, points: list[PointEntry], sections: Mapping[str, Section]) -> None:
    known = {row.reference: row for row in document.recommendations.select_related("document", "section")}
    components: dict[int, dict[str, Component]] = {}
    for component in Component.objects.filter(recommendation__document=document).select_related("recommendation"):
        components.setdefault(component.recommendation_id, {})[component.letter] = component
    for position, point in enumerate(points, start=1):
        values = point.values | {
            "section": sections[point.section],
            "position": position,
            "archived_on": None,
        }
        identity = {"document": document, "reference": point.reference, "slug": reference_slug(point.reference)}
        stored = put(act, Recommendation, known, point.reference, identity, values)
        act.derive(
            stored,
            words=_words(point),
            deadline_last_day=last_day(point.values["deadline"]) if point.values["deadline"] else None,
        )
        _load_components(act, stored, point, components.get(stored.pk, {}))
    archive_missing(act, known, {point.reference for point in points})


def _load_components(act: Act, stored: Recommendation, point: PointEntry, known: Mapping[str, Component]) -> None:
    for position, (letter, values) in enumerate(point.components, start=1):
        identity = {"recommendation": stored, "letter": letter}
        component = put(act, Component, known, letter, identity, values | {"archived_on": None})
        act.derive(component, position=position)
    archive_missing(act, known, {letter for letter, _values in point.components})


def _words(point: PointEntry) -> str:
    """Return what a search looks through: reference, titles, summaries and parts in every language, folded."""
    texts = [point.values["title"], point.values["summary"], *(values["text"] for _letter, values in point.components)]
    return fold(" ".join([point.reference, *(entry for text in texts for entry in text.values())]))
