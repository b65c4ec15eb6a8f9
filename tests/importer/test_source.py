"""Bytes become lines with an editor's numbers, or are refused in words that name the file and nothing of its place."""

import codecs
import hashlib
import os
import random
import tracemalloc
from pathlib import Path

import pytest

from tracker.errors import SourceRefused
from tracker.importer.source import MOST_BYTES, read_bytes, read_file

NO_TEXT = "“a.txt” is no text file. Save the document as plain text (UTF-8) and import that."
EMPTY = "“a.txt” is empty."


def refusal(data: bytes, name: str = "a.txt") -> str:
    with pytest.raises(SourceRefused) as caught:
        read_bytes(data, name)
    return str(caught.value)


def test_text_becomes_lines_with_size_and_digest() -> None:
    data = "Первая\nsecond".encode()

    source = read_bytes(data, "a.txt")

    assert source.name == "a.txt"
    assert source.size == len(data)
    assert source.sha256 == hashlib.sha256(data).hexdigest()
    assert source.lines == ("Первая", "second")


@pytest.mark.parametrize(
    "data",
    [b"", b" \t\r\n\n\f ", codecs.BOM_UTF8, codecs.BOM_UTF8 + b"\n \n", "\u00a0\u2028\n".encode()],
    ids=["nothing", "blanks", "mark only", "mark and blanks", "wide blanks"],
)
def test_file_without_a_letter_is_refused_as_empty(data: bytes) -> None:
    assert refusal(data) == EMPTY


@pytest.mark.parametrize(
    "data",
    [
        b"\x89PNG\r\n\x1a\n" + b"\x00" * 20,
        b"\x89PNG only by name",
        b"%PDF-1.7\n1 0 obj << >> endobj\n",
        b"PK\x03\x04\x14\x00\x06\x00word/document.xml",
        b"PK\x03\x04 as if it was text",
        b"\x7fELF\x02\x01\x01\x00",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        b"\xff\xd8\xff\xe0JFIF",
        rb"{\rtf1\ansi Words that look like text.}",
        random.Random(3).randbytes(50_000),
        b"first line\nsec\x00ond line\n",
        b"first line\nsecond\x07 line\n",
        "четыре".encode("utf-16-le"),
    ],
    ids="png png-text pdf docx zip elf doc jpeg rtf random nul bell utf16-unmarked".split(),
)
def test_what_is_no_text_is_refused(data: bytes) -> None:
    assert refusal(data) == NO_TEXT


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be"])
def test_utf16_is_refused_by_its_name(encoding: str) -> None:
    mark = codecs.BOM_UTF16_BE if encoding == "utf-16-be" else b""

    assert refusal(mark + "Слова".encode(encoding)) == "“a.txt” is in UTF-16. Save it as plain text in UTF-8."


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
@pytest.mark.parametrize(("encoding", "word"), [("cp1251", "Привет"), ("latin-1", "été")])
def test_another_encoding_is_refused_with_the_line(encoding: str, word: str, end: str) -> None:
    data = f"plain{end}{end}words {word}{end}".encode(encoding)

    assert refusal(data).startswith("“a.txt” is not in UTF-8 (line 3).")


def test_character_cut_at_the_end_is_refused_with_the_line() -> None:
    assert refusal("one\nдва".encode()[:-1]).startswith("“a.txt” is not in UTF-8 (line 2).")


def test_mark_at_the_start_is_no_part_of_the_text() -> None:
    assert read_bytes(codecs.BOM_UTF8 + b"one\ntwo", "a.txt").lines == ("one", "two")


@pytest.mark.parametrize("data", [b"one\n\ntwo\n", b"one\r\n\r\ntwo\r\n", b"one\r\rtwo\r", b"one\n\r\ntwo\r"])
def test_line_ends_of_every_system_give_the_same_numbers(data: bytes) -> None:
    assert read_bytes(data, "a.txt").lines == ("one", "", "two", "")


@pytest.mark.parametrize("separator", ["\u2028", "\u2029", "\x85", "\f"])
def test_other_separators_do_not_shift_line_numbers(separator: str) -> None:
    lines = read_bytes(f"one{separator}still one\ntwo".encode(), "a.txt").lines

    assert lines == (f"one{separator}still one", "two")


def test_line_of_many_characters_is_refused_and_one_just_below_read() -> None:
    assert read_bytes(b"x" * 100_000, "a.txt").lines == ("x" * 100_000,)
    assert refusal(b"one\n" + b"x" * 100_001).startswith("“a.txt” has a line of more than 100000 characters")


def test_text_of_many_lines_is_refused_and_one_just_below_read() -> None:
    assert len(read_bytes(b"x\n" * 29_999, "a.txt").lines) == 30_000
    assert refusal(b"x\n" * 30_000) == "“a.txt” has more than 30000 lines: it is no report as text."


def test_largest_size_is_read_and_one_byte_more_refused() -> None:
    whole = (b"x" * 999 + b"\n") * (MOST_BYTES // 1000)
    whole += b"y" * (MOST_BYTES - len(whole))

    assert read_bytes(whole, "a.txt").size == MOST_BYTES
    assert refusal(whole + b"z").startswith("“a.txt” is larger than 5 MB")


# --- Files


def test_file_is_read_like_its_bytes(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"one\r\ntwo")

    assert read_file(tmp_path / "a.txt") == read_bytes(b"one\r\ntwo", "a.txt")


def test_huge_file_is_refused_without_being_read(tmp_path: Path) -> None:
    huge = tmp_path / "huge.txt"
    with huge.open("wb") as file:
        file.truncate(200 * 1024 * 1024)

    tracemalloc.start()
    with pytest.raises(SourceRefused, match=r"“huge\.txt” is larger than 5 MB"):
        read_file(huge)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    # The bytes that are read and the buffer that they are read into.
    assert most < 3 * MOST_BYTES


def test_missing_file_and_folder_are_told_by_the_bare_name(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    told = {}
    for name in ("nowhere.txt", "folder", "no/where.txt", "nul\x00.txt"):
        with pytest.raises(SourceRefused) as caught:
            read_file(tmp_path / name)
        told[name] = str(caught.value)

    assert told == {
        "nowhere.txt": "There is no file “nowhere.txt”.",
        "folder": "“folder” is a folder. Name a file.",
        "no/where.txt": "There is no file “where.txt”.",
        "nul\x00.txt": "There is no file “nul�.txt”.",
    }


def test_pipe_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")

    with pytest.raises(SourceRefused, match=r"There is no file “pipe\.txt”\."):
        read_file(tmp_path / "pipe.txt")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_file_without_permission_is_refused_by_its_bare_name(tmp_path: Path) -> None:
    locked = tmp_path / "locked.txt"
    locked.write_text("words")
    locked.chmod(0)

    with pytest.raises(SourceRefused, match=r"^“locked\.txt” cannot be read: "):
        read_file(locked)


def test_name_longer_than_a_file_system_allows_is_refused_and_told_short(tmp_path: Path) -> None:
    with pytest.raises(SourceRefused) as caught:
        read_file(tmp_path / ("n" * 300 + ".txt"))

    assert str(caught.value) == f"“{'n' * 89}…nnnnnn.txt” cannot be read: File name too long."


# --- Names


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("/srv/secret/a.txt", "a.txt"),
        ("..\\..\\secret\\a.txt", "a.txt"),
        ("two\nlines.txt", "two�lines.txt"),
        ("turned\u202etxt.exe", "turned�txt.exe"),
        ("bad\udcff.txt", "bad�.txt"),
        ("отчёт 2012.txt", "отчёт 2012.txt"),
        ("", "�"),
        ("folder/", "�"),
        ("n" * 300 + ".txt", "n" * 89 + "…nnnnnn.txt"),
    ],
    ids="path windows newline turned undecodable russian empty slash long".split(),
)
def test_name_is_bare_one_line_and_short(name: str, told: str) -> None:
    assert read_bytes(b"words", name).name == told
    assert refusal(b"", name) == f"“{told}” is empty."
