"""The annexed Rio Call for Action: headings and sentences as printed, points invented."""

import pytest

from tracker.importer.layouts import rio_annex
from tracker.importer.lists import Strays
from tracker.importer.reading import ADDRESSEE_WORDS, Doubt, Point
from tracker.importer.scan import blocks

TREATIES = ("I International and Regional Instruments",)
II = "II Forms of Sexual Exploitation and its New Scenarios"
TOURISM = (II, "Sexual exploitation of children and adolescents in travel and tourism")
IV = "IV Integrated Cross-Sectoral Policies and National Plans of Action"
VI = ("VI Social Responsibility Initiatives",)
VII = ("VII Monitoring",)
FOLLOW_UP = ("Follow-up commitments",)

TEXT = """
Lighthouses

C. Call for Action

We call on all States, with the help of bakers and of the private sector, to light lamps:

I - International and Regional Instruments

- (1) Sign the treaty on lamps, and keep it.
- (2) Sign the treaty on bread, which the Bakers of the

- Isles have written for every village.

II – Forms of Sexual Exploitation and its New Scenarios

Sexual exploitation of children and adolescents in travel and tourism.

(3) Ask captains to look around. Captains see much.

IV – Integrated Cross-Sectoral Policies and National Plans of Action General

- (4) Write a plan (as

in point 1).

Prevention

- (5) Establish by 2033 a house for children.

VI - Social Responsibility Initiatives

We encourage the private sector, with captains and bakers, to:

- (6) Bake for all.

VII - Monitoring

- (7) Name somebody who counts.

We urge the Human Rights Council to:

(8) Listen to children.

C. Call for Action

- (1) We commit ourselves to three things:
- At home, to write every year.
- Abroad, to write
to each other.

(2) Keep the lamps lit.

ENDNOTES

- Ministry of Lamps.
"""

WHOLE = {
    "1": (TREATIES, "states", "Sign the treaty on lamps, and keep it."),
    "2": (
        TREATIES,
        "states",
        "Sign the treaty on bread, which the Bakers of the Isles have written for every village.",
    ),
    "3": (TOURISM, "states", "Ask captains to look around. Captains see much."),
    "4": ((IV, "General"), "states", "Write a plan (as in point 1)."),
    "5": ((IV, "Prevention"), "states", "Establish by 2033 a house for children."),
    "6": (VI, "private_sector", "Bake for all."),
    "7": (VII, "states", "Name somebody who counts."),
    "8": (VII, "human_rights_council", "Listen to children."),
    "C(1)(a)": (FOLLOW_UP, "congress_participants", "At home, to write every year."),
    "C(1)(b)": (FOLLOW_UP, "congress_participants", "Abroad, to write to each other."),
    "C(2)": (FOLLOW_UP, "congress_participants", "Keep the lamps lit."),
}


def _read(text: str) -> tuple[list[Point], list[Doubt]]:
    found = Strays("On lamps").left_out(blocks(enumerate(text.split("\n"), start=1)))
    return rio_annex.read_annex(found[rio_annex.start(found) :])


def _damaged(old: str, new: str) -> tuple[list[Point], list[Doubt]]:
    assert TEXT.count(old) == 1
    return _read(TEXT.replace(old, new))


def _words(points: list[Point]) -> dict[str, tuple[tuple[str, ...], str, str]]:
    return {point.reference: (point.section, point.addressee, point.text) for point in points}


def _doubts(points: list[Point]) -> dict[str, list[str]]:
    return {point.reference: [doubt.code for doubt in point.doubts] for point in points if point.doubts}


def test_rio_annex_reads_points_with_their_place_and_whom_they_ask() -> None:
    points, doubts = _read(TEXT)

    assert _words(points) == WHOLE
    assert _doubts(points) == {}
    assert doubts == []


def test_rio_annex_gives_points_their_kind_area_line_and_deadline() -> None:
    points, _ = _read(TEXT)

    lines = TEXT.split("\n")
    assert {point.kind for point in points} == {"commitment"}
    assert {point.document_code for point in points} == {"rio-2008"}
    assert {point.reference: point.deadline for point in points if point.deadline} == {"5": "2033"}
    assert [point.area for point in points] == [
        "law_protection",
        "law_protection",
        "prevention",
        "national_plan",
        "prevention",
        "prevention",
        "coordination",
        "coordination",
        "coordination",
        "coordination",
        "coordination",
    ]
    assert all(" ".join(point.text.split()[:3]) in lines[point.line - 1] for point in points)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("and keep it.", "and\n\n- keep it."),
        ("and keep it.", "and\n\n34\n\nkeep it."),
        ("and keep it.", "and\n\nTHE BREAD OF THE ISLES\n\n- keep it."),
        ("and keep it.", "and\n\n12 On lamps\n\n- keep it."),
        ("and keep it.", "and\n\n^{*} See http://example.org/lamps\n\n- keep it."),
        ("- (1) Sign the treaty on lamps", "- (1)\n\n- Sign the treaty on lamps"),
        ("- (1) Sign", "(1) Sign"),
        ("- (1) Sign", "- **(1)** Sign"),
        ("I - International and Regional Instruments", "I - International\n\nand Regional Instruments"),
        ("I - International and Regional Instruments", "I -\nInternational and Regional Instruments"),
        ("I - International and Regional Instruments", "International and Regional Instruments"),
        (
            "I - International and Regional Instruments",
            "I - International\n\nTHE BREAD OF THE ISLES\n\nand Regional Instruments",
        ),
        ("Plans of Action General", "Plans of Action\n\nGeneral"),
        ("Plans of Action General", "Plans\nof Action General"),
        ("in travel and tourism.", "in\ntravel and tourism."),
        ("private sector, with captains", "private\n\n- sector, with captains"),
        ("We encourage the private", "We\n\nTHE BREAD OF THE ISLES\n\nencourage the private"),
        ("- (1) We commit ourselves", "- We commit ourselves"),
        ("- (1) We commit ourselves to three", "- (1) We commit\n\n- ourselves to three"),
        ("commit ourselves to three things:", "commit ourselves to three things:\n\nTHE BREAD OF THE ISLES\n"),
        ("write every year.", "write\n\nevery year."),
        ("Keep the lamps lit.", "Keep the\n\n34\n\n- lamps lit."),
        ("I - International and Reg", "I - International\n\nThe Bread of the Isles\n\nand Reg"),
        ("We encourage the private", "We\n\nThe Bread of the Isles\n\nencourage the private"),
        ("- (2) Sign", "\nANNEX\n\n- (2) Sign"),
        ("- (2) Sign", "\nEndnotes\n\n- (2) Sign"),
        ("- (2) Sign", "\nC. Call for Action\n\n- (2) Sign"),
        ("Keep the lamps lit.", "Keep the lamps lit.\n\nAnnex 2: Bakers\n\n(3) Bake."),
    ],
)
def test_rio_annex_reads_past_what_scanning_leaves(old: str, new: str) -> None:
    points, _ = _damaged(old, new)

    assert _words(points) == WHOLE
    assert _doubts(points) == {}


@pytest.mark.parametrize(
    ("old", "new", "doubts"),
    [
        ("- (1) Sign", "- Sign", {"1": ["number_missing"]}),
        ("- (2) Sign", "Sign", {"2": ["number_missing"]}),
        ("(3) Ask", "Ask", {"3": ["number_missing"]}),
        ("(8) Listen", "Listen", {"8": ["number_missing"]}),
        ("(2) Keep", "Keep", {"C(2)": ["number_missing"]}),
        ("- At home", "At home", {"C(1)(a)": ["no_mark"]}),
        ("(3) Ask", "(2) Ask", {"3": ["number_missing"]}),
        ("(3) Ask", "(7) Ask", {"3": ["number_missing"]}),
        ("- (2) Sign", "^{2} (2) Sign", {"2": ["note_inside"]}),
        ("and keep it.", "and\n\nANNEX\n\n- keep it.", {"1": ["left_out"]}),
        ("and keep it.", "and\n\nEndnotes\n\nkeep it.", {"1": ["left_out"]}),
        ("around. Captains", "around.\n\n- Captains", {"3": ["loose_text"]}),
        ("- (6) Bake for all.", "- (6) Bake for all.\n\n- (6) Bake for all.", {"6": ["doubled"]}),
        (
            "- (6) Bake for all.",
            "- (6) Bake for all.\n- (1) Sign the treaty on lamps, and keep it.",
            {"1": ["doubled"]},
        ),
        ("of the\n\n- Isles", "of the\n\nLighthouses and Captains\n\n- Isles", {"2": ["loose_text"]}),
        ("write every year.", "write\n\nLighthouses and Captains\n\n- every year.", {"C(1)(a)": ["left_out"]}),
        ("(2) Keep the lamps lit.", "(2) Keep the lamps lit.\n\n(2) Keep the lamps lit.", {"C(2)": ["doubled"]}),
    ],
)
def test_rio_annex_warns_of_what_it_mended(old: str, new: str, doubts: dict[str, list[str]]) -> None:
    points, _ = _damaged(old, new)

    found = _words(points)
    if "Lighthouses and Captains\n\n- Isles" in new:
        assert found.pop("2")[2].replace("Lighthouses and Captains ", "") == WHOLE["2"][2]
        assert found == {reference: words for reference, words in WHOLE.items() if reference != "2"}
    else:
        assert found == WHOLE
    assert _doubts(points) == doubts


def test_rio_annex_reports_numbers_that_are_gone() -> None:
    points, doubts = _damaged("- (5) Establish by 2033 a house for children.\n", "")

    assert [point.reference for point in points] == [reference for reference in WHOLE if reference != "5"]
    assert doubts == [Doubt("gap", 0, "5")]


def test_rio_annex_reports_follow_up_that_is_gone() -> None:
    points, doubts = _damaged("(2) Keep the lamps lit.\n", "")

    assert [point.reference for point in points] == [reference for reference in WHOLE if reference != "C(2)"]
    assert doubts == [Doubt("gap", 0, "C(2)")]


def test_rio_annex_keeps_a_number_that_stands_again_as_part_of_the_first() -> None:
    points, _ = _damaged("- (5) Establish", "- (4) Draw maps.\n\n- (5) Establish")

    assert _words(points)["4"][2] == "Write a plan (as in point 1). Draw maps."
    assert _doubts(points) == {"4": ["loose_text", "repeated"]}


def test_rio_annex_warns_of_a_text_without_an_end() -> None:
    points, _ = _damaged("- (7) Name somebody who counts.", "- (7) Name somebody who")

    assert _doubts(points) == {"7": ["unfinished"]}


def test_rio_annex_ignores_headings_that_stand_again() -> None:
    points, doubts = _damaged("- (5) Establish", "I - International and Regional Instruments\n\n- (5) Establish")

    assert _words(points) == WHOLE
    assert doubts[0].code == "heading_again"


def test_rio_annex_warns_of_headings_and_addressees_it_does_not_know() -> None:
    headed, _ = _damaged("- (7) Name", "VIII - Lamps and Bread\n\n- (7) Name")
    asked, doubts = _damaged("We urge the Human Rights Council to:", "We urge all bakers to:")

    assert _words(headed)["7"][0] == ("VIII - Lamps and Bread",)
    assert _doubts(headed) == {"7": ["heading_unknown"], "8": ["heading_unknown"]}
    assert _words(asked)["8"][1] == "states"
    assert doubts == [Doubt("addressee_unknown", 41, "We urge all bakers to:")]


def test_rio_annex_keeps_no_other_part_of_the_file() -> None:
    cut = TEXT[: TEXT.index("C. Call for Action\n\n- (1)")]

    points, _ = _read(cut + "\nLighthouses.\n\nHarbours.\n\nBread.\n\nBakers.\n")

    assert "Bread" not in " ".join(point.text for point in points)
    assert _doubts(points)["8"]


def test_rio_annex_of_another_text_is_empty() -> None:
    assert _read("Lighthouses.\n\n(1) Light them.\n") == ([], [])


@pytest.mark.parametrize(
    ("sentence", "addressee"),
    [
        ("We encourage the private sector, employers and workers, to:", "private_sector"),
        ("We encourage the Committee on the Rights of the Child to:", "crc_committee"),
        ("We encourage other treaty bodies and special representatives of the Secretary-General to:", "treaty_bodies"),
        (
            "We urge the Special Rapporteur on lamps, with the Committee on the Rights of the Child, to:",
            "un_rapporteurs",
        ),
        ("We call upon UN agencies to:", "un_agencies_ngos"),
        ("We call on international financial institutions to:", "financial_institutions"),
        ("We call on religious communities to:", "religious_communities"),
        ("We call on all States to:", "states"),
    ],
)
def test_rio_annex_knows_whom_a_sentence_asks(sentence: str, addressee: str) -> None:
    points, _ = _damaged("We urge the Human Rights Council to:", sentence)

    assert _words(points)["8"][1] == addressee
    assert addressee in ADDRESSEE_WORDS
