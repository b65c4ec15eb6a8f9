"""The progress card is read by eye, by screen reader, by keyboard and in grey."""

from dataclasses import replace

from tests.charts.test_bars import parsed
from tracker.charts.card import Row, Square, card, star_mark
from tracker.choices import Level

PREVENTION = Square("Prevention", Level.PARTLY_IMPLEMENTED, "Partly implemented", link="/items/1-1/")
POLICE = Square("Special police units", Level.CONTRARY, "Contrary measures", star="star: 1 work", kept="star of 2012")
ROWS = [Row("Goal 1: community", [PREVENTION]), Row("Goal 2: law", [POLICE])]


def drawn(rows: list[Row] = ROWS, **values: int) -> str:
    return card(rows, title="The card", identifier="card", **values)


def test_card_is_named_and_described_in_words() -> None:
    root = parsed(drawn())

    names = (root.attrib["aria-labelledby"], root.attrib["aria-describedby"])
    assert [root.find(f".//*[@id='{name}']").text for name in names] == [  # type: ignore[union-attr]
        "The card",
        "Goal 1: community: Prevention: Partly implemented. "
        "Goal 2: law: Special police units: Contrary measures; star: 1 work; star of 2012.",
    ]


def test_square_has_colour_pattern_shape_and_words() -> None:
    root = parsed(drawn([ROWS[0]]))

    fields = [rect.attrib["fill"] for rect in root.iter("rect") if rect.attrib.get("class") == "part"]
    assert fields == ["url(#card-partly_implemented)"]
    assert [pattern.attrib["id"] for pattern in root.iter("pattern")] == ["card-partly_implemented"]
    assert [shape.attrib["class"] for shape in root.iter("svg")][1:] == ["tone-yellow"]
    assert [text.text for text in root.iter("text")] == ["Goal 1: community", "Prevention", "Partly implemented"]


def test_square_leads_to_its_reasons_under_a_name_that_says_all() -> None:
    root = parsed(drawn())

    assert [(link.attrib["href"], link.attrib["aria-label"]) for link in root.iter("a")] == [
        ("/items/1-1/", "Prevention: Partly implemented")
    ]
    # Inside an image no link is there for who cannot see it.
    assert root.attrib["role"] == "group"
    assert parsed(drawn([ROWS[1]])).attrib["role"] == "img"


def test_star_of_members_is_filled_and_that_of_the_source_an_outline() -> None:
    stars = [shape for shape in parsed(drawn([ROWS[1]])).iter("svg") if shape.attrib["class"] == "star"]

    assert [next(star.iter("path")).attrib["fill"] for star in stars] == ["currentColor", "none"]
    assert 'fill="none"' in star_mark(kept=True)
    assert 'fill="none"' not in star_mark()


def test_squares_stand_side_by_side_as_many_as_there_is_room_for() -> None:
    goal = Row("Goal", [replace(PREVENTION, label=f"Indicator {number}") for number in range(4)])

    def places(columns: int) -> list[tuple[str, bool]]:
        fields = [rect for rect in parsed(drawn([goal], columns=columns)).iter("rect") if "class" in rect.attrib]
        return [(field.attrib["x"], field.attrib["y"] == fields[0].attrib["y"]) for field in fields]

    assert places(4) == [("1", True), ("187", True), ("373", True), ("559", True)]
    assert places(2) == [("1", True), ("187", True), ("1", False), ("187", False)]


def test_card_escapes_every_text_and_has_no_inline_style() -> None:
    hostile = Square('<b>"', Level.ANNOUNCED, "<i>", link='/"><script>', star="<s>", kept="<u>")
    found = card([Row("<script>", [hostile])], title="<h1>", identifier='a"><script>')

    assert [word for word in ("<b>", "<i>", "<script", "<s>", "<u>", "<h1>", "style=") if word in found] == []
    assert [link.attrib["href"] for link in parsed(found).iter("a")] == ['/"><script>']


def test_card_of_nothing_is_empty() -> None:
    assert card([], title="The card", identifier="card") == ""
