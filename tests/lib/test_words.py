"""Words as a search compares them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.lib.words import BREAK, LONGEST_WORD, Term, stem, terms, to_index, words_in


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("C(1)(a)", ["c", "1", "a"]),
        ("С(1)(а)", ["c", "1", "a"]),  # Cyrillic С and а
        ("see 140.7; PROT-1", ["see", "140", "7", "prot", "1"]),
        ("Ещё детЕй", ["еще", "детей"]),
        ("де\u0301ти и\u0306", ["дети", "й"]),
        ("the State’s follow\u00adup", ["the", "state's", "followup"]),
        ("§ — … %_\\ \"'", []),
    ],
)
def test_words_are_folded_and_parted(text: str, words: list[str]) -> None:
    assert words_in(text) == words


@pytest.mark.parametrize(
    "forms",
    [
        "несовершеннолетних несовершеннолетние несовершеннолетний несовершеннолетнего несовершеннолетними",
        "торговля торговли торговлей торговлю",
        "ребенок ребенка ребенком",
        "подросток подростка подростков",
        "девочка девочек девочки",
        "дети детей детям детьми",
        "люди людей людьми",
        "trafficked trafficking",
        "child children child's children's",
        "woman women women's",
        "commitment commitments",
    ],
)
def test_forms_of_a_word_have_one_stem(forms: str) -> None:
    assert len({stem(word) for word in forms.split()}) == 1


@pytest.mark.parametrize(("one", "other"), [("trafficking", "traffic"), ("дети", "детектив"), ("мид", "мир")])
def test_other_words_have_others(one: str, other: str) -> None:
    assert stem(one) != stem(other)


@pytest.mark.parametrize("word", ["1", "140", "c1", "ec2", "σχολείο", "дiти", "学校"])
def test_what_is_neither_russian_nor_english_stays(word: str) -> None:
    assert stem(word) == word


def test_index_keeps_words_beside_their_stems_and_texts_apart() -> None:
    assert to_index(["C(1)", "Children’s laws", ""]) == ("c 1 ¶ childrens laws ¶ ¶", "c 1 ¶ child law ¶ ¶")


def test_index_keeps_as_much_as_every_database_can() -> None:
    long = "a" * (LONGEST_WORD + 1)
    words, stems = to_index([f"one {long} two " + "three " * 300])
    assert words.startswith(f"one {BREAK} two three three ")
    assert [words.split().count("three"), stems.split().count("three")] == [255, 255]
    assert len(to_index(["word"] * 20_000)[0].split()) == 16_000


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("Trafficked  CHILDREN trafficking", [(("traffick",), False), (("child",), False)]),
        ("140.7", [(("140", "7"), False)]),
        ("law,school;рынка", [(("law",), False), (("school",), False), (("рынк",), False)]),
        ("«Торговля людьми» дети", [(("торговля", "людьми"), True), (("дет",), False)]),
        ('"open laws', [(("open",), False), (("law",), False)]),
        ('"" () NOT', [(("not",), False)]),
    ],
)
def test_terms_of_a_question(question: str, found: list[tuple[tuple[str, ...], bool]]) -> None:
    assert terms(question) == [Term(*term) for term in found]


@given(st.text())
def test_nothing_but_letters_and_digits_reaches_a_database(text: str) -> None:
    found = [word for term in terms(text) for word in term.words]
    found += [word for line in to_index([text]) for word in line.split(" ") if word != BREAK]
    assert all(word.isalnum() for word in found)
