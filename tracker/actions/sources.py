"""Source documents: a file uploaded, looked at, corrected, and accepted into the record in one act."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from tracker.actions.catalogue import put, revise
from tracker.actions.evidence import check_address
from tracker.actions.history import Act, lock_log
from tracker.actions.items import follow
from tracker.actions.statements import state_from_source
from tracker.choices import ImportState, Perspective, RecommendationKind, TextRights, Translation
from tracker.errors import InvalidValue, NotAllowed, WrongState
from tracker.importer import verdicts
from tracker.importer.reading import Note, Part, Point, Source
from tracker.importer.source import read_bytes
from tracker.importer.verdicts import SAME, Judged
from tracker.lib.dates import last_day
from tracker.lib.text import fold, reference_slug
from tracker.models import (
    Alliance,
    Document,
    DocumentImport,
    Evidence,
    HistoryEntry,
    Quotation,
    Recommendation,
    Section,
)
from tracker.models.history import INSTALLATION
from tracker.permissions import Actor, may_edit_catalogue
from tracker.queries.imports import Preview, accepted_before, known_notes, preview, state_replies

ACTION = "import_document"
# What an update that an import recorded is known by; a workspace file has keys of its own.
KEY_PREFIX = "import:"

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Accepted:
    """What an import did: how many entries it wrote, and what it had read. `batch` is None where nothing was new."""

    entries: int
    preview: Preview
    batch: DocumentImport | None = None


def import_document(
    source: Source,
    *,
    document: str = "",
    layout: str = "",
    alliance: str = "",
    actor: Actor,
    at: dt.datetime,
    progress: Progress = lambda done, of: None,
) -> Accepted:
    """Read `source` and accept everything in it, all or nothing. What the record has already is not written again.

    `document` is the code of the document that the file is about, `alliance` the slug of the one that follows it; both
    may be left to the file and the record. Raises NotAllowed for anyone but the installation's staff, SourceRefused for
    a file that is no such document, InvalidValue for what the record cannot hold.
    """
    _require_staff(actor)
    with transaction.atomic():
        _hold(alliance)
        found = preview(source, document=document, layout=layout, alliance=alliance)
        if not found.writes:
            return Accepted(0, found)
        before = HistoryEntry.objects.count()
        with Act(ACTION, actor=actor, at=at) as act:
            batch = act.add(_batch(found, document, layout, found.follower))
            _accept(act, batch, found, progress)
        return Accepted(HistoryEntry.objects.count() - before, found, batch)


def upload_document(
    data: bytes, name: str, *, document: str = "", layout: str = "", alliance: str = "", actor: Actor, at: dt.datetime
) -> DocumentImport:
    """Keep a file to be looked at before it is accepted. Refuses what could not be accepted, and what is in already."""
    _require_staff(actor)
    source = read_bytes(data, name)
    found = preview(source, document=document, layout=layout, alliance=alliance)
    if not found.writes:
        raise InvalidValue(nothing_new(found))
    with Act("upload_document", actor=actor, at=at) as act:
        batch = _batch(found, document, layout, found.follower if alliance else None)
        batch.file = data
        return act.add(batch)


def edit_point(
    batch: DocumentImport, point: str, text: str, *, actor: Actor, at: dt.datetime, version: int | None = None
) -> DocumentImport:
    """Correct the text of one point, named "document reference", before it is accepted; an empty text undoes that."""
    with Act("edit_import", actor=actor, at=at) as act:
        held = _waiting(act, batch, actor, version)
        known = {verdicts.key(entry.point) for entry in preview_of(held).judged}
        if point not in known:
            raise InvalidValue(_("This import has no point “%(point)s”.") % {"point": point})
        edits = {name: edit for name, edit in held.edits.items() if name != point}
        words = " ".join(text.split())
        act.change(held, edits=edits | ({point: words} if words else {}))
    return held


def accept_import(
    batch: DocumentImport,
    *,
    actor: Actor,
    at: dt.datetime,
    version: int | None = None,
    progress: Progress = lambda done, of: None,
) -> DocumentImport:
    """Bring everything that an uploaded file holds, as corrected, into the record, all or nothing."""
    with transaction.atomic():
        _hold(batch.follower.slug if batch.follower else "")
        with Act(ACTION, actor=actor, at=at) as act:
            held = _waiting(act, batch, actor, version)
            _accept(act, held, preview_of(held), progress)
    return held


def discard_import(
    batch: DocumentImport, *, actor: Actor, at: dt.datetime, version: int | None = None
) -> DocumentImport:
    """Put an uploaded file aside for good; its bytes are not kept."""
    with Act("discard_import", actor=actor, at=at) as act:
        held = _waiting(act, batch, actor, version)
        act.change(held, state=ImportState.DISCARDED, decided_on=act.at.date())
        act.derive(held, file=b"")
    return held


def preview_of(batch: DocumentImport) -> Preview:
    """Return what accepting a waiting import would do now."""
    return preview(
        read_bytes(bytes(batch.file), batch.file_name),
        document=batch.document_code,
        layout=batch.layout,
        alliance=batch.follower.slug if batch.follower else "",
        edits=batch.edits,
    )


def nothing_new(found: Preview) -> str:
    """Return the sentence for a file that the record has already."""
    before = accepted_before(found.source)
    if before is None:
        return _("Everything in “%(name)s” is in the record already: there is nothing to import.") % {
            "name": found.source.name
        }
    return _("“%(name)s” was imported on %(day)s, and nothing in it is new: there is nothing to import.") % {
        "name": found.source.name,
        "day": date_format(before.decided_on) if before.decided_on else "",
    }


def _require_staff(actor: Actor) -> None:
    if not may_edit_catalogue(actor):
        raise NotAllowed(_("Only the staff of this installation may import documents."))


def _hold(alliance: str) -> None:
    """Take the logs that the import writes, in the order of every act, before anything is compared."""
    lock_log(INSTALLATION)
    # Which alliance follows is found out only by reading: hold every one that may.
    following = Alliance.objects.filter(slug=alliance) if alliance else Alliance.objects.filter(is_demo=False)
    for log in sorted(map(str, following.values_list("uuid", flat=True))):
        lock_log(log)


def _waiting(act: Act, batch: DocumentImport, actor: Actor, version: int | None) -> DocumentImport:
    _require_staff(actor)
    held = act.lock(batch, version=version)
    if held.state != ImportState.PREVIEW:
        raise WrongState(_("This import was decided already. Upload the file again to start anew."))
    return held


def _batch(found: Preview, document: str, layout: str, follower: Alliance | None) -> DocumentImport:
    return DocumentImport(
        file_name=found.source.name[-255:],
        size=found.source.size,
        sha256=found.source.sha256,
        layout=layout or found.reading.layout,
        document_code=document,
        follower=follower,
    )


def _accept(act: Act, batch: DocumentImport, found: Preview, progress: Progress) -> None:
    steps = _Steps(len(found.judged) + len(found.reading.notes), progress)
    known = {row.code: row for row in Document.objects.filter(code__in=[part.code for part in found.reading.parts])}
    for part in found.reading.parts:
        judged = [entry for entry in found.judged if entry.point.document_code == part.code]
        if part.code in known:
            _attach_wordings(act, known[part.code], judged, steps)
        else:
            known[part.code] = _create_document(act, part, judged, found.source, steps)
    if found.follower is not None:
        _record_in(act, found.follower, found, known, steps)
    act.change(
        batch,
        follower=found.follower,
        state=ImportState.ACCEPTED,
        decided_on=act.at.date(),
        documents=[part.code for part in found.reading.parts],
        points=len(found.judged),
        doubts=[
            [verdicts.key(entry.point), doubt.code, doubt.line, doubt.about]
            for entry in found.judged
            for doubt in entry.doubts
        ]
        + [["", doubt.code, doubt.line, doubt.about] for doubt in (*found.reading.doubts, *found.doubts)],
    )
    act.derive(batch, file=b"")


@dataclass
class _Steps:
    of: int
    progress: Progress
    done: int = field(default=0)

    def step(self) -> None:
        self.done += 1
        self.progress(self.done, self.of)


def _attach_wordings(act: Act, document: Document, judged: list[Judged], steps: _Steps) -> None:
    related = document.recommendations.select_related("document", "section")
    known = {row.reference: row for row in related}
    for entry in judged:
        if entry.imports and entry.verdict != SAME:
            point = revise(act, known[entry.point.reference], wording=entry.point.wording)
            act.derive(point, wording_words=fold(point.wording))
        steps.step()


def _create_document(act: Act, part: Part, judged: list[Judged], source: Source, steps: _Steps) -> Document:
    """Store a document that the catalogue does not have, with the headings and points that were read.

    The document's own words may not be ours to show, and stand in `wording` alone: titles are made of kind and
    reference, summaries stay empty until somebody writes them, and assessable parts are a person's to tell.
    """
    last = Document.objects.order_by("-position").values_list("position", flat=True).first() or 0
    document = act.add(
        Document(
            code=part.code,
            kind=part.kind,
            title={part.language: part.title},
            short_title={part.language: part.title[:80]},
            publisher={part.language: part.publisher},
            published_on=part.published_on,
            source_language=part.language,
            text_rights=TextRights.PARAPHRASE_ONLY,
            scan_name=source.name[-100:],
            scan_sha256=source.sha256,
            position=last + 1,
        )
    )
    sections: dict[tuple[str, ...], Section] = {}
    for position, entry in enumerate(judged, start=1):
        section = _section(act, document, entry.point.section or (part.title,), sections)
        _create_point(act, document, section, entry.point, position)
        steps.step()
    return document


def _section(act: Act, document: Document, path: tuple[str, ...], known: dict[tuple[str, ...], Section]) -> Section:
    if path not in known:
        parent = _section(act, document, path[:-1], known) if path[:-1] else None
        beside = sum(row.parent_id == (parent.pk if parent else None) for row in known.values())
        known[path] = act.add(
            Section(
                document=document,
                parent=parent,
                code=f"{parent.code}.{beside + 1}" if parent else str(beside + 1),
                source_title=path[-1][:300],
                title={document.source_language: path[-1]},
                position=len(known) + 1,
            )
        )
    return known[path]


def _create_point(act: Act, document: Document, section: Section, point: Point, position: int) -> None:
    title = _title(point)
    act.add(
        Recommendation(
            document=document,
            section=section,
            reference=point.reference,
            slug=reference_slug(point.reference),
            kind=point.kind,
            area=point.area,
            addressee=point.addressee,
            line=point.line or None,
            page=point.page,
            deadline=point.deadline,
            deadline_last_day=last_day(point.deadline) if point.deadline else None,
            title=title,
            summary={},
            wording=point.wording,
            translation=Translation.DRAFT,
            position=position,
            words=fold(" ".join([point.reference, *title.values()])),
            wording_words=fold(point.wording),
        )
    )


def _title(point: Point) -> dict[str, str]:
    titles = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            titles[language] = f"{RecommendationKind(point.kind).label} {point.reference}"
    return titles


def _record_in(act: Act, alliance: Alliance, found: Preview, known: dict[str, Document], steps: _Steps) -> None:
    """Record in the alliance what concerns it alone: its items, its State's replies, the sources that are cited."""
    if found.new_items:
        for document in known.values():
            follow(act, alliance, document)
    for part in found.reading.parts:
        replied = [entry.point for entry in found.judged if entry.point.document_code == part.code and entry.imports]
        _record_replies(act, alliance, known[part.code], found.reading.replied_on, replied)
    _record_notes(act, alliance, known[found.reading.parts[0].code], found.reading.notes, steps)


def _record_replies(act: Act, alliance: Alliance, document: Document, dated: str, points: list[Point]) -> None:
    replied = [point for point in points if point.reply]
    if not replied:
        return
    said = state_replies(document.code, alliance)
    related = ("alliance", "recommendation__document")
    rows = alliance.items.filter(recommendation__document=document).select_related(*related)
    items = {row.recommendation.reference: row for row in rows}
    for point in replied:
        update = said.get(point.reference)
        if update is None and point.reference in items:
            update = state_from_source(
                act,
                items[point.reference],
                organisation=_state(alliance),
                perspective=Perspective.STATE,
                dated=dated,
                document=document,
                place=f"l. {point.reply_line}",
                source_key=f"{KEY_PREFIX}{document.code}-{point.reference}"[:80],
            )
        if update is None:
            continue
        quoted = {update.pk: update.quotation} if hasattr(update, "quotation") else {}
        identity = {"alliance": alliance, "update": update}
        put(act, Quotation, quoted, update.pk, identity, {"text": point.reply, "line": point.reply_line or None})


def _state(alliance: Alliance) -> Any:
    if alliance.duty_bearer is None:
        raise InvalidValue(
            _("%(alliance)s has no State as its duty bearer: name it first, then import the replies.")
            % {"alliance": alliance}
        )
    return alliance.duty_bearer


def _record_notes(act: Act, alliance: Alliance, document: Document, notes: tuple[Note, ...], steps: _Steps) -> None:
    known = known_notes(document.code, alliance)
    for note in notes:
        if note.number not in known:
            act.add(Evidence(alliance=alliance, cited_in=document, note=note.number, **_cited(note, document)))
        steps.step()


def _cited(note: Note, document: Document) -> dict[str, Any]:
    """Return the columns of a cited source: its address where it has a usable one, else its place in the document."""
    place: dict[str, Any] = {"document": document, "page": _("note %(number)s") % {"number": note.number}}
    if note.address:
        try:
            check_address(note.address)
            place = {"address": note.address}
        except InvalidValue:
            pass
    publisher = urlsplit(note.address).hostname if "address" in place else ""
    return place | {
        "kind": note.kind,
        "title": note.text[:300],
        "publisher": publisher or str(document.publisher)[:200],
        "accessed_on": dt.date.fromisoformat(note.accessed_on) if note.accessed_on else None,
        "language": "",
    }
