"""A reading beside what the record has: what is new, the same, changed or doubtful. No database."""

import dataclasses
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from tracker.errors import SourceRefused
from tracker.importer.reading import ADDRESSEE_WORDS, Doubt, Part, Point, Reading, Source

NEW, SAME, CHANGED, DOUBTFUL = "new", "same", "changed", "doubtful"
# A known document of which less than this share is found was cut or is another one.
_LEAST_FOUND = 2 / 3
# A reference that a layout counted within its section, as the document prints no number.
_COUNTED = re.compile(r"(.+)-[0-9]+")


@dataclass(frozen=True)
class Known:
    """One document of the record. `wordings` is {reference: the source's wording, empty where none is stored yet},
    `replies` {reference: the stored wording of the reply}, or None where no alliance is to record replies.
    """

    code: str
    kind: str
    published_on: str
    titles: str
    scan_sha256: str
    wordings: Mapping[str, str]
    replies: Mapping[str, str] | None = None


@dataclass(frozen=True)
class Judged:
    """A point with its verdict. `imports` is false for what the record has no place for."""

    point: Point
    verdict: str
    doubts: tuple[Doubt, ...]
    imports: bool = True


def settle(reading: Reading, source: Source, known: Sequence[Known], document: str = "") -> Reading:
    """Return `reading` with the codes of the documents that the record knows its parts under.

    `document` names the one that the file is about, whatever the file says. Raises SourceRefused where that is another
    kind of document, and where neither the file nor `document` tells it from another one.
    """
    codes = {part.code: _code(part, source, known) for part in reading.parts}
    first = reading.parts[0]
    if document:
        _refuse_another_kind(reading, known, document)
        codes[first.code] = document
    elif not first.about and any(each.code == first.code and each.scan_sha256 != source.sha256 for each in known):
        raise SourceRefused(
            _("The file does not say what it is about, and may be “%(document)s” or another: name the document's code.")
            % {"document": first.code}
        )
    return dataclasses.replace(
        reading,
        parts=tuple(dataclasses.replace(part, code=codes[part.code]) for part in reading.parts),
        points=tuple(dataclasses.replace(point, document_code=codes[point.document_code]) for point in reading.points),
    )


def _refuse_another_kind(reading: Reading, known: Sequence[Known], document: str) -> None:
    first, *others = reading.parts
    kinds = {each.code: each.kind for each in known} | {other.code: other.kind for other in others}
    if kinds.get(document, first.kind) != first.kind:
        raise SourceRefused(
            _("“%(document)s” is another kind of document than this file. Name the one that the file is about.")
            % {"document": document}
        )


def _code(part: Part, source: Source, known: Iterable[Known]) -> str:
    alike = [document for document in known if document.kind == part.kind]
    sure = (each.code for each in alike if each.scan_sha256 == source.sha256 or (part.about and each.code == part.code))
    named = (each.code for each in alike if _is_about(part, each))
    return next(sure, None) or next(named, part.code)


def _is_about(part: Part, document: Known) -> bool:
    """Tell whether a document of the same year names what the part is about in whole words: Niger is not Nigeria."""
    if not part.about or document.published_on[:4] != part.published_on[:4]:
        return False
    return re.search(rf"\b{re.escape(part.about)}\b", document.titles, re.I) is not None


def correct(reading: Reading, edits: Mapping[str, str]) -> Reading:
    """Return `reading` with the texts that a person corrected, {"document reference": text}."""
    return dataclasses.replace(
        reading,
        points=tuple(
            dataclasses.replace(point, text=edits[key(point)]) if key(point) in edits else point
            for point in reading.points
        ),
    )


def key(point: Point) -> str:
    """Return how a point is named among all points of a file."""
    return f"{point.document_code} {point.reference}"


def judge(reading: Reading, known: Mapping[str, Known], edits: Mapping[str, str] | None = None) -> list[Judged]:
    """Return every point with its verdict, in the order of the file.

    A text that a person corrected is no longer doubtful. Raises SourceRefused where a good part of a known document is
    missing: the file was cut, or it is another document.
    """
    for part in reading.parts:
        if part.code in known:
            _refuse_cut(reading, known[part.code])
    counts = _counts(reading, known)
    return [
        _judge(point, known.get(point.document_code), () if key(point) in (edits or {}) else _doubts(point, counts))
        for point in reading.points
    ]


def _counts(reading: Reading, known: Mapping[str, Known]) -> dict[tuple[str, str], str]:
    """Return {(document, section of counted references): both counts} where the reading and the record differ."""
    found = Counter((point.document_code, _series(point.reference)) for point in reading.points)
    stored = Counter((code, _series(reference)) for code, document in known.items() for reference in document.wordings)
    return {
        place: f"{place[1]} {count} ≠ {stored[place]}"
        for place, count in found.items()
        if place[1] and stored[place] not in (0, count)
    }


def _series(reference: str) -> str:
    counted = _COUNTED.fullmatch(reference)
    return counted[1] if counted else ""


def _doubts(point: Point, counts: Mapping[tuple[str, str], str]) -> tuple[Doubt, ...]:
    about = counts.get((point.document_code, _series(point.reference)))
    return (*point.doubts, Doubt("count", point.line, about)) if about else point.doubts


def _judge(point: Point, known: Known | None, doubts: tuple[Doubt, ...]) -> Judged:
    if known is None:
        return Judged(point, DOUBTFUL if doubts else NEW, doubts)
    if point.reference not in known.wordings:
        doubt = Doubt("unknown_reference", point.line, point.reference)
        return Judged(point, DOUBTFUL, (*doubts, doubt), imports=False)
    stored = known.wordings[point.reference]
    # Where no alliance is to record replies, none differs.
    replied = (known.replies or {}).get(point.reference, "")
    reply_differs = bool(point.reply) and known.replies is not None and replied != point.reply
    if stored and stored == point.wording and not reply_differs:
        return Judged(point, SAME, doubts)
    if doubts:
        return Judged(point, DOUBTFUL, doubts)
    changed = (stored and stored != point.wording) or (replied and reply_differs)
    return Judged(point, CHANGED if changed else NEW, doubts)


def _refuse_cut(reading: Reading, known: Known) -> None:
    found = {point.reference for point in reading.points if point.document_code == known.code}
    missing = [reference for reference in known.wordings if reference not in found]
    cut = bool(found) or reading.parts[0].code == known.code
    if cut and len(missing) > len(known.wordings) * (1 - _LEAST_FOUND):
        raise SourceRefused(
            _(
                "Of %(document)s the catalogue has %(all)s points, and this file only %(found)s of them. It was cut, "
                "or it is another document: import the whole file, or give the other document a code of its own."
            )
            % {"document": known.code, "all": len(known.wordings), "found": len(known.wordings) - len(missing)}
        )


def missing(reading: Reading, known: Mapping[str, Known]) -> list[Doubt]:
    """Return what the record has of the documents in the file and the file has not."""
    found = {(point.document_code, point.reference) for point in reading.points}
    return [
        Doubt("not_found", 0, f"{part.code} {reference}")
        for part in reading.parts
        for reference in (known[part.code].wordings if part.code in known else ())
        if (part.code, reference) not in found
    ]


def as_json(reading: Reading, source: Source, judged: Sequence[Judged], doubts: Sequence[Doubt]) -> dict[str, Any]:
    """Return what was read as plain values; docs/importing.md describes every field."""
    return {
        "document": {
            "title": reading.title,
            "format": "text",
            "layout": reading.layout,
            "sha256": source.sha256,
        },
        "points": [_point(entry) for entry in judged],
        "counts": {"points": len(judged), "with_warnings": sum(bool(entry.doubts) for entry in judged)},
        "warnings": [str(doubt) for doubt in (*reading.doubts, *doubts)],
        "notes": [
            {
                "number": note.number,
                "text": note.text,
                "kind": note.kind,
                "address": note.address,
                "accessed_on": note.accessed_on,
                "line": note.line,
                "warnings": [str(doubt) for doubt in note.doubts],
            }
            for note in reading.notes
        ],
        "treaties": [dataclasses.asdict(row) for row in reading.treaties],
        "card": [dataclasses.asdict(cell) for cell in reading.card],
    }


def _point(judged: Judged) -> dict[str, Any]:
    point = judged.point
    return {
        "document_code": point.document_code,
        "reference": point.reference,
        "section": list(point.section),
        "addressee": ADDRESSEE_WORDS.get(point.addressee, point.addressee),  # type: ignore[call-overload]
        "deadline": point.deadline or None,
        "text": point.text,
        "line": point.line,
        "page": point.page or None,
        "attributes": dict(point.attributes),
        "components": [{"letter": letter, "text": text} for letter, text in point.components],
        "reply": point.reply,
        "verdict": judged.verdict,
        "warnings": [str(doubt) for doubt in judged.doubts],
    }
