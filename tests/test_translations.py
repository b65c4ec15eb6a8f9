"""The translations: complete, whole in every plural form, and the same in the .po as in the .mo that the site reads."""

import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import polib
import pytest
from django.utils.translation import ngettext, override

from tracker.choices import Level

ROOT = Path(__file__).parent.parent
PO = ROOT / "locale" / "ru" / "LC_MESSAGES" / "django.po"
# What makemessages calls; all of it comes with GNU gettext.
GETTEXT = ("xgettext", "msguniq", "msgmerge", "msgattrib")
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[a-z%]|\{\w*\}")
ADVICE = "run `make messages`, translate what is new, and run it again"


def entries():
    """Return the entries in use of the Russian .po."""
    return [entry for entry in polib.pofile(str(PO)) if not entry.obsolete]


def forms(entry):
    """Return every translation of an entry: one, or one per plural form."""
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def key(entry):
    return (entry.msgctxt or "", entry.msgid, entry.msgid_plural or "")


def placeholders(text):
    return Counter(PLACEHOLDER.findall(text))


def mixed_words(text):
    """Return the words of `text` in which Latin and Cyrillic letters stand side by side."""
    words = re.findall(r"[A-Za-zА-яЁё]+", PLACEHOLDER.sub(" ", text))
    return [word for word in words if re.search("[A-Za-z]", word) and re.search("[А-яЁё]", word)]


def test_every_text_is_translated():
    assert [entry.msgid for entry in entries() if not all(form.strip() for form in forms(entry))] == [], ADVICE


def test_no_translation_is_a_guess():
    assert [entry.msgid for entry in entries() if entry.fuzzy] == [], ADVICE


def test_every_plural_has_all_forms():
    declared = polib.pofile(str(PO)).metadata["Plural-Forms"]
    wanted = list(range(int(re.match(r"nplurals=(\d+)", declared)[1])))
    plurals = [entry for entry in entries() if entry.msgid_plural]
    assert plurals
    assert [entry.msgid for entry in plurals if sorted(entry.msgstr_plural) != wanted] == []


def test_placeholders_agree():
    # A plural form is used for many numbers, also the first (1, 21, 31), so each one holds what the plural holds.
    wrong = [
        (entry.msgid, form)
        for entry in entries()
        for form in forms(entry)
        if placeholders(form) != placeholders(entry.msgid_plural or entry.msgid)
    ]
    assert wrong == []


def test_no_word_mixes_alphabets():
    assert [(entry.msgid, found) for entry in entries() for form in forms(entry) if (found := mixed_words(form))] == []


def test_quotes_and_dashes_are_russian():
    foreign = re.compile('["“”„‘]|[^\\W\\d_],? [-–] ')
    assert [form for entry in entries() for form in forms(entry) if foreign.search(form)] == []


def test_compiled_file_says_what_the_source_says():
    def texts(catalogue):
        return {key(entry): forms(entry) for entry in catalogue}

    compiled = polib.mofile(str(PO.with_suffix(".mo")))
    assert texts(compiled) == texts(entries()), ADVICE
    assert compiled.metadata["Plural-Forms"] == polib.pofile(str(PO)).metadata["Plural-Forms"]


@pytest.mark.skipif(
    any(shutil.which(tool) is None for tool in GETTEXT), reason="the texts of the code are collected by GNU gettext"
)
def test_no_text_of_the_code_is_missing(tmp_path):
    for folder in ("tracker", "templates"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    collected = tmp_path / PO.relative_to(ROOT)
    collected.parent.mkdir(parents=True)
    # Without our settings, which name the folder of the real file.
    settled = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    subprocess.run(
        [sys.executable, "-m", "django", "makemessages", "--locale", "ru"],
        cwd=tmp_path,
        env=settled,
        check=True,
        capture_output=True,
    )
    in_code, known = ({key(entry) for entry in found} for found in (polib.pofile(str(collected)), entries()))
    assert len(in_code) > 500
    assert sorted(in_code - known) == [], ADVICE
    assert sorted(known - in_code) == [], ADVICE


@pytest.mark.parametrize(
    ("number", "words"),
    [(1, "1 пункт"), (2, "2 пункта"), (5, "5 пунктов"), (11, "11 пунктов"), (21, "21 пункт"), (104, "104 пункта")],
)
def test_numbers_govern_their_nouns(number, words):
    with override("ru"):
        assert ngettext("%(points)s point", "%(points)s points", number) % {"points": number} == words


def test_levels_are_called_as_the_method_calls_them():
    with override("ru"):
        assert [str(label) for label in Level.labels] == [
            "Не оценено",
            "Нет сведений",
            "Действия не выявлены",
            "Объявлено",
            "Выполняется",
            "Выполнено частично",
            "Выполнено",
            "Противоположные меры",
        ]


@pytest.mark.parametrize(("text", "found"), [("пyнкт", ["пyнкт"]), ("CSV или JSON", []), ("%(n)sй", [])])
def test_mixed_words_are_found(text, found):
    assert mixed_words(text) == found
