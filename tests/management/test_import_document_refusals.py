"""manage.py import_document: what it refuses, how it breaks off, and how it behaves on a terminal and elsewhere."""

import io
import os
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import NOW, World, everything
from tests.management.conftest import REPORT, Command
from tracker.actions import readings
from tracker.actions.history import Act
from tracker.management.commands import import_document
from tracker.models import DocumentImport
from tracker.permissions import SYSTEM

# --- What is refused

HALF = REPORT[: REPORT.index("Prevention\n\n- Teach")] + REPORT[REPORT.index("Child participation\n\n- Ask") :]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "“given.txt” is empty."),
        (b" \n\n\t", "“given.txt” is empty."),
        (b"%PDF-1.7\n\x00\x01\x02", "“given.txt” is no text file."),
        (b"\x89PNG\r\n\x1a\n\x01\xff", "“given.txt” is no text file."),
        (REPORT.encode("utf-16"), "“given.txt” is in UTF-16."),
        ("PREVENTION\n\nUn été à l’école\n".encode("cp1252") * 9, "“given.txt” is not in UTF-8 (line 3)."),
        ("Доклад о защите детей\n".encode("cp1251") * 9, "“given.txt” is not in UTF-8 (line 1)."),
        (b"Milk\nBread\nA letter to the bank\n", "“given.txt” is no document of a kind that can be read"),
        (b"x" * 200_000, "“given.txt” has a line of more than"),
        (HALF.encode(), "the catalogue has 6 points, and this file only 3 of them."),
    ],
    ids="empty blank binary picture utf-16 cp1252 cp1251 letter line half".split(),
)
@pytest.mark.parametrize("options", [(), ("--dry-run",), ("--json",)], ids=["import", "dry run", "json"])
def test_import_document_refuses_a_bad_file_and_writes_nothing(
    world: World, command: Command, report: Path, tmp_path: Path, data: bytes, said: str, options: tuple[str, ...]
) -> None:
    command(report)
    given = tmp_path / "given.txt"
    given.write_bytes(data)
    before = everything()
    result = command(given, *options)
    assert (result.code, result.out) == (1, "")
    assert result.err.startswith("CommandError: Nothing was written. ")
    assert said in result.err
    assert everything() == before


def test_import_document_reads_no_more_than_it_would_take(
    world: World, command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    large = tmp_path / "large.txt"
    with large.open("wb") as file:
        file.truncate(200 * 1024 * 1024)
    asked: list[int] = []
    opened = Path.open

    class Watched(io.FileIO):
        def read(self, size: int = -1) -> bytes:
            asked.append(size)
            return super().read(size) or b""

    def watched(path: Path, *args: Any, **options: Any) -> Any:
        return Watched(path) if path == large else opened(path, *args, **options)

    monkeypatch.setattr(Path, "open", watched)
    before = everything()
    result = command(large)
    assert (result.code, result.out, asked) == (1, "", [5 * 1024 * 1024 + 1])
    assert "“large.txt” is larger than 5 MB, the most that is read." in result.err
    assert everything() == before


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("--alliance", "atlantis"), 1, "There is no alliance “atlantis”. There are: abroad, home."),
        (("--document", "no code"), 1, "“no code” is no code of a document"),
        (("--layout", "novel"), 2, "invalid choice: 'novel'"),
        (("--layout", "questionnaire"), 1, "“report.txt” is no document of a kind that can be read"),
        (("--colour",), 2, "unrecognized arguments: --colour"),
        (("another.txt",), 2, "unrecognized arguments: another.txt"),
    ],
)
def test_import_document_refuses_what_it_is_told_wrong_and_writes_nothing(
    world: World, command: Command, report: Path, arguments: tuple[str, ...], code: int, said: str
) -> None:
    before = everything()
    result = command(report, *arguments)
    assert (result.code, result.out) == (code, "")
    assert said in result.err
    assert "Traceback" not in result.err
    assert everything() == before


@pytest.mark.parametrize(
    ("path", "said"), [("nowhere.txt", "There is no file “nowhere.txt”."), ("folder", "“folder” is a folder.")]
)
def test_import_document_refuses_what_is_no_file(
    world: World, command: Command, tmp_path: Path, path: str, said: str
) -> None:
    (tmp_path / "folder").mkdir()
    before = everything()
    result = command(tmp_path / path)
    assert (result.code, result.out) == (1, "")
    assert f"Nothing was written. {said}" in result.err
    assert everything() == before


def test_import_document_without_a_file_is_wrong_usage(world: World, command: Command) -> None:
    result = command()
    assert (result.code, result.out) == (2, "")
    assert "usage: manage.py import_document" in result.err


def test_import_document_of_replies_needs_a_state_that_gave_them(world: World, command: Command, replies: Path) -> None:
    with Act("test_setup", actor=SYSTEM, at=NOW) as act:
        act.change(world.alliance, duty_bearer=None)
    before = everything()
    result = command(replies, "--alliance", "home")
    assert (result.code, result.out) == (1, "")
    assert "has no State as its duty bearer" in result.err
    assert everything() == before


def test_import_document_that_breaks_while_it_writes_leaves_nothing(
    world: World, command: Command, replies: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: object) -> None:
        raise RuntimeError("The disk is gone.")

    before = everything()
    with monkeypatch.context() as patched:
        patched.setattr(readings, "_record_notes", broken)
        with pytest.raises(RuntimeError):
            command(replies, "--alliance", "home")
    assert everything() == before
    assert command(replies, "--alliance", "home").code == 0


# --- On a terminal, and elsewhere


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_import_document_help_has_examples_and_exit_codes(command: Command) -> None:
    result = command("--help", out=io.StringIO())
    assert result.code == 0
    for part in ("report.txt --dry-run\n", "--layout {country_report,questionnaire}", "exit codes: 0 done"):
        assert part in result.out


def test_import_document_shows_a_bar_on_a_terminal_and_clears_it(world: World, command: Command, replies: Path) -> None:
    result = command(replies, err=Terminal())
    assert [shown.rstrip() for shown in result.err.split("\r")] == [
        "",
        "██████░░░░░░░░░░░░░░ 1 of 3 points and notes",
        "█████████████░░░░░░░ 2 of 3 points and notes",
        "████████████████████ 3 of 3 points and notes",
        "\033[K",
    ]
    assert "points and notes" not in result.out


def test_import_document_tells_elsewhere_how_far_it_is_only_now_and_then(
    world: World, command: Command, replies: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_document, "_LINE_EVERY", 2)
    assert command(replies).err == "2 of 3 points and notes\n"


def test_import_document_says_that_it_is_done_when_its_reader_stops(
    world: World, command: Command, replies: Path
) -> None:
    class Closed(io.BytesIO):
        def write(self, data: Any) -> int:
            raise BrokenPipeError

        def fileno(self) -> int:
            return duplicate

    read_end, duplicate = os.pipe()
    os.close(read_end)
    result = command(replies, "--json", out=io.TextIOWrapper(Closed()))
    os.close(duplicate)
    assert result.code == 1
    assert "history entries written: 3 points" in result.err
    assert "But whatever read the output stopped before its end." in result.err
    assert DocumentImport.objects.count() == 1


def test_import_document_says_when_its_output_could_not_be_written(
    world: World, command: Command, replies: Path
) -> None:
    class Full(io.BytesIO):
        def write(self, data: Any) -> int:
            raise OSError(28, "No space left on device")

        def fileno(self) -> int:
            return duplicate

    duplicate = os.open(os.devnull, os.O_WRONLY)
    result = command(replies, "--dry-run", out=io.TextIOWrapper(Full()))
    os.close(duplicate)
    assert result.code == 1
    assert "But the output is not whole: No space left on device." in result.err
