"""Damaged documents: the damage does what it says, the judge sees what became of a point, and reading bears it."""

import re
from dataclasses import replace
from functools import cache

import pytest

from tests.importer.damage import KINDS, Edit, Outcome, damaged, outcome
from tests.importer.ground import Ground, survey
from tests.sources import SOURCES, TEXTS, needs_sources
from tracker.importer import layouts
from tracker.importer.reading import Doubt, Part, Point, Reading, Source
from tracker.importer.source import read_bytes, read_file

TEXT = """\
FREEDONIA

I - Rivers

- (1) Build a bridge over every river, and paint all of
- it in the colour that the children of the town choose.
- (2) Count the boats twice a year.

^{*} The boats were last counted by nobody.

II - Mountains

We ask the ministry of mountains to:

- (3) Keep the paths open in winter and
- publish where they are.
"""
_NUMBERED = re.compile(r"(?:- )?\((\d)\) (.*)")
_HEADINGS = ("I - Rivers", "II - Mountains")
ALL = {"doc 1", "doc 2", "doc 3"}


def read(source: Source) -> Reading:
    """Read points that start with a number in brackets; lines after them belong to them. It bears little damage."""
    points: list[Point] = []
    section: tuple[str, ...] = ()
    for number, line in enumerate(source.lines, start=1):
        if line in _HEADINGS:
            section = (line,)
        elif found := _NUMBERED.match(line):
            points.append(Point("doc", found[1], section, found[2], number, kind="", area=""))
        elif points and line and section == points[-1].section and not line.startswith(("^", "We ask")):
            points[-1] = replace(points[-1], text=f"{points[-1].text} {line.removeprefix('- ')}")
    return Reading("plain", (Part("doc", "report", "Freedonia", "2031", "Nobody", "Freedonia"),), tuple(points))


def source(text: str = TEXT) -> Source:
    return read_bytes(text.encode(), "freedonia.txt")


def ground() -> Ground:
    return survey(source(), read(source()))


def edits(kind: str) -> list[Edit]:
    return [damaged(ground(), kind, f"seed {number}") for number in range(40)]


def edit_of(text: str, *points: str) -> Edit:
    return Edit("page break", 5, "", "", source(text), frozenset(points))


def test_survey_tells_what_every_line_is() -> None:
    found = [(place.line, place.role, sorted(place.points), sorted(place.below)) for place in ground().places]

    assert found == [
        (3, "heading", [], ["doc 1", "doc 2"]),
        (5, "point", ["doc 1"], []),
        (6, "point", ["doc 1"], []),
        (7, "point", ["doc 2"], []),
        (9, "footnote", [], []),
        (11, "heading", [], ["doc 3"]),
        (13, "heading", [], ["doc 3"]),
        (15, "point", ["doc 3"], []),
        (16, "point", ["doc 3"], []),
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_an_edit_is_made_by_its_seed_alone(kind: str) -> None:
    assert edits(kind) == edits(kind)
    assert len({edit.source.lines for edit in edits(kind)}) > 1
    assert all(edit.source.lines != source().lines for edit in edits(kind))


def test_a_page_break_cuts_a_line_of_a_point_and_loses_no_word() -> None:
    for edit in edits("page break"):
        before = source().lines[edit.line - 1]
        after = edit.source.lines[edit.line - 1 :]
        rest = before.removeprefix(after[0]).strip()

        assert after[1] == ""
        assert [line for line in after[2:5] if line in (rest, f"- {rest}")] != []
        assert edit.points == {place for at in ground().of("point") if at.line == edit.line for place in at.points}


def test_a_split_heading_stands_on_two_lines_and_damages_no_point() -> None:
    for edit in edits("heading split"):
        head = "running head" in edit.how
        halves = [line for line in edit.source.lines[edit.line - 1 : edit.line + 4] if line][: 3 if head else 2]

        assert " ".join([halves[0], halves[-1]]) == source().lines[edit.line - 1]
        assert edit.points == frozenset()


def test_a_dropped_number_damages_its_point_and_all_points_of_its_section() -> None:
    found = {edit.source.lines[edit.line - 1]: edit.points for edit in edits("number dropped")}

    assert found == {
        "Rivers": {"doc 1", "doc 2"},
        "- Build a bridge over every river, and paint all of": {"doc 1"},
        "- Count the boats twice a year.": {"doc 2"},
        "Mountains": {"doc 3"},
        "- Keep the paths open in winter and": {"doc 3"},
    }


def test_a_doubled_line_stands_twice() -> None:
    for edit in edits("line doubled"):
        assert [line for line in edit.source.lines[edit.line - 1 : edit.line + 2] if line][:2] == [
            source().lines[edit.line - 1]
        ] * 2


def test_a_moved_footnote_stands_once_and_elsewhere() -> None:
    note = source().lines[8]
    for edit in edits("footnote moved"):
        assert edit.source.lines.count(note) == 1
        assert bool(edit.points) == ("into a line" in edit.how)


def test_a_text_without_footnotes_gets_an_invented_one() -> None:
    plain = source(TEXT.replace("^{*} The boats were last counted by nobody.\n", ""))

    edit = damaged(survey(plain, read(plain)), "footnote moved", "seed")

    assert [line for line in edit.source.lines if re.match(r"\^\{.}|¹", line)] != []


def test_the_judge_finds_points_whole() -> None:
    broken = TEXT.replace("paint all of", "paint\n\n- all of")

    assert outcome(ground(), edit_of(broken, "doc 1"), read) == Outcome(
        undamaged=2, undamaged_whole=2, damaged=1, whole=1, seconds=pytest.approx(0, abs=60)
    )


def test_the_judge_names_what_was_lost_in_silence() -> None:
    cut = TEXT.replace(" twice a year", "")

    found = outcome(ground(), edit_of(cut, "doc 2"), read)

    assert (found.lost, found.faults) == (1, ["doc 2: damaged, lost in silence"])


def test_the_judge_names_what_was_harmed_though_untouched() -> None:
    found = outcome(ground(), edit_of(TEXT.replace("II - Mountains", ""), "doc 1"), read)

    assert (found.undamaged, found.undamaged_whole) == (2, 1)
    assert found.faults == ["doc 3: undamaged, not whole"]


def test_the_judge_counts_points_that_moved_apart_if_they_say_so() -> None:
    def running(text: Source, *doubts: Doubt) -> Reading:
        reading = read(text)
        points = [replace(one, reference=f"{n}", doubts=doubts) for n, one in enumerate(reading.points, start=1)]
        return replace(reading, points=tuple(points))

    def saying_so(text: Source) -> Reading:
        return running(text, Doubt("count", 0))

    gone = edit_of(TEXT.replace("(1) ", ""), "doc 1")
    silent, told = outcome(ground(), gone, running), outcome(ground(), gone, saying_so)

    assert (silent.undamaged, silent.moved, len(silent.faults)) == (2, 0, 3)
    assert (told.undamaged, told.moved, told.faults) == (2, 2, [])


def test_the_judge_takes_a_warning_for_a_changed_point() -> None:
    def careful(text: Source) -> Reading:
        reading = read(text)
        doubt = Doubt("unfinished", 7)
        return replace(reading, points=tuple(replace(point, doubts=(doubt,)) for point in reading.points))

    found = outcome(ground(), edit_of(TEXT.replace(" twice a year", ""), "doc 2"), careful)

    assert (found.changed_with_doubt, found.old_doubt_only, found.lost, found.faults) == (1, 0, 0, [])


def test_the_judge_takes_the_catalogues_word_for_a_missing_point() -> None:
    found = outcome(ground(), edit_of(TEXT.replace("- (2) Count the boats twice a year.", ""), "doc 2"), read)

    assert (found.named_missing, found.faults) == (1, [])


def test_the_judge_counts_a_point_that_stands_twice() -> None:
    again = TEXT.replace("- (3)", "- (2) Count the boats twice a year.\n- (3)")

    found = outcome(ground(), edit_of(again, "doc 2"), read)

    assert (found.too_many, found.faults) == (1, ["doc 2: too many, without a doubt"])


@cache
def source_ground(name: str) -> Ground:
    whole = read_file(SOURCES / name)
    return survey(whole, layouts.read(whole))


@needs_sources
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", TEXTS)
def test_reading_bears_damage(name: str, kind: str) -> None:
    results = {
        (edit.line, edit.how, edit.seed): outcome(source_ground(name), edit, layouts.read)
        for edit in (damaged(source_ground(name), kind, f"sample/{kind}/{number}") for number in range(20))
    }

    assert {place: found.faults for place, found in results.items() if found.faults} == {}
    assert sum(found.undamaged_whole for found in results.values()) > 20
    assert max(found.seconds for found in results.values()) < 5
