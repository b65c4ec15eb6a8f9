"""What the reading of a source document becomes in the record: wordings, points, replies, cited sources."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from tracker.actions.catalogue import put, revise
from tracker.actions.evidence import check_address
from tracker.actions.history import Act
from tracker.actions.items import follow
from tracker.actions.statements import state_from_source
from tracker.choices import Perspective, RecommendationKind, TextRights, Translation
from tracker.errors import InvalidValue
from tracker.importer.reading import Note, Part, Point, Source, is_heading
from tracker.importer.verdicts import SAME, Judged
from tracker.lib.dates import last_day
from tracker.lib.text import reference_slug
from tracker.models import Alliance, Document, Evidence, Quotation, Recommendation, Section
from tracker.queries.imports import Preview, known_notes, state_replies

# What an update that an import recorded is known by; a workspace file has keys of its own.
KEY_PREFIX = "import:"

Progress = Callable[[int, int], None]


def write_reading(act: Act, found: Preview, progress: Progress) -> None:
    """Bring what `found` holds into the record as part of the running act; `progress` is told of points and notes."""
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


@dataclass
class _Steps:
    of: int
    progress: Progress
    done: int = 0

    def step(self) -> None:
        self.done += 1
        self.progress(self.done, self.of)


def _attach_wordings(act: Act, document: Document, judged: list[Judged], steps: _Steps) -> None:
    related = document.recommendations.select_related("document", "section")
    known = {row.reference: row for row in related}
    for entry in judged:
        if entry.imports and entry.verdict != SAME:
            revise(act, known[entry.point.reference], wording=entry.point.wording)
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
        # A sentence that was taken for a heading is not shown to everyone as one.
        titles = _in_each_language(lambda: _("Section %(number)s") % {"number": len(known) + 1})
        known[path] = act.add(
            Section(
                document=document,
                parent=parent,
                code=f"{parent.code}.{beside + 1}" if parent else str(beside + 1),
                source_title=path[-1] if is_heading(path[-1]) else titles["en"],
                title={document.source_language: path[-1]} if is_heading(path[-1]) else titles,
                position=len(known) + 1,
            )
        )
    return known[path]


def _create_point(act: Act, document: Document, section: Section, point: Point, position: int) -> None:
    title = _in_each_language(lambda: f"{RecommendationKind(point.kind).label} {point.reference}")
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
        )
    )


def _in_each_language(words: Callable[[], str]) -> dict[str, str]:
    texts = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            texts[language] = words()
    return texts


def _record_in(act: Act, alliance: Alliance, found: Preview, known: dict[str, Document], steps: _Steps) -> None:
    """Record in the alliance what concerns it alone: its items, its State's replies, the sources that are cited."""
    for code in sorted(found.opens):
        follow(act, alliance, known[code])
    for part in found.reading.parts:
        replied = [entry.point for entry in found.judged if entry.point.document_code == part.code and entry.imports]
        _record_replies(act, alliance, known[part.code], found.reading.replied_on, replied)
    _record_notes(act, alliance, known[found.reading.parts[0].code], found.reading.notes, steps)


def _record_replies(act: Act, alliance: Alliance, document: Document, dated: str, points: list[Point]) -> None:
    replied = [point for point in points if point.reply]
    if not replied:
        return
    assert alliance.duty_bearer is not None  # noqa: S101  (a preview refuses replies without a State)
    said = state_replies(document.code, alliance)
    related = ("alliance", "recommendation__document")
    rows = alliance.items.filter(recommendation__document=document).select_related(*related)
    items = {row.recommendation.reference: row for row in rows}
    for point in replied:
        update = said.get(point.reference) or state_from_source(
            act,
            items[point.reference],
            organisation=alliance.duty_bearer,
            perspective=Perspective.STATE,
            dated=dated,
            document=document,
            place=f"l. {point.reply_line}" if point.reply_line else "",
            source_key=f"{KEY_PREFIX}{document.code}-{point.reference}"[:80],
        )
        quoted = {update.pk: update.quotation} if hasattr(update, "quotation") else {}
        identity = {"alliance": alliance, "update": update}
        put(act, Quotation, quoted, update.pk, identity, {"text": point.reply, "line": point.reply_line or None})


def _record_notes(act: Act, alliance: Alliance, document: Document, notes: tuple[Note, ...], steps: _Steps) -> None:
    known = known_notes(document.code, alliance)
    for note in notes:
        if note.number not in known:
            with translation.override(document.source_language):
                cited = _cited(note, document)
            act.add(Evidence(alliance=alliance, cited_in=document, note=note.number, **cited))
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
