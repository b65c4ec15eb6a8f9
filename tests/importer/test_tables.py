"""The two tables of a country report are read, whole or broken by a page."""

import pytest

from tests.sources import SOURCES, TEXTS, expected, needs_sources
from tracker.importer.reading import CardCell, TreatyRow
from tracker.importer.source import read_file
from tracker.importer.tables import read_card, read_treaties

TREATIES = (
    "Words before.\tWith a tab.",
    "Conventions or instruments\tDate of ratification\tDate of submitted reports",
    "Convention on Rivers\t1990\t1992- Initial report 1998 – Second report",
    "Protocol on Lakes (to the Convention on Rivers)\tNeither signed nor ratified\tN/A",
    "Convention on Seas\tSigned in 2001, not ratified\tN/A",
    "Convention on Clouds\t3 May 2004\tN/A",
    "",
    "Words after the table.",
    "More words.",
)
TREATY_ROWS = (
    TreatyRow("Convention on Rivers", "1990", ("1992- Initial report", "1998 – Second report"), 3),
    TreatyRow("Protocol on Lakes (to the Convention on Rivers)", "", (), 4),
    TreatyRow("Convention on Seas", "", (), 5),
    TreatyRow("Convention on Clouds", "2004", (), 6),
)

CARD = (
    "Utopia: Summary of Progress Card *\t\t\t",
    "Goal 1: clean water\t\t\t",
    "Wells\tPipes\tPumps\t",
    "\t*\t*\t",
    "Goal 2: clean air\t\t\t",
    "Trees\tFilters\t\t",
    "",
    "Green = much was done; Star = work by others",
    "Goal 3: is only a sentence of the text.",
    "And another.\twith a tab",
)
CARD_CELLS = (
    CardCell("Goal 1: clean water", "Wells", False, 3),
    CardCell("Goal 1: clean water", "Pipes", True, 3),
    CardCell("Goal 1: clean water", "Pumps", True, 3),
    CardCell("Goal 2: clean air", "Trees", False, 6),
    CardCell("Goal 2: clean air", "Filters", False, 6),
)


def told(rows: tuple[TreatyRow, ...]) -> list[tuple[str, str, tuple[str, ...]]]:
    """Return the rows without their lines, which damage moves."""
    return [(row.title, row.ratified, row.reports) for row in rows]


def squares(cells: tuple[CardCell, ...]) -> list[tuple[str, str, bool]]:
    return [(cell.goal, cell.indicator, cell.star) for cell in cells]


def test_treaties_are_read_row_by_row() -> None:
    assert read_treaties(TREATIES) == TREATY_ROWS


@pytest.mark.parametrize(
    "damage",
    [
        {3: ["", TREATIES[3], ""]},
        {3: [TREATIES[3], TREATIES[3]]},
        {3: ["Protocol on Lakes", "", "(to the Convention on Rivers)\tNeither signed nor ratified\tN/A"]},
        {2: ["Convention on Rivers\t1990\t1992- Initial report", "", "1998 – Second report"]},
        {1: ["**Conventions or instruments**\t**Date of ratification**\t**Reports**"]},
    ],
    ids=["gaps", "doubled", "title cut", "reports cut", "bold"],
)
def test_treaties_broken_by_a_page_are_put_together(damage: dict[int, list[str]]) -> None:
    lines = [line for index, whole in enumerate(TREATIES) for line in damage.get(index, [whole])]

    assert told(read_treaties(lines)) == told(TREATY_ROWS)


@pytest.mark.parametrize("lines", [(), ("",), ("words\twith tabs",), TREATIES[1:2], ("", *TREATIES[6:])])
def test_no_table_of_treaties_gives_no_rows(lines: tuple[str, ...]) -> None:
    assert read_treaties(lines) == ()


def test_row_without_its_last_cells_is_read() -> None:
    assert read_treaties([TREATIES[1], "Convention on Fog\t"]) == (TreatyRow("Convention on Fog", "", (), 2),)


def test_card_is_read_square_by_square() -> None:
    assert read_card(CARD) == CARD_CELLS


@pytest.mark.parametrize(
    "damage",
    [
        {2: ["", CARD[2], ""]},
        {2: [CARD[2], CARD[2]]},
        {1: ["Goal 1: clean", "", "water\t\t\t"]},
        {2: ["Wells", "", "Pipes\tPumps\t"]},
        {2: ["Wells\tPipes", "", "Pumps\t"]},
        {0: []},
        {2: ["Wells\tPipes *\tPumps\t"]},
        {1: ["**Goal 1: clean water**\t\t\t"]},
    ],
    ids="gaps doubled title-cut first-cut row-cut no-heading star-inside bold".split(),
)
def test_card_broken_by_a_page_is_put_together(damage: dict[int, list[str]]) -> None:
    lines = [line for index, whole in enumerate(CARD) for line in damage.get(index, [whole])]

    assert squares(read_card(lines)) == squares(CARD_CELLS)


@pytest.mark.parametrize("lines", [(), ("",), ("Goal 1: a sentence.", "More."), ("Wells\tPipes",), CARD[6:]])
def test_no_card_gives_no_squares(lines: tuple[str, ...]) -> None:
    assert read_card(lines) == ()


# --- The report itself


@needs_sources
def test_treaties_of_the_report_agree_with_a_careful_reader() -> None:
    rows = read_treaties(read_file(SOURCES / TEXTS[0]).lines)

    wanted = expected()["ratification_table"]["rows"]
    assert [row.ratified or None for row in rows] == [year for _, year in wanted]
    for row, (title, _) in zip(rows, wanted, strict=True):
        assert _words(title) <= _words(row.title), title
    assert [row.line for row in rows] == list(range(382, 389))
    assert [len(row.reports) for row in rows] == [3, 0, 0, 0, 0, 0, 0]


def _words(title: str) -> set[str]:
    """Return the words of a treaty's name; a careful reader's note in brackets names it otherwise."""
    return {word.strip("(),").lower() for word in title.split()} - {"to", "lanzarote"}


@needs_sources
def test_card_of_the_report_agrees_with_a_careful_reader() -> None:
    cells = read_card(read_file(SOURCES / TEXTS[0]).lines)

    wanted = expected()["progress_card"]["goals"]
    assert [(cell.goal, cell.indicator) for cell in cells] == [
        (goal, indicator) for goal, indicators in wanted.items() for indicator in indicators
    ]
    assert [cell.indicator for cell in cells if cell.star] == ["Awareness raising"]


@needs_sources
def test_questionnaire_has_neither_table() -> None:
    lines = read_file(SOURCES / TEXTS[1]).lines

    assert (read_treaties(lines), read_card(lines)) == ((), ())


def test_card_of_far_too_many_columns_ends_soon() -> None:
    grid = ["Goal 1: lessons\t", *["\t".join(f"Indicator {n}" for n in range(50)), "\t".join("*" * 50)] * 200]

    assert len(read_card(grid)) <= 60
