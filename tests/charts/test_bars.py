"""A stacked bar is read by eye, by screen reader and in grey."""

from xml.etree import ElementTree

from tracker.charts.bars import Segment, stacked_bar
from tracker.choices import Level

SEGMENTS = [
    Segment(Level.IMPLEMENTED, "Implemented", 3),
    Segment(Level.NO_ACTION, "No action found", 0),
    Segment(Level.NOT_ASSESSED, "Not yet assessed", 9),
]


def parsed(drawn: str) -> ElementTree.Element:
    return ElementTree.fromstring(drawn)  # noqa: S314 (drawn by us)


def _drawn(**values: object) -> ElementTree.Element:
    return parsed(stacked_bar(SEGMENTS, title="Duties", identifier="all", **values))  # type: ignore[arg-type]


def test_stacked_bar_gives_each_part_its_share_of_the_whole_width() -> None:
    parts = [(part.attrib["x"], part.attrib["width"]) for part in _drawn().iter("rect")]

    assert parts == [("0.000%", "25.000%"), ("25.000%", "75.000%")]


def test_stacked_bar_is_named_and_described_in_words() -> None:
    drawn = _drawn()

    named = [drawn.find(f".//*[@id='{name}']") for name in drawn.attrib["aria-labelledby"].split()]
    assert [element.text for element in named if element is not None] == [
        "Duties",
        "Implemented: 3, Not yet assessed: 9",
    ]
    assert drawn.attrib["role"] == "img"


def test_stacked_bar_fills_parts_with_patterns_that_it_holds_itself() -> None:
    drawn = _drawn()

    held = {f"url(#{pattern.attrib['id']})" for pattern in drawn.iter("pattern")}
    assert {part.attrib["fill"] for part in drawn.iter("rect")} == held
    assert held == {"url(#all-implemented)", "url(#all-not_assessed)"}


def test_stacked_bar_writes_the_longest_label_that_fits() -> None:
    assert [text.text for text in _drawn().iter("text")] == ["3", "Not yet assessed 9"]
    assert list(_drawn(labelled=False).iter("text")) == []


def test_stacked_bar_leaves_a_label_out_where_not_even_the_number_fits() -> None:
    drawn = stacked_bar(
        [Segment(Level.IMPLEMENTED, "Implemented", 1), Segment(Level.NO_ACTION, "No action found", 999)],
        title="Duties",
        identifier="all",
    )

    assert [text.text for text in parsed(drawn).iter("text")] == ["No action found 999"]


def test_stacked_bar_escapes_every_text() -> None:
    drawn = stacked_bar(
        [Segment(Level.ANNOUNCED, "<b>&", 1)], title="<script>alert('x')</script>", identifier='a"><script>'
    )

    assert "<script" not in drawn
    assert "<b>" not in drawn
    root = parsed(drawn)
    assert next(root.iter("title")).text == "<script>alert('x')</script>"


def test_stacked_bar_has_no_inline_style() -> None:
    assert "style" not in stacked_bar(SEGMENTS, title="Duties", identifier="all")


def test_stacked_bar_of_nothing_is_empty() -> None:
    assert stacked_bar([], title="Duties", identifier="all") == ""
    assert stacked_bar([Segment(Level.IMPLEMENTED, "Implemented", 0)], title="Duties", identifier="all") == ""
