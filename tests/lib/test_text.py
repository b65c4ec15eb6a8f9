"""References in addresses, and texts made comparable."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.lib.text import fold, reference_slug


@pytest.mark.parametrize(
    ("reference", "slug"),
    [
        ("C(1)(a)", "c-1-a"),
        ("9.10", "9-10"),
        ("NPA-1", "npa-1"),
        ("  A (2)  ", "a-2"),
        ("E(3)(ii)", "e-3-ii"),
        ("10.2", "10-2"),
        ("—", ""),
    ],
)
def test_reference_slug_is_the_address_form(reference: str, slug: str) -> None:
    assert reference_slug(reference) == slug


@given(st.text())
def test_reference_slug_needs_no_escaping_and_is_stable(reference: str) -> None:
    slug = reference_slug(reference)

    assert set(slug) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert not slug.startswith("-")
    assert not slug.endswith("-")
    assert "--" not in slug
    assert reference_slug(slug) == slug


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Ёлка и ЕЛЬ", "елка и ель"),
        ("  two \t words\n", "two words"),
        ("STRASSE Straße", "strasse strasse"),
        ("", ""),
    ],
)
def test_fold_makes_words_comparable(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(st.text(alphabet="Ёёее Aaß\t\nЯя"))
def test_fold_twice_is_fold_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)
