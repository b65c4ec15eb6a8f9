"""What of a source document may identify a child, point by point: everything that importing it would store."""

from tracker.choices import Risk
from tracker.importer.verdicts import SAME, key
from tracker.queries.imports import Preview, known_notes
from tracker.queries.screening import Screening, screen

# What the whole document is called by, beside "document reference" of a point and "note 7".
WHOLE = ""


def screen_import(found: Preview) -> Screening:
    """Screen what accepting `found` would store: titles, headings, wordings, replies, notes.

    `found` of the result names points as "document reference" and notes as "note 7"; the whole document is "".
    """
    named = {WHOLE: "\n\n".join(f"{part.title}\n\n{part.publisher}" for part in found.reading.parts)}
    for entry in found.judged:
        if entry.imports and entry.verdict != SAME:
            point = entry.point
            reply = point.reply or "" if found.follower is not None else ""
            named[key(point)] = "\n\n".join([*point.section, point.wording, reply])
    if found.follower is not None:
        known = known_notes(found.reading.parts[0].code, found.follower)
        for note in found.reading.notes:
            if note.number not in known:
                named[f"note {note.number}"] = f"{note.text}\n\n{note.address}"
    return screen(named)


def by_place(screening: Screening) -> dict[str, list[Risk]]:
    """Return {point or note: what was found in it}."""
    told: dict[str, list[Risk]] = {}
    for place, risk in screening.found:
        told.setdefault(place, []).append(risk)
    return told
