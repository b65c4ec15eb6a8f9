"""The formula guard finds every way into a formula and leaves prose alone."""

import sys
import unicodedata

import pytest

from tests.exporting import hostile
from tracker.exporting.guard import guarded, is_risky


@pytest.mark.parametrize("text", hostile.FORMULAS)
def test_guarded_puts_an_apostrophe_before_a_formula(text: str) -> None:
    assert guarded(text).startswith("'")
    assert is_risky(text)


@pytest.mark.parametrize("text", hostile.FORMULAS + hostile.HIDDEN + hostile.MISREAD)
def test_guarded_only_adds_apostrophes(text: str) -> None:
    assert guarded(text).replace("'", "") == text.replace("'", "")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a;=1", "a;'=1"),
        ("a; =1", "a; '=1"),
        ("a\n- b\n- c", "a\n'- b\n'- c"),
        ("\t=1", "'\t'=1"),
        ("=1;=2", "'=1;'=2"),
        ('a;"=1"', 'a;"\'=1"'),
    ],
)
def test_guarded_shields_each_cell_that_a_program_may_split_off(text: str, expected: str) -> None:
    assert guarded(text) == expected


@pytest.mark.parametrize("text", hostile.MISREAD)
def test_guarded_leaves_other_texts_alone(text: str) -> None:
    assert guarded(text) == text
    assert not is_risky(text)


def test_guarded_knows_every_form_of_the_four_marks() -> None:
    known = map(chr, range(sys.maxunicode + 1))
    folded = [char for char in known if unicodedata.normalize("NFKC", char) in set("=+-@−")]
    assert len(folded) > 15
    assert [form for form in folded if not is_risky(f"{form}1")] == []


def test_guarded_knows_every_invisible_character() -> None:
    known = map(chr, range(0xE0100))
    invisible = [char for char in known if unicodedata.category(char) in ("Cc", "Cf", "Zs", "Zl", "Zp")]
    assert [char for char in invisible if not guarded(f"{char}=1").startswith("'")] == []


def test_guarded_takes_a_step_per_character() -> None:
    """A quadratic guard would need minutes for these."""
    for piece in ("\n", " ;", "=", "- ", "\t="):
        guarded(piece * 300_000)
