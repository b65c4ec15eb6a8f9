"""The method page says what the rules say."""

from tests import factories as make
from tests.conftest import World
from tests.web.conftest import Reader
from tracker import workflow
from tracker.choices import EvidenceKind, Flag, Level, Lifecycle
from tracker.queries import meanings
from tracker.queries.readiness import VERIFY_WITHIN_MONTHS
from tracker.web.about import level_rows


def test_method_defines_every_level_grade_flag_and_lifecycle(db: None, reader: Reader) -> None:
    html, text = reader.html("/method/"), reader.text("/method/")

    for level in Level:
        assert f'id="{level.value}"' in html
        assert f"{level.label} {meanings.LEVELS[level]}" in text
    for grade, meaning in meanings.GRADES.items():
        assert f"Grade {grade} {meaning}" in text
    for flag in Flag:
        assert f"{flag.label} {meanings.FLAGS[flag]}" in text
    for lifecycle in Lifecycle:
        assert f"{lifecycle.label} {meanings.LIFECYCLES[lifecycle]}" in text


def test_method_takes_what_a_level_needs_from_the_rules() -> None:
    rows = {row.code: row for row in level_rows()}

    for level, rule in workflow.LEVELS.items():
        row = rows[level]
        assert (row.grade, row.needs_search_note, row.two_publishers) == (
            rule.least_grade,
            rule.needs_search_note,
            rule.two_publishers,
        )
    assert (rows["implemented"].grade, rows["implemented"].legal_grade) == (3, 2)


def test_method_names_primary_and_secondary_sources(db: None, reader: Reader) -> None:
    text = reader.text("/method/")

    for kind in workflow.PRIMARY_KINDS | workflow.INDEPENDENT_KINDS:
        assert str(EvidenceKind(kind).label) in text


def test_method_says_what_takes_two_and_until_when_a_level_is_verified(db: None, reader: Reader) -> None:
    text = reader.text("/method/")

    assert "for taking such a level back, and for closing an item, one more person confirms" in text
    assert "it says which level holds now" in text
    assert f"No day is set more than {VERIFY_WITHIN_MONTHS} months ahead." in text


def test_about_names_the_alliances_and_where_to_turn(world: World, reader: Reader) -> None:
    make.AllianceFactory(is_demo=True)

    text = reader.text("/about/")

    assert "Alliance home" in text
    assert "Demonstration, invented" in text
    assert "If a child is in danger" in text
