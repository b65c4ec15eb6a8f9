"""A picture for other sites: whole, with its own colours, and with nothing that a strict page would refuse."""

import base64
import hashlib
import re
from xml.etree import ElementTree

from tracker.charts.bars import Segment
from tracker.charts.card import Drawn
from tracker.charts.sheets import POLICY, bar, sheet
from tracker.choices import Level

SVG = "{http://www.w3.org/2000/svg}"
SEGMENTS = [
    Segment(Level.IMPLEMENTED, "Implemented", 3),
    Segment(Level.CONTRARY, "Contrary measures", 0),
    Segment(Level.NOT_ASSESSED, "Not yet assessed", 9),
]


def whole(drawn: Drawn, heading: str = "An alliance") -> str:
    return sheet(drawn, heading=heading, lead="3 of 12", captions=["As of today."], description="All.", language="en")


def parsed(drawn: str) -> ElementTree.Element:
    return ElementTree.fromstring(drawn)  # noqa: S314 (drawn by us)


def test_sheet_is_a_file_of_its_own_with_heading_chart_and_captions() -> None:
    root = parsed(whole(bar(SEGMENTS, title="Duties")))

    assert root.tag == f"{SVG}svg"
    assert root.attrib["viewBox"] == f"0 0 {root.attrib['width']} {root.attrib['height']}"
    assert [element.text for element in root.iter(f"{SVG}text")] == [
        "An alliance",
        "3 of 12",
        "3",
        "Not yet assessed 9",
        "Implemented: 3",
        "Not yet assessed: 9",
        "As of today.",
    ]
    assert [root.find(f"{SVG}{name}").text for name in ("title", "desc")] == ["An alliance", "All."]  # type: ignore[union-attr]


def test_style_of_a_sheet_is_the_one_that_its_policy_allows() -> None:
    root = parsed(whole(bar(SEGMENTS, title="Duties")))

    styles = [element.text or "" for element in root.iter(f"{SVG}style")]
    digests = [base64.b64encode(hashlib.sha256(style.encode()).digest()).decode() for style in styles]
    assert f"default-src 'none'; style-src 'sha256-{digests[0]}'" == POLICY
    assert len(styles) == 1
    assert "prefers-color-scheme:dark" in styles[0]
    assert not re.search(r"style=|href|<script|http(?!://www\.w3\.org/2000/svg)", whole(bar(SEGMENTS, title="Duties")))


def test_sheet_turns_every_colour_of_a_chart_where_a_reader_prefers_dark() -> None:
    drawn = whole(bar([Segment(level, "x", 1) for level in Level], title="Duties"))
    dark = drawn.partition("prefers-color-scheme:dark")[2].partition("</style>")[0]

    for name in set(re.findall(r'class="([a-z-]+)"', drawn)) - {"part", "bar", "edge"}:
        assert f".{name}" in dark, name


def test_sheet_without_a_chart_says_what_it_has_to_say() -> None:
    root = parsed(whole(bar([], title="Duties"), heading="<b>"))

    assert [element.text for element in root.iter(f"{SVG}text")] == ["<b>", "3 of 12", "As of today."]
