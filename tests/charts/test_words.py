"""Words inside charts fit their place."""

import pytest

from tracker.charts.words import text, wrapped


@pytest.mark.parametrize(
    ("words", "lines"),
    [
        ("", []),
        ("Shelters", ["Shelters"]),
        ("Special police units", ["Special police", "units"]),
        ("Психологическое консультирование", ["Психологическое", "консультирование"]),
        ("Медицинские услуги", ["Медицинские", "услуги"]),
        ("a b c d", ["a b c d"]),
    ],
)
def test_words_are_broken_into_lines_that_fit(words: str, lines: list[str]) -> None:
    assert wrapped(words, 170, size=15, bold=True) == lines


def test_bold_words_take_more_room() -> None:
    assert wrapped("Медицинские услуги", 170, size=15) == ["Медицинские услуги"]


def test_word_that_fits_nowhere_stands_alone() -> None:
    assert wrapped("so incomprehensibilities it", 60, size=15) == ["so", "incomprehensibilities", "it"]


def test_words_are_escaped() -> None:
    assert "<b>" not in text("<b>", x=0, y=0, size=15)
