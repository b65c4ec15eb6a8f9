"""Every level can be told from every other without its colour."""

from xml.etree import ElementTree

import pytest

from tracker import workflow
from tracker.charts.marks import COLOURS, LOOKS, mark, pattern
from tracker.choices import Level


def parsed(drawn: str) -> ElementTree.Element:
    return ElementTree.fromstring(drawn)  # noqa: S314 (drawn by us)


def test_looks_know_every_level_in_the_colour_of_the_rules() -> None:
    assert {level: look.colour for level, look in LOOKS.items()} == {
        level: rule.colour for level, rule in workflow.LEVELS.items()
    }
    assert set(COLOURS) == {look.colour for look in LOOKS.values()}


def test_looks_differ_in_shape_and_in_pattern() -> None:
    assert len({look.shape for look in LOOKS.values()}) == len(Level)
    assert len({look.pattern for look in LOOKS.values()}) == len(Level)


@pytest.mark.parametrize("level", Level.values)
def test_mark_is_well_formed_hidden_and_without_inline_style(level: str) -> None:
    drawn = mark(level)

    root = parsed(drawn)
    assert root.attrib["aria-hidden"] == "true"
    assert root.attrib["class"] == f"mark tone-{LOOKS[level].colour}"
    assert "style" not in drawn


@pytest.mark.parametrize("level", Level.values)
def test_pattern_is_well_formed_under_its_own_name(level: str) -> None:
    drawn = pattern(level, "bar-1")

    assert parsed(drawn).attrib["id"] == "bar-1"
    assert "style" not in drawn
