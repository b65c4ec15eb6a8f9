"""Levels over time are read by eye, by screen reader and in grey."""

import datetime as dt
from xml.etree import ElementTree

from tracker.charts.bars import Segment
from tracker.charts.steps import Column, Line, Point, stacked_columns, steps
from tracker.choices import Level

WORDS = {level.value: str(level.label) for level in Level}


def point(year: int, level: str) -> Point:
    return Point(dt.date(year, 12, 31), str(year), level)


def drawn(*lines: Line, identifier: str = "chart", title: str = "Levels") -> ElementTree.Element:
    return ElementTree.fromstring(steps(lines, words=WORDS, title=title, identifier=identifier))  # noqa: S314


def strokes(root: ElementTree.Element) -> list[tuple[str, ...]]:
    found = [each.attrib for each in root.iter("line") if each.get("class") != "grid"]
    return [(each["x1"], each["y1"], each["x2"], each["y2"]) for each in found]


def words(root: ElementTree.Element) -> list[str | None]:
    return [each.text for each in root.iter("text")]


def test_line_goes_level_to_the_next_date_and_then_up() -> None:
    root = drawn(Line("State", [point(2012, "announced"), point(2014, "under_way"), point(2016, "under_way")]))

    (flat, up, last) = strokes(root)
    assert (flat[0], flat[2]) == ("3.00%", "49.97%")
    assert flat[1] == flat[3] == up[1]
    assert up[0] == up[2] == flat[2]
    assert int(up[3]) < int(up[1])
    assert (last[1], last[2]) == (up[3], "97.00%")


def test_levels_stand_in_their_order_and_contrary_below_no_action() -> None:
    root = drawn(Line("State", [point(2012, "no_action"), point(2014, "contrary")]))

    assert words(root)[:6] == [
        "Implemented",
        "Partly implemented",
        "Under way",
        "Announced",
        "No action found",
        "Contrary measures",
    ]
    (_flat, down) = strokes(root)
    assert int(down[3]) > int(down[1])


def test_what_nobody_knows_is_a_marked_gap_in_the_line() -> None:
    points = [
        point(2012, "announced"),
        point(2013, "no_information"),
        point(2014, "not_assessed"),
        point(2015, "under_way"),
    ]

    root = drawn(Line("Alliance", points))

    # From 2012 to 2013; no line leads into the gap, through it or out of it.
    assert len(strokes(root)) == 1
    assert len(list(root.iter("circle"))) >= len(points)
    assert {"No information", "Not yet assessed"} <= set(words(root))


def test_each_voice_has_a_line_of_its_own_named_where_it_ends() -> None:
    root = drawn(
        Line("Alliance", [point(2012, "announced"), point(2014, "under_way")]),
        Line("State", [point(2012, "announced"), point(2014, "under_way")]),
    )

    found = strokes(root)
    assert len(set(found)) == len(found) == 4
    assert "Alliance, State" in words(root)
    dashes = [each.get("stroke-dasharray") for each in root.iter("line") if each.get("class") != "grid"]
    assert dashes[0] != dashes[2]


def test_name_stands_beside_a_last_mark_that_leaves_room_and_long_names_are_cut() -> None:
    long = "Member NGO: An organisation of a very long name"
    root = drawn(
        Line("State", [point(2012, "implemented")]), Line(long, [point(2013, "announced"), point(2020, "under_way")])
    )

    named = {each.text: each.attrib for each in root.iter("text")}
    assert (named["State"]["x"], named["State"]["text-anchor"]) == ("3.00%", "start")
    assert named["Member NGO: An organisa…"]["text-anchor"] == "end"
    described = root.find("desc")
    assert described is not None
    assert long in str(described.text)


def test_chart_is_named_and_every_point_described_in_words() -> None:
    root = drawn(Line("State", [point(2012, "announced"), point(2014, "under_way")]))

    named = [root.find(f".//*[@id='{name}']") for name in root.attrib["aria-labelledby"].split()]
    assert [each.text for each in named if each is not None] == ["Levels", "State: 2012: Announced; 2014: Under way."]
    assert root.attrib["role"] == "img"


def test_two_voices_of_one_day_stand_in_the_middle() -> None:
    root = drawn(Line("Alliance", [point(2012, "announced")]), Line("State", [point(2012, "implemented")]))

    assert strokes(root) == []
    assert {each.attrib["cx"] for each in root.iter("circle") if each.get("class") == "ground"} == {"50.00%"}


def test_fewer_than_two_dated_levels_are_no_chart() -> None:
    assert steps([], words=WORDS, title="T", identifier="c") == ""
    assert steps([Line("State", [point(2012, "announced")])], words=WORDS, title="T", identifier="c") == ""


def test_charts_escape_every_text_and_have_no_inline_style() -> None:
    line = Line("<b>&", [point(2012, "announced"), point(2014, "under_way")])
    column = Column("<i>", [Segment(Level.ANNOUNCED, "<u>", 2)])
    for svg in (
        steps([line], words=WORDS, title="<script>", identifier='a"><script>'),
        stacked_columns([column, column], title="<script>", identifier='a"><script>'),
    ):
        ElementTree.fromstring(svg)  # noqa: S314
        assert "<script" not in svg
        assert "<b>" not in svg
        assert "<u>" not in svg
        assert "style=" not in svg


def _columns() -> list[Column]:
    return [
        Column(
            "May", [Segment(Level.IMPLEMENTED, "Implemented", 1), Segment(Level.NOT_ASSESSED, "Not yet assessed", 3)]
        ),
        Column(
            "June", [Segment(Level.IMPLEMENTED, "Implemented", 0), Segment(Level.NOT_ASSESSED, "Not yet assessed", 2)]
        ),
    ]


def test_columns_are_as_high_as_what_they_count() -> None:
    root = ElementTree.fromstring(stacked_columns(_columns(), title="T", identifier="c"))  # noqa: S314

    parts = [(part.attrib["x"], part.attrib["y"], part.attrib["height"]) for part in root.iter("rect")]
    assert parts == [("6.000%", "132.00", "44.00"), ("6.000%", "0.00", "132.00"), ("56.000%", "88.00", "88.00")]
    held = {f"url(#{pattern.attrib['id']})" for pattern in root.iter("pattern")}
    assert {part.attrib["fill"] for part in root.iter("rect")} == held


def test_columns_describe_the_first_and_the_last_day_in_words() -> None:
    root = ElementTree.fromstring(stacked_columns(_columns(), title="T", identifier="c"))  # noqa: S314

    described = root.find("desc")
    assert described is not None
    assert described.text == "May: Implemented 1, Not yet assessed 3. June: Not yet assessed 2."
    assert [each.text for each in root.iter("text")] == ["May", "June"]


def test_columns_of_nothing_are_no_chart() -> None:
    assert stacked_columns([], title="T", identifier="c") == ""
    assert stacked_columns([Column("May", [])], title="T", identifier="c") == ""
