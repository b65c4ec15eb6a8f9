"""Country monitoring reports: priority actions under headings, the Rio Call for Action annexed, endnotes and tables."""

import re
from collections.abc import Mapping, Sequence

from django.utils.text import slugify
from django.utils.translation import gettext_lazy

from tracker.choices import DocumentKind
from tracker.importer.endnotes import read_endnotes
from tracker.importer.layouts import rio_annex, rio_outline
from tracker.importer.layouts.priority_actions import read_actions
from tracker.importer.lists import Strays, shown
from tracker.importer.reading import Doubt, Part, Point, Reading, Source
from tracker.importer.scan import Block, blocks, is_figured, tidy
from tracker.importer.tables import read_card, read_treaties

NAME = "country_report"
LABEL = gettext_lazy("Country monitoring report")

_PUBLISHER = "ECPAT International"
# A report has all of these; three tell it from other texts even where a part of it was cut off.
_MARKS = (
    "ecpat international",
    "csec",
    "priority actions required",
    "agenda for action",
    "call for action to prevent and stop sexual exploitation",
)
_LEAST_MARKS = 3

_YEAR = re.compile(r"Copyright\s*(?:©|\(c\))?\s*((?:19|20)\d\d)", re.I)
_CONTENTS = re.compile(r"\s*(priority actions|annex|endnotes)\b[^\d]{0,40}(\d{1,3})\s*", re.I)
_LONGEST_HEADING = 8
_HEAD = 120
_NEAR = 3


def fits(source: Source) -> bool:
    """Tell whether a text has the marks of these reports."""
    text = "\n".join(source.lines).casefold()
    return sum(mark in text for mark in _MARKS) >= _LEAST_MARKS


def read(source: Source) -> Reading:
    """Return the priority actions, the annexed commitments, the endnotes and the tables of a report."""
    found = blocks(enumerate(source.lines, start=1))
    report = _report(found)
    found = Strays(report.title, report.about, "Agenda for Action").left_out(found)
    annex = rio_annex.start(found)
    pages = _pages(source)
    actions, action_doubts = read_actions(report.code, found[:annex], _breaks(pages))
    commitments, annex_doubts = rio_annex.read_annex(found[annex:])
    notes, note_doubts = read_endnotes(source.lines)
    missing = [] if actions else [Doubt("part_missing", 0, "priority actions")]
    if "annex" in pages and not commitments:
        missing.append(Doubt("part_missing", 0, "Annex"))
    noted = [*_notes_among(source, actions), *_notes_among(source, commitments)]
    return Reading(
        layout=NAME,
        parts=(report, rio_outline.PART) if commitments else (report,),
        points=(*actions, *commitments),
        notes=notes,
        treaties=read_treaties(source.lines),
        card=read_card(source.lines),
        doubts=(*missing, *action_doubts, *annex_doubts, *noted, *note_doubts),
    )


def _notes_among(source: Source, points: Sequence[Point]) -> list[Doubt]:
    """Return a doubt for each line between or right below `points` that may be one of them, and no footnote."""
    if not points:
        return []
    end = min(points[-1].line + _NEAR, len(source.lines))
    lines = ((number, source.lines[number - 1]) for number in range(points[0].line, end + 1))
    return [Doubt("footnote", number, shown(tidy(line))) for number, line in lines if is_figured(line)]


def _report(found: Sequence[Block]) -> Part:
    """Return what the head of the file says about the report: its country in capitals, its year with the copyright."""
    head = found[:_HEAD]
    named: list[str] = []
    for block in head:
        if not block.text.isupper() or len(block.text.split()) > _LONGEST_HEADING:
            break
        named.append(block.text)
    country = _capitalised(" ".join(named))
    year = _YEAR.search(" ".join(block.text for block in head))
    published_on = year[1] if year else ""
    return Part(
        code="-".join(filter(None, ("ecpat", slugify(country), published_on))),
        kind=DocumentKind.MONITORING_REPORT.value,
        title=f"Country monitoring report: {country}" if country else "Country monitoring report",
        published_on=published_on,
        publisher=_PUBLISHER,
        about=country,
    )


def _capitalised(name: str) -> str:
    small = {"And", "Of", "The"}
    words = [part.capitalize() for part in name.split()]
    return " ".join(word.lower() if index and word in small else word for index, word in enumerate(words))


def _pages(source: Source) -> dict[str, int]:
    """Return the pages on which the contents list says that the parts begin."""
    found = (_CONTENTS.fullmatch(line) for line in source.lines[:_HEAD])
    return {entry[1].casefold(): int(entry[2]) for entry in found if entry}


def _breaks(pages: Mapping[str, int]) -> int | None:
    """Return how many page breaks there are within the priority actions; None if the contents list does not say."""
    start = pages.get("priority actions")
    after = [page for name, page in pages.items() if name != "priority actions"]
    return max(0, min(after) - start - 1) if start is not None and after else None
