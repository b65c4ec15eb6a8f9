"""An import in words, as its pages show it: what accepting would do, each point with its verdict, what was written."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count
from django.utils.text import capfirst, get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext_lazy

from tracker.importer.reading import DOUBTS, Doubt
from tracker.importer.verdicts import CHANGED, DOUBTFUL, NEW, SAME, Judged, key
from tracker.models import TRACKED_MODELS, Document, DocumentImport, HistoryEntry, Recommendation
from tracker.queries.imports import Preview
from tracker.queries.screening import Screening
from tracker.queries.screening_imports import by_place

VERDICTS = {
    NEW: pgettext_lazy("import", "New"),
    SAME: pgettext_lazy("import", "The same"),
    CHANGED: pgettext_lazy("import", "Changed"),
    DOUBTFUL: pgettext_lazy("import", "Doubtful"),
}
# A reply of more than this is folded away.
LONG_REPLY = 300


@dataclass(frozen=True)
class Row:
    """One point of a preview. `number` is its place in the file, and its anchor on the page."""

    number: int
    key: str
    judged: Judged
    language: str
    corrected: bool

    @property
    def verdict(self) -> Any:
        """Return the verdict in words."""
        return VERDICTS[self.judged.verdict]

    @property
    def is_long(self) -> bool:
        """Tell whether the reply would push the next point out of sight."""
        return len(self.judged.point.reply or "") > LONG_REPLY


def rows(found: Preview, edits: Mapping[str, str]) -> list[Row]:
    """Return every point in the order of the file."""
    languages = {part.code: part.language for part in found.reading.parts}
    return [
        Row(number, key(entry.point), entry, languages[entry.point.document_code], key(entry.point) in edits)
        for number, entry in enumerate(found.judged, start=1)
    ]


def to_look_at(found: list[Row]) -> list[Row]:
    """Return the points that somebody should look at before all others."""
    return [row for row in found if row.judged.verdict == DOUBTFUL]


@dataclass(frozen=True)
class Risky:
    """A place where something may identify a child: its name, what was found, and the point's number or 0."""

    name: str
    words: str
    number: int


def risky(screening: Screening, found: list[Row]) -> list[Risky]:
    """Return what was flagged, point by point; the texts themselves are in the table."""
    numbers = {row.key: row.number for row in found}
    return [
        Risky(
            _about(place) or _("the whole document"),
            ", ".join(str(risk.label) for risk in risks),
            numbers.get(place, 0),
        )
        for place, risks in by_place(screening).items()
    ]


def sentences(found: Preview) -> list[str]:
    """Return what accepting would do, and what it would leave out and why."""
    told = [_points(found), *_new_documents(found), *_in_the_alliance(found)]
    placeless = sum(not entry.imports for entry in found.judged)
    if placeless:
        told.append(
            ngettext(
                "%(n)s point has no place in the catalogue and is left out.",
                "%(n)s points have no place in the catalogue and are left out.",
                placeless,
            )
            % {"n": placeless}
        )
    if found.left_out:
        told.append(
            _(
                "Its notes and replies are left out, as no alliance takes them: none was chosen, and not exactly one "
                "follows this document. To keep them, discard this import and upload the file again with an alliance."
            )
        )
    return told


def _points(found: Preview) -> str:
    codes = [entry.point.document_code for entry in found.judged]
    parts = [
        ngettext("%(n)s point of %(document)s", "%(n)s points of %(document)s", codes.count(part.code))
        % {"n": codes.count(part.code), "document": part.code}
        for part in found.reading.parts
    ]
    counts = found.counts()
    new, doubtful, changed, same = (counts.get(verdict, 0) for verdict in (NEW, DOUBTFUL, CHANGED, SAME))
    verdicts = [
        ngettext("%(n)s new", "%(n)s new", new) % {"n": new},
        ngettext("%(n)s doubtful", "%(n)s doubtful", doubtful) % {"n": doubtful},
        ngettext("%(n)s changed", "%(n)s changed", changed) % {"n": changed},
        ngettext("%(n)s the same", "%(n)s the same", same) % {"n": same},
    ]
    return f"{get_text_list(parts, _('and'))}: {', '.join(verdicts)}."


def _new_documents(found: Preview) -> list[str]:
    codes = [part.code for part in found.reading.parts]
    known = set(Document.objects.filter(code__in=codes).values_list("code", flat=True))
    return [
        _(
            "The catalogue does not have %(document)s yet: it is added with its headings and points. The public reads "
            "none of its wording until you say that it may."
        )
        % {"document": code}
        for code in codes
        if code not in known
    ]


def _in_the_alliance(found: Preview) -> list[str]:
    """Return what the alliance that follows the document gets."""
    alliance = {"alliance": found.follower}
    told_anew = [entry for entry in found.judged if entry.point.reply and entry.imports and entry.verdict != SAME]
    replies = len(told_anew) if found.follower else 0
    told = []
    if found.new_items:
        told.append(
            ngettext(
                "%(alliance)s follows %(n)s point more.", "%(alliance)s follows %(n)s points more.", found.new_items
            )
            % {"n": found.new_items, **alliance}
        )
    if found.new_notes:
        told.append(
            ngettext(
                "%(n)s note becomes evidence of %(alliance)s.",
                "%(n)s notes become evidence of %(alliance)s.",
                found.new_notes,
            )
            % {"n": found.new_notes, **alliance}
        )
    if replies:
        told.append(
            ngettext(
                "The State's reply to %(n)s point is kept in its own words in %(alliance)s.",
                "The State's replies to %(n)s points are kept in its own words in %(alliance)s.",
                replies,
            )
            % {"n": replies, **alliance}
        )
    return told


# --- After it


def stored_doubts(batch: DocumentImport) -> list[tuple[str, str]]:
    """Return (point, sentence) of everything that was doubtful when the import was accepted; the whole file is ""."""
    return [(_about(name), _sentence(code, line, about)) for name, code, line, about in batch.doubts]


def _about(name: str) -> str:
    kind, _blank, number = name.partition(" ")
    return _("note %(number)s") % {"number": number} if kind == "note" else name


def _sentence(code: str, line: int, about: str) -> str:
    # What an older release told apart, a newer one may not.
    return str(Doubt(code, line, about)) if code in DOUBTS else f"{code} {about}".strip()


def _acceptance(batch: DocumentImport) -> Any:
    """Return the entries that accepting `batch` wrote: those of the act that decided it."""
    decided = HistoryEntry.objects.filter(object_kind=batch.KIND, object_uuid=batch.uuid, action="import_document")
    return HistoryEntry.objects.filter(request_id__in=decided.values("request_id"))


def written(batch: DocumentImport) -> str:
    """Return how many rows of which table accepting `batch` wrote, itself aside."""
    rows = _acceptance(batch).exclude(object_kind=batch.KIND).values("object_kind").annotate(n=Count("pk"))
    counts = {row["object_kind"]: row["n"] for row in rows}
    return "; ".join(
        f"{capfirst(str(model._meta.verbose_name_plural))}: {counts[model.KIND]}"
        for model in TRACKED_MODELS
        if model.KIND in counts
    )


def written_points(batch: DocumentImport) -> Iterable[Recommendation]:
    """Return the points of the catalogue that accepting `batch` wrote."""
    uuids = _acceptance(batch).filter(object_kind=Recommendation.KIND).values("object_uuid")
    return Recommendation.objects.filter(uuid__in=uuids).select_related("document").order_by("document", "position")
