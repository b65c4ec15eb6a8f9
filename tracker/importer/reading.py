"""What a layout reads from a document: points with their words and place, and what was doubtful about them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

from tracker.choices import Addressee

# Why a careful reader would look again. Codes are stored with an import; sentences are translated when shown.
DOUBTS = {
    "stray_figure": _("A stray figure “%(about)s” stood before the text and was left out."),
    "bold": _("The scan set this in bold, as if it was a heading: compare its first words with the source."),
    "doubled": _("The same text stands twice; it was read once."),
    "no_mark": _("The list mark is missing; it was read as a point of its own, as the one before is complete."),
    "number_missing": _("The number is missing; it is taken to be %(about)s, which no other point has."),
    "repeated": _("The number %(about)s stands again with another text; the second is kept as part of the first."),
    "gap": _("No point %(about)s was found, though its neighbours were."),
    "unfinished": _("The text ends without a full stop; its end may be missing or stand elsewhere."),
    "odd_start": _("The text begins in the middle of a sentence; its beginning may be missing or stand elsewhere."),
    "loose_text": _("Text that belongs to no point by its place was kept with this one: “%(about)s”"),
    "heading_unknown": _("“%(about)s” was read as a heading, though this layout does not know it."),
    "heading_again": _("The heading “%(about)s” stands twice; it was read once."),
    "no_heading": _("No heading stands above this point; it was put under the one before."),
    "no_reply": _("A reply is expected here and none was found."),
    "reply_unplaced": _("A reply names no question that was found: it was kept with %(about)s."),
    "address_missing": _("The note speaks of an address, and none could be read."),
    "date_missing": _("The day of access could not be read: “%(about)s”."),
    "part_missing": _("The document speaks of %(about)s, and none of it was found."),
    "count": _("%(about)s: from the first difference on, numbers may have moved."),
    "unknown_reference": _("The catalogue has no point %(about)s in this document: it was not imported."),
    "heading_long": _("“%(about)s” is too long for a heading: the public reads a number in its place."),
    "not_found": _("The catalogue has %(about)s, and this file has not."),
    "joined": _("A page break stands here; what follows it was joined with the text before, which has no end."),
    "address_guessed": _("The web address has a blank where a sign is lost; it was taken to be “_”: “%(about)s”."),
    "date_odd": _("The day of access, %(about)s, is years away from those of the other notes."),
    "footnote": _("A note from the foot of a page was left out: “%(about)s”"),
    "note_inside": _("A note from the foot of a page may stand within this text."),
    "left_out": _("“%(about)s” was left out: by its place it belongs to no point."),
    "addressee_unknown": _("Whom “%(about)s” asks is not known; it was taken to be States."),
    "page_break": _("A page break stands between two sentences here: what was read as two points may be one."),
}

# What is longer, or asks a question, is more likely a sentence of the document than one of its headings.
HEADING_MOST = 120

# How a file of points names whom a point asks; the codes are ours, these are the words of its readers.
ADDRESSEE_WORDS = {
    Addressee.STATES: "states",
    Addressee.PRIVATE_SECTOR: "private sector, employers' and workers' organisations",
    Addressee.CRC_COMMITTEE: "Committee on the Rights of the Child",
    Addressee.TREATY_BODIES: (
        "other UN treaty bodies, special procedures, special representatives and regional mechanisms"
    ),
    Addressee.HUMAN_RIGHTS_COUNCIL: "Human Rights Council",
    Addressee.UN_RAPPORTEURS: "UN special representatives and rapporteurs",
    Addressee.UN_AGENCIES_NGOS: "UN agencies, NGOs and human rights institutions",
    Addressee.FINANCIAL_INSTITUTIONS: "international financial institutions",
    Addressee.RELIGIOUS_COMMUNITIES: "religious communities",
    Addressee.CONGRESS_PARTICIPANTS: "participants of the World Congress",
}


def is_heading(text: str) -> bool:
    """Tell whether a heading that was read can be one."""
    return len(text) <= HEADING_MOST and not text.endswith("?")


@dataclass(frozen=True)
class Source:
    """A file as text: `lines` without their ends, the first of them line 1."""

    name: str
    size: int
    sha256: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Doubt:
    """One reason to look again, at a line of the file, or 0 for the whole.

    `code` is one of DOUBTS; `about` is put into its sentence.
    """

    code: str
    line: int
    about: str = ""

    def __str__(self) -> str:
        if not self.line:
            return self.reason
        return str(_("Line %(line)s: %(reason)s") % {"line": self.line, "reason": self.reason})

    @property
    def reason(self) -> str:
        """Return the sentence in the active language."""
        return str(DOUBTS[self.code]) % {"about": self.about}


@dataclass(frozen=True)
class Point:
    """One point as the document words it. `line` is where it starts; `deadline` is a partial date or empty.

    `document_code` names the part of the file that it belongs to. `components` are (letter, text) of its sub-points.
    `reply` is None where the document holds no replies or this point has none.
    """

    document_code: str
    reference: str
    section: tuple[str, ...]
    text: str
    line: int
    kind: str
    area: str
    addressee: str = Addressee.STATES.value
    deadline: str = ""
    page: str = ""
    attributes: Mapping[str, Any] = field(default_factory=dict)
    components: tuple[tuple[str, str], ...] = ()
    reply: str | None = None
    reply_line: int = 0
    doubts: tuple[Doubt, ...] = ()

    @property
    def wording(self) -> str:
        """Return the whole of the point's own words: its text, and each sub-point on a line of its own."""
        return "\n".join([self.text, *(f"{letter}) {text}" for letter, text in self.components)])


@dataclass(frozen=True)
class Part:
    """One document that a file holds. `code` is a proposal; `about` (a country, say) finds the one that is known."""

    code: str
    kind: str
    title: str
    published_on: str
    publisher: str
    about: str = ""
    language: str = "en"


@dataclass(frozen=True)
class Note:
    """One endnote: what it cites, on its own line of the list. `kind` is a kind of evidence."""

    number: int
    text: str
    line: int
    kind: str
    address: str = ""
    accessed_on: str = ""
    doubts: tuple[Doubt, ...] = ()


@dataclass(frozen=True)
class TreatyRow:
    """One row of a table of treaties: `ratified` is a year, or empty where the State is said to be no party."""

    title: str
    ratified: str
    reports: tuple[str, ...]
    line: int


@dataclass(frozen=True)
class CardCell:
    """One square of a progress card; colours do not survive a scan, stars may."""

    goal: str
    indicator: str
    star: bool
    line: int


@dataclass(frozen=True)
class Reading:
    """Everything that a layout read from one file; the first part is the one the file is about."""

    layout: str
    parts: tuple[Part, ...]
    points: tuple[Point, ...]
    notes: tuple[Note, ...] = ()
    treaties: tuple[TreatyRow, ...] = ()
    card: tuple[CardCell, ...] = ()
    # The day of the replies, a partial date; empty where the document holds none.
    replied_on: str = ""
    doubts: tuple[Doubt, ...] = ()

    @property
    def title(self) -> str:
        """Return the title of the document that the file is about."""
        return self.parts[0].title
