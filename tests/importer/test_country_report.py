"""Country reports: every row of the source text, and what scanning does to a list of priority actions."""

from functools import cache
from typing import Any

import pytest

from tests.sources import SOURCES, TEXTS, expected, needs_sources
from tracker.importer.layouts import country_report
from tracker.importer.reading import ADDRESSEE_WORDS, Doubt, Part, Point, Reading, Source
from tracker.importer.source import read_bytes, read_file

HEAD = """
RURITANIA AND THE ISLES

Copyright © 2031, ECPAT International (1st Edition)

CONTENTS

Agenda for Action	1
Prevention	2
Priority Actions Required	7
Endnotes	10

PREVENTION

Lighthouses are whitewashed every spring. This has nothing to do with CSEC.

Bakers open early.

- Rye bread is sold first.

PROTECTION

Harbours are closed at night.
"""
ACTIONS = """
National plan of action

- Write a plan, with dates and with money, and print it for every village of the Isles.
- Name an office that answers for it.

Prevention

- Teach children whom they can ask for help. Ask teachers what they need.
- Train drivers of coaches by 2033, beginning with those who cross the border of Ruritania.

- Pay for research on what works.

Child participation

- Hear children before a law is written (and afterwards).
"""
END = """
ENDNOTES

- Ministry of Bread. On bread. 2030.
"""
TEXT = HEAD + ACTIONS + END


def _source(text: str) -> Source:
    return read_bytes(text.encode(), "report.txt")


def _read(text: str) -> Reading:
    return country_report.read(_source(text))


def _damaged(old: str, new: str) -> Reading:
    assert ACTIONS.count(old) == 1
    return _read(HEAD + ACTIONS.replace(old, new) + END)


def _words(points: tuple[Point, ...]) -> dict[str, tuple[str, str]]:
    return {point.reference: (point.section[0], point.text) for point in points}


def _doubts(reading: Reading) -> dict[str, list[str]]:
    return {point.reference: [doubt.code for doubt in point.doubts] for point in reading.points if point.doubts}


WHOLE = {
    "NPA-1": (
        "National plan of action",
        "Write a plan, with dates and with money, and print it for every village of the Isles.",
    ),
    "NPA-2": ("National plan of action", "Name an office that answers for it."),
    "PREV-1": ("Prevention", "Teach children whom they can ask for help. Ask teachers what they need."),
    "PREV-2": (
        "Prevention",
        "Train drivers of coaches by 2033, beginning with those who cross the border of Ruritania.",
    ),
    "PREV-3": ("Prevention", "Pay for research on what works."),
    "PART-1": ("Child participation", "Hear children before a law is written (and afterwards)."),
}


@cache
def _report() -> Reading:
    return country_report.read(read_file(SOURCES / TEXTS[0]))


def _rows() -> list[dict[str, Any]]:
    if not SOURCES.is_dir():
        return []
    found = expected()
    return [*found["priority_actions"]["items"], *found["rio_commitments"]["items"]]


@needs_sources
@pytest.mark.parametrize("row", _rows(), ids=lambda row: row["reference"])
def test_country_report_agrees_with_a_careful_reader(row: dict[str, Any]) -> None:
    (point,) = [point for point in _report().points if point.reference == row["reference"]]
    words = point.text.split()

    assert {
        "section": point.section,
        "line": point.line,
        "words": len(words),
        "first": " ".join(words[:3]),
        "last": " ".join(words[-3:]),
        "deadline": point.deadline,
        "addressee": ADDRESSEE_WORDS[point.addressee],  # type: ignore[index]
    } == {
        "section": tuple(filter(None, (row["section"], row.get("subsection")))),
        "line": row["line"],
        "words": row["words"],
        "first": row["first"],
        "last": row["last"],
        "deadline": row.get("deadline", ""),
        "addressee": row.get("addressee", "states"),
    }


@needs_sources
def test_country_report_finds_the_points_of_the_source_in_order_and_no_others() -> None:
    references = [point.reference for point in _report().points]

    assert references == [row["reference"] for row in _rows()]


@needs_sources
def test_country_report_doubts_the_two_damaged_points_of_the_source_alone() -> None:
    doubts = {point.reference: point.doubts for point in _report().points if point.doubts}

    assert doubts == {"PROT-16": (Doubt("stray_figure", 575, "2"),), "PART-1": (Doubt("bold", 579),)}


@needs_sources
def test_country_report_names_the_documents_of_the_source() -> None:
    assert [(part.code, part.kind, part.published_on, part.about) for part in _report().parts] == [
        ("ecpat-russian-federation-2012", "monitoring_report", "2012", "Russian Federation"),
        ("rio-2008", "declaration", "2008-11-28", "Rio de Janeiro Declaration"),
    ]


@needs_sources
def test_country_report_fits_its_source_and_not_the_questionnaire() -> None:
    assert [country_report.fits(read_file(SOURCES / name)) for name in TEXTS] == [True, False]


def test_country_report_reads_actions_under_their_headings() -> None:
    reading = _read(TEXT)

    assert _words(reading.points) == WHOLE
    assert _doubts(reading) == {}
    assert reading.doubts == ()
    assert reading.parts == (
        Part(
            code="ecpat-ruritania-and-the-isles-2031",
            kind="monitoring_report",
            title="Country monitoring report: Ruritania and the Isles",
            published_on="2031",
            publisher="ECPAT International",
            about="Ruritania and the Isles",
        ),
    )


def test_country_report_gives_points_their_kind_area_line_and_deadline() -> None:
    points = _read(TEXT).points

    assert [(point.kind, point.area, point.addressee, point.deadline) for point in points] == [
        ("priority_action", "national_plan", "states", ""),
        ("priority_action", "national_plan", "states", ""),
        ("priority_action", "prevention", "states", ""),
        ("priority_action", "prevention", "states", "2033"),
        ("priority_action", "prevention", "states", ""),
        ("priority_action", "participation", "states", ""),
    ]
    lines = TEXT.split("\n")
    assert all(lines[point.line - 1] == f"- {point.text}" for point in points)


CUT = "those who cross the border of Ruritania"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (f" {CUT}", f"\n\n- {CUT}"),
        (f" {CUT}", f"\n\n{CUT}"),
        (f" {CUT}", f"\n{CUT}"),
        (f" {CUT}", f"\n\n34\n\n- {CUT}"),
        (f" {CUT}", f"\n\nAGENDA FOR ACTION\n\n- {CUT}"),
        (f" {CUT}", f"\n\n12 Ruritania and the Isles\n\n{CUT}"),
        (f" {CUT}", f"\n\nON LIGHTHOUSES AND BREAD\n{CUT}"),
        (f" {CUT}", f"\n^{{*}} A note on coaches, see http://example.org/coaches\n- {CUT}"),
        (f" {CUT}", f"\n\n^{{*}} A note on coaches,\n\n- see http://example.org/coaches\n\n- {CUT}"),
        ("border of Ruritania.", "border of\n\n- Ruritania."),
        ("- Train drivers", "- Train\n\n- drivers"),
        ("- Train drivers", "-\n\n- Train drivers"),
        ("National plan of action", "National plan\nof action"),
        ("National plan of action", "National\n\nplan of\n\naction"),
        ("Child participation", "Child\n\nCOASTS AND HARBOURS\n\nparticipation"),
        ("Child participation", "# **Child participation**"),
        ("- Name an office", "- **Name** an <u>office</u>"),
        ("answers for it.", "answers for it.¹"),
        ("answers for it.", "answers for it.\n^{3} Offices close at noon."),
        ("- Hear", "-Hear"),
        ("Child participation", "Child\n\nThe Lighthouses of Ruritania\n\nparticipation"),
        ("Child participation", "Child\n\nLighthouses\n\nparticipation"),
        ("answers for it.", "answers for it.\n\nRURITANIA\n"),
        ("answers for it.", "answers for it.\n\nANNEX\n"),
        ("answers for it.", "answers for it.\n\nEndnotes\n"),
    ],
)
def test_country_report_reads_past_what_scanning_leaves(old: str, new: str) -> None:
    reading = _damaged(old, new)

    assert _words(reading.points) == WHOLE
    assert _doubts(reading) == {}


@pytest.mark.parametrize(
    ("old", "new", "doubts"),
    [
        ("- Name an", "Name an", {"NPA-2": ["no_mark"]}),
        ("- Write a", "Write a", {"NPA-1": ["no_mark"]}),
        ("- Pay", "- 3 Pay", {"PREV-3": ["stray_figure"]}),
        ("- Name an office that answers for it.", "- **Name an office that answers for it.**", {"NPA-2": ["bold"]}),
        ("- Pay for research on what works.", "- Pay for research on what works.\n\n" * 2, {"PREV-3": ["doubled"]}),
        ("(and afterwards).", "(and afterwards).\n- Pay for research on what works.", {"PREV-3": ["doubled"]}),
        (f" {CUT}", f"\n\nThe Harbours of the Isles\n\n- {CUT}", {"PREV-2": ["left_out"]}),
        (f" {CUT}", f"\n\n^{{*}} A note on\n\n- {CUT}", {"PREV-2": ["loose_text"]}),
        (f" {CUT}", f"\n\nRURITANIA\n\n- {CUT}", {"PREV-2": ["left_out"]}),
        (f" {CUT}", f"\n\nRecommendations\n\n{CUT}", {"PREV-2": ["left_out"]}),
        (f" {CUT}", f"\n\nANNEX\n\n- {CUT}", {"PREV-2": ["left_out"]}),
        ("\n- Name an office", "\n* Name an office", {"NPA-2": ["note_inside"]}),
        ("- Name an office", "- ² Name an office", {"NPA-2": ["stray_figure"]}),
        (f" {CUT}.", f"\n{CUT}.\n\n37\n\n{CUT}.", {"PREV-2": ["doubled"]}),
        (f" {CUT}.", f" {CUT}.\n\n- {CUT}.", {"PREV-2": ["doubled"]}),
    ],
)
def test_country_report_warns_of_what_it_mended(old: str, new: str, doubts: dict[str, list[str]]) -> None:
    reading = _damaged(old, new)

    assert _words(reading.points) == WHOLE
    assert _doubts(reading) == doubts


@pytest.mark.parametrize(
    ("old", "new", "reference", "doubt"),
    [
        ("with money, and print it for every village of the Isles.", "with", "NPA-1", "joined"),
        ("(and afterwards).", "(and afterwards)", "PART-1", "unfinished"),
        ("- Write a plan", "- a plan", "NPA-1", "odd_start"),
        ("a plan, with", "a plan, ^{*} Plans are maps. with", "NPA-1", "note_inside"),
    ],
)
def test_country_report_warns_of_what_it_cannot_mend(old: str, new: str, reference: str, doubt: str) -> None:
    assert doubt in _doubts(_damaged(old, new)).get(reference, [])


def test_country_report_reads_lists_without_full_stops() -> None:
    plain = ACTIONS.replace(".\n", "\n")

    reading = _read(HEAD + plain + END)

    assert _words(reading.points) == {reference: (section, text[:-1]) for reference, (section, text) in WHOLE.items()}
    assert _doubts(reading) == {}


def test_country_report_reads_lists_that_are_marked_with_stars() -> None:
    reading = _read(HEAD + ACTIONS.replace("- ", "* ") + END)

    assert _words(reading.points) == WHOLE
    assert _doubts(reading) == {}


def test_country_report_reads_lists_in_small_letters() -> None:
    reading = _damaged(
        "- Hear children before a law is written (and afterwards).",
        "- hear children;\n- hear teachers; and\n- hear bakers.",
    )

    assert [point.text for point in reading.points[-3:]] == ["hear children;", "hear teachers; and", "hear bakers."]


TITLED = f"\nPRIORITY ACTIONS REQUIRED\n{ACTIONS}"


@pytest.mark.parametrize("mark", ["- ", "• ", "1. ", ""])
def test_country_report_begins_below_the_title_of_the_list(mark: str) -> None:
    body = "\nPrevention\n\n- Doors are locked.\n- Boats are counted.\n"

    reading = _read(HEAD + body + TITLED.replace("- ", mark) + END)

    assert _words(reading.points) == WHOLE
    assert {doubt for codes in _doubts(reading).values() for doubt in codes} == (set() if mark else {"no_mark"})
    assert reading.doubts == ()


def test_country_report_takes_a_title_that_stands_again_for_a_running_head() -> None:
    reading = _read(HEAD + TITLED.replace("Child part", "PRIORITY ACTIONS REQUIRED\n\nChild part") + END)

    assert _words(reading.points) == WHOLE


def test_country_report_goes_back_to_a_heading_that_stands_again() -> None:
    reading = _damaged("- Pay", "National plan of action\n\n- Bake bread.\n- Pay")

    assert [point.reference for point in reading.points] == [
        "NPA-1",
        "NPA-2",
        "PREV-1",
        "PREV-2",
        "NPA-3",
        "NPA-4",
        "PART-1",
    ]
    assert _doubts(reading) == {"NPA-3": ["heading_again"], "NPA-4": ["heading_again"]}


def test_country_report_tells_of_figured_lines_that_it_leaves_out() -> None:
    reading = _damaged("- Name", "² Close the harbours.\n- Name")

    assert _words(reading.points) == WHOLE
    assert [doubt.about for doubt in reading.doubts if doubt.code == "footnote"] == ["² Close the harbours."]


def test_country_report_ends_at_an_annex_with_a_number() -> None:
    reading = _read(HEAD + ACTIONS + "\nAnnex 1: Those who helped\n\n- A baker.\n" + END)

    assert _words(reading.points) == WHOLE
    assert _doubts(reading) == {}


def test_country_report_does_not_begin_the_annex_at_a_running_head() -> None:
    reading = _damaged(f" {CUT}", f"\n\nC. Call for Action\n\n- {CUT}")

    assert [point.reference for point in reading.points] == list(WHOLE)
    assert set(_doubts(reading)) == {"PREV-2"}


def test_country_report_without_the_annex_of_its_contents_list_says_so() -> None:
    reading = _read(TEXT.replace("Endnotes	10", "Annex	10"))

    assert _words(reading.points) == WHOLE
    assert reading.doubts == (Doubt("part_missing", 0, "Annex"),)


def test_country_report_joins_a_sentence_that_points_back() -> None:
    reading = _damaged("Ask teachers what", "\n\n- This holds for teachers too. Ask what")

    assert _doubts(reading) == {"PREV-1": ["joined"]}

    assert _words(reading.points)["PREV-1"][1] == (
        "Teach children whom they can ask for help. This holds for teachers too. Ask what they need."
    )


def test_country_report_doubts_breaks_between_sentences_that_the_contents_list_has_no_page_for() -> None:
    text = (HEAD + ACTIONS + END).replace("Endnotes	10", "Endnotes	9")

    reading = _read(text.replace("help. Ask", "help.\n\n- Ask"))

    assert [point.reference for point in reading.points if point.section == ("Prevention",)] == [
        "PREV-1",
        "PREV-2",
        "PREV-3",
        "PREV-4",
    ]
    assert set(_doubts(reading)) == {"PREV-1", "PREV-2", "PREV-3", "PREV-4"}
    assert {code for codes in _doubts(reading).values() for code in codes} == {"page_break"}


def test_country_report_makes_a_section_of_an_unknown_heading() -> None:
    reading = _damaged(
        "Child participation", "Lighthouses and harbours\n\n- Light them.\n- Keep them.\n\nChild participation"
    )

    assert _words(reading.points) == WHOLE | {
        "LIGH-1": ("Lighthouses and harbours", "Light them."),
        "LIGH-2": ("Lighthouses and harbours", "Keep them."),
    }
    assert _doubts(reading) == {"LIGH-1": ["heading_unknown"], "LIGH-2": ["heading_unknown"]}


def test_country_report_begins_with_an_unknown_heading_too() -> None:
    reading = _damaged("National plan of action", "Harbours first")

    assert [point.reference for point in reading.points][:3] == ["HARB-1", "HARB-2", "PREV-1"]
    assert _doubts(reading) == {"HARB-1": ["heading_unknown"], "HARB-2": ["heading_unknown"]}


def test_country_report_knows_headings_by_their_other_names() -> None:
    reading = _damaged(
        "Child participation", "RECOVERY AND REINTEGRATION\n\n- Open a house.\n\nCHILD AND YOUTH PARTICIPATION"
    )

    assert {reference: words[0] for reference, words in _words(reading.points).items()} == {
        **{reference: words[0] for reference, words in WHOLE.items()},
        "RECOV-1": "Recovery and reintegration",
        "PART-1": "Child and youth participation",
    }


def test_country_report_ignores_a_heading_that_stands_again() -> None:
    reading = _damaged("- Pay", "Prevention\n\n- Pay")

    assert _words(reading.points) == WHOLE
    assert [(doubt.code, doubt.about) for doubt in reading.doubts] == [("heading_again", "Prevention")]


def test_country_report_without_actions_says_so() -> None:
    reading = _read(HEAD + END)

    assert reading.points == ()
    assert reading.doubts == (Doubt("part_missing", 0, "priority actions"),)


@pytest.mark.parametrize(
    "text",
    [
        "Nothing in particular.",
        "ECPAT International wrote about CSEC.",
        "- one\n- two\n",
        "Prevention\n\n- Bake bread.\n",
    ],
)
def test_country_report_does_not_fit_other_texts(text: str) -> None:
    assert not country_report.fits(_source(text))


def test_country_report_fits_its_kind() -> None:
    assert country_report.fits(_source(TEXT))
