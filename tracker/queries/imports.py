"""What a document that is to be imported would change, worked out from the file and the record as they are now."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.core.validators import slug_re
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from tracker.choices import ImportState, Origin, Perspective, UpdateState
from tracker.errors import InvalidValue, SourceRefused
from tracker.importer import layouts, verdicts
from tracker.importer.reading import Doubt, Reading, Source, is_heading
from tracker.importer.verdicts import SAME, Judged, Known
from tracker.lib.text import fold
from tracker.models import Alliance, Document, DocumentImport, Evidence, Recommendation, Update
from tracker.models.base import texts

_CODE_MOST = 40
# By how many letters the name of a country is known again: Russia, Russian Federation.
_STEM = 4


@dataclass(frozen=True)
class Preview:
    """A file as read, each point with its verdict beside the record, and the alliance that follows it, if any.

    `opens` are the documents that the alliance follows from now on as a whole, with `new_items` more points; `left_out`
    tells that the file has replies or notes that no alliance takes; `edits` are the corrected texts that hold.
    """

    source: Source
    reading: Reading
    judged: list[Judged]
    doubts: list[Doubt]
    follower: Alliance | None
    new_notes: int
    opens: frozenset[str]
    new_items: int
    left_out: bool
    edits: Mapping[str, str]

    def counts(self) -> dict[str, int]:
        """Return {verdict: number of points}."""
        return dict(Counter(entry.verdict for entry in self.judged))

    @property
    def writes(self) -> bool:
        """Tell whether accepting would write anything but the import itself."""
        if self.new_notes or self.new_items:
            return True
        return any(entry.imports and entry.verdict != SAME for entry in self.judged)

    def all_doubts(self) -> list[tuple[str, Doubt]]:
        """Return every doubt with the point it is about, "document reference" or "note 7"; "" is the whole file."""
        points = [(verdicts.key(entry.point), doubt) for entry in self.judged for doubt in entry.doubts]
        notes = [(f"note {note.number}", doubt) for note in self.reading.notes for doubt in note.doubts]
        return [*points, *notes, *(("", doubt) for doubt in (*self.reading.doubts, *self.doubts))]

    def as_json(self) -> dict[str, Any]:
        """Return the whole reading as plain values."""
        return verdicts.as_json(self.reading, self.source, self.judged, self.doubts)


def preview(
    source: Source,
    *,
    document: str = "",
    layout: str = "",
    alliance: str = "",
    edits: Mapping[str, str] | None = None,
) -> Preview:
    """Read `source` and compare it with the record. `alliance` is a slug; `edits` are texts that a person corrected.

    Without `alliance` the one that follows the document is taken, where there is just one; without `edits` what was
    corrected when this very file was accepted before. Raises SourceRefused for what is no such document, InvalidValue
    for an unknown alliance and for what the record could not hold.
    """
    reading = layouts.read(source, layout)
    documents = [_known(row) for row in Document.objects.prefetch_related("recommendations")]
    reading = verdicts.settle(reading, source, documents, document)
    edits = _corrected_before(source, reading) if edits is None else edits
    reading = verdicts.correct(reading, edits)
    follower = _follower(reading.parts[0].code, alliance)
    codes = {part.code for part in reading.parts}
    _refuse_archived(codes)
    known = {row.code: row for row in documents if row.code in codes}
    _refuse_unstorable(reading, known)
    if follower is not None:
        _refuse_another_state(reading, follower)
        known = {code: _with_replies(row, follower) for code, row in known.items()}
    judged = verdicts.judge(reading, known, edits)
    # Whoever follows a document follows all of it; an annex only where that was asked for.
    opens = frozenset(codes if alliance else {reading.parts[0].code}) if follower else frozenset[str]()
    return Preview(
        source,
        reading,
        judged,
        [*verdicts.missing(reading, known), *_long_headings(reading, known)],
        follower,
        new_notes=_new_notes(reading, follower) if follower else 0,
        opens=opens,
        new_items=_new_items(reading, known, follower, opens) if follower else 0,
        left_out=follower is None and (bool(reading.notes) or _has_replies(reading)),
        edits=edits,
    )


def _corrected_before(source: Source, reading: Reading) -> dict[str, str]:
    """Return what was corrected when this very file was last accepted for the same documents: it stays corrected."""
    codes = [part.code for part in reading.parts]
    accepted = DocumentImport.objects.filter(sha256=source.sha256, state=ImportState.ACCEPTED)
    before = next((row for row in accepted if row.documents == codes), None)
    return dict(before.edits) if before else {}


def accepted_before(source: Source) -> DocumentImport | None:
    """Return the latest import of this very file that was accepted, or None."""
    return DocumentImport.objects.filter(sha256=source.sha256, state=ImportState.ACCEPTED).first()


def known_notes(document_code: str, alliance: Alliance) -> dict[int, Evidence]:
    """Return {number: evidence} of the document's notes that the alliance has."""
    found = Evidence.objects.filter(alliance=alliance, cited_in__code=document_code)
    return {row.note: row for row in found.select_related("alliance", "document", "cited_in") if row.note is not None}


def state_replies(document_code: str, alliance: Alliance) -> dict[str, Update]:
    """Return {reference: the State's reply to that point as the record has it from the source}.

    Of a statement that the source's file words anew, the later one; what members correct or sum up stands beside it.
    """
    worded_anew = Update.objects.filter(corrects=OuterRef("pk"), origin=Origin.SOURCE)
    said = Update.objects.filter(
        ~Exists(worded_anew),
        alliance=alliance,
        item__recommendation__document__code=document_code,
        place_document__code=document_code,
        perspective=Perspective.STATE,
        origin=Origin.SOURCE,
        state=UpdateState.PUBLISHED,
    )
    related = ("alliance", "quotation__alliance", "item__recommendation__document")
    return {row.item.recommendation.reference: row for row in said.select_related(*related).order_by("pk")}


def _refuse_archived(codes: set[str]) -> None:
    gone = Document.objects.filter(code__in=codes).exclude(archived_on=None).values_list("code", flat=True).first()
    if gone is not None:
        raise InvalidValue(
            _("The catalogue had “%(code)s” and no longer follows it. Give this document a code of its own.")
            % {"code": gone}
        )


def _refuse_unstorable(reading: Reading, known: Mapping[str, Known]) -> None:
    """Refuse a document that cannot be created, before anybody spends time on looking at its points."""
    for part in reading.parts:
        if part.code in known:
            continue
        if not part.published_on:
            raise SourceRefused(
                _("The file does not say when “%(title)s” was published. Add the line with its date, and try again.")
                % {"title": part.title}
            )
        if len(part.code) > _CODE_MOST or slug_re.fullmatch(part.code) is None:
            raise InvalidValue(
                _("“%(code)s” is no code of a document: give it one of at most 40 letters, digits and hyphens.")
                % {"code": part.code}
            )


def _refuse_another_state(reading: Reading, follower: Alliance) -> None:
    """Refuse replies for an alliance of another country: what is published as a State's word is not taken back."""
    if not _has_replies(reading):
        return
    if follower.duty_bearer_id is None:
        raise InvalidValue(
            _("%(alliance)s has no State as its duty bearer: name it first, then import the replies.")
            % {"alliance": follower}
        )
    about, country = reading.parts[0].about, " ".join(texts(follower.country_name).values())
    words = [word[:_STEM] for word in fold(about).split() if len(word) >= _STEM]
    if words and not any(word in fold(country) for word in words):
        raise InvalidValue(
            _("The replies are those of %(country)s. %(alliance)s follows another country: choose its own alliance.")
            % {"country": about, "alliance": follower}
        )


def _has_replies(reading: Reading) -> bool:
    return any(point.reply for point in reading.points)


def _long_headings(reading: Reading, known: Mapping[str, Known]) -> list[Doubt]:
    """Return a doubt for each heading of a new document that is none by its length."""
    first: dict[str, int] = {}
    for point in reading.points:
        if point.document_code not in known:
            for heading in point.section:
                if not is_heading(heading):
                    first.setdefault(heading, point.line)
    return [Doubt("heading_long", line, heading[:60]) for heading, line in first.items()]


def _known(document: Document) -> Known:
    return Known(
        code=document.code,
        kind=document.kind,
        published_on=document.published_on,
        titles=" ".join(texts(document.title).values()),
        scan_sha256=document.scan_sha256,
        wordings={row.reference: row.wording for row in _in_use(document)},
    )


def _in_use(document: Document) -> list[Recommendation]:
    rows = [row for row in document.recommendations.all() if row.archived_on is None]
    return sorted(rows, key=lambda row: row.position)


def _with_replies(known: Known, alliance: Alliance) -> Known:
    said = state_replies(known.code, alliance)
    quoted = {reference: row.quotation.text for reference, row in said.items() if hasattr(row, "quotation")}
    return replace(known, replies=quoted)


def _follower(document_code: str, slug: str) -> Alliance | None:
    if slug:
        alliance = Alliance.objects.filter(slug=slug).first()
        if alliance is None:
            there = ", ".join(Alliance.objects.values_list("slug", flat=True))
            raise InvalidValue(
                _("There is no alliance “%(slug)s”. There are: %(there)s.") % {"slug": slug, "there": there or "–"}
            )
        return alliance
    following = Alliance.objects.filter(items__recommendation__document__code=document_code, is_demo=False).distinct()
    found = list(following[:2])
    return found[0] if len(found) == 1 else None


def _new_notes(reading: Reading, follower: Alliance) -> int:
    known = known_notes(reading.parts[0].code, follower)
    return sum(note.number not in known for note in reading.notes)


def _new_items(reading: Reading, known: Mapping[str, Known], follower: Alliance, opens: frozenset[str]) -> int:
    """Return how many points the alliance would begin to follow: those of new documents, and known ones it has not."""
    new = sum(point.document_code in opens - set(known) for point in reading.points)
    points = Recommendation.objects.filter(document__code__in=opens, archived_on=None)
    return new + points.exclude(items__alliance=follower).count()
