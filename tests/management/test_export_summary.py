"""manage.py export_summary, as the command line runs it: what it writes, what it says, how it ends."""

import csv
import datetime as dt
import io
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.management import base
from django.utils import timezone, translation

from tests.conftest import NOW, World, everything
from tracker.actions.history import Act
from tracker.actions.items import assign_item
from tracker.exporting.formats import FORMATS
from tracker.management.commands import export_summary
from tracker.models import Alliance
from tracker.permissions import SYSTEM
from tracker.queries.items import current
from tracker.reports import summary


@pytest.fixture(autouse=True)
def _present(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    # The command line closes the database when it is done; the test still needs it.
    monkeypatch.setattr(base.connections, "close_all", lambda: None)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@dataclass
class Result:
    code: int
    out: bytes
    err: str


def run(*args: str, monkeypatch: pytest.MonkeyPatch, out: Any = None, err: io.StringIO | None = None) -> Result:
    """Run the command as `manage.py export_summary ARGS` does, with its exit code."""
    out, err = out or io.TextIOWrapper(io.BytesIO(), encoding="ascii"), err or io.StringIO()
    monkeypatch.setattr("sys.stdout", out)
    monkeypatch.setattr("sys.stderr", err)
    code = 0
    try:
        export_summary.Command().run_from_argv(["manage.py", "export_summary", *args])
    except SystemExit as ended:
        code = int(ended.code or 0)
    finally:
        monkeypatch.undo()
    if isinstance(out, io.TextIOWrapper):
        out.flush()
        return Result(code, out.buffer.getvalue(), err.getvalue())  # type: ignore[attr-defined]
    return Result(code, out.getvalue().encode(), err.getvalue())


@pytest.fixture
def export(monkeypatch: pytest.MonkeyPatch, _present: None) -> Any:
    def exported(*args: str, out: Any = None, err: io.StringIO | None = None) -> Result:
        with pytest.MonkeyPatch.context() as streams:
            return run(*args, monkeypatch=streams, out=out, err=err)

    return exported


def csv_rows(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("form", FORMATS)
def test_export_summary_writes_the_report_to_standard_output(world: World, export: Any, form: str) -> None:
    world.published()
    result = export("--alliance", "home", "--format", form, "--base-url", "https://tracker.example")
    day = NOW.date()
    expected = summary.table(
        current(world.alliance, today=day),
        world.alliance,
        today=day,
        base_url="https://tracker.example",
        internal=True,
    )
    assert (result.code, result.out) == (0, b"".join(FORMATS[form].chunks(expected)))
    told, *checkpoints = result.err.splitlines()
    assert told == f"3 items of home (internal), {len(result.out)} bytes of {form}: standard output"
    assert checkpoints == [f"checkpoint {kept.in_one_line()}" for kept in expected.checkpoints]
    assert [kept.log for kept in expected.checkpoints] == [str(world.alliance.uuid), "installation"]


@pytest.mark.parametrize("form", FORMATS)
def test_export_summary_twice_is_the_same_to_the_byte(world: World, export: Any, tmp_path: Path, form: str) -> None:
    world.published()
    for name in ("one", "two"):
        assert export("--alliance", "home", "--format", form, "--output", str(tmp_path / name)).code == 0
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_export_summary_writes_a_file_and_nothing_beside_it(world: World, export: Any, tmp_path: Path) -> None:
    target = tmp_path / "summary.xlsx"
    target.write_bytes(b"an older one")
    result = export("--alliance", "home", "--format", "xlsx", "--output", str(target))
    assert (result.code, result.out) == (0, b"")
    assert openpyxl.load_workbook(target).active["C2"].value == "C(1)"  # type: ignore[union-attr,index]
    assert list(tmp_path.iterdir()) == [target]
    assert result.err.startswith(f"3 items of home (internal), {target.stat().st_size} bytes of xlsx: {target}\n")


def test_export_summary_writes_through_a_link(world: World, export: Any, tmp_path: Path) -> None:
    real, link = tmp_path / "real.csv", tmp_path / "link.csv"
    real.write_text("old")
    link.symlink_to(real)
    assert export("--alliance", "home", "--format", "csv", "--output", str(link)).code == 0
    assert link.is_symlink()
    assert len(csv_rows(real.read_bytes())) == 3


def test_export_summary_without_base_url_gives_paths(world: World, export: Any) -> None:
    found = csv_rows(export("--alliance", "home", "--format", "csv").out)
    assert found[0]["url"] == "/home/items/doc/c-1/"


def test_export_summary_is_the_same_whatever_the_language(world: World, export: Any) -> None:
    english = export("--alliance", "home", "--format", "csv")
    with translation.override("ru"):
        assert export("--alliance", "home", "--format", "csv") == english


def test_export_summary_filters_like_the_list(world: World, export: Any) -> None:
    world.published(world.items[1])
    arguments = ("--alliance", "home", "--format", "json", "--filter")
    found = json.loads(export(*arguments, "level=under_way", "--filter", "area=prevention").out)
    assert [row["reference"] for row in found["items"]] == ["C(2)"]
    both = json.loads(export(*arguments, "level=under_way", "--filter", "level=not_assessed").out)
    assert [row["reference"] for row in both["items"]] == ["C(1)", "C(2)", "C(3)"]


def test_export_summary_that_finds_nothing_is_done_and_says_so(world: World, export: Any) -> None:
    result = export("--alliance", "home", "--format", "csv", "--filter", "words=nothing like it")
    assert (result.code, csv_rows(result.out)) == (0, [])
    assert result.err.startswith("0 items of home")


def test_export_summary_public_leaves_out_what_is_internal(world: World, export: Any) -> None:
    day = dt.date(2026, 1, 1)
    assign_item(world.items[0], actor=world.actor("staff"), at=NOW, owner=world.organisations[0], update_due_on=day)
    internal = csv_rows(export("--alliance", "home", "--format", "csv").out)
    public = export("--alliance", "home", "--format", "csv", "--public")
    assert (internal[0]["update_due_on"], internal[0]["flags"]) == ("2026-01-01", "update_overdue")
    assert (csv_rows(public.out)[0]["update_due_on"], csv_rows(public.out)[0]["flags"]) == ("", "")
    assert "(public)" in public.err


def test_export_summary_public_refuses_filters_on_what_is_internal(world: World, export: Any) -> None:
    arguments = ("--alliance", "home", "--format", "csv", "--filter", "flag=update_overdue")
    assert export(*arguments).code == 0
    assert export(*arguments, "--public").code == 1


@pytest.mark.parametrize("more", [(), ("--public",)])
def test_export_summary_holds_no_drafts_and_no_hidden_names(world: World, export: Any, more: tuple[str, ...]) -> None:
    world.draft(done={"en": "CANARY"})
    with Act("test_setup", actor=SYSTEM, at=NOW) as act:
        act.change(world.organisations[4], visibility="hidden", name={"en": "CANARY"})
    result = export("--alliance", "home", "--format", "csv", *more)
    assert b"CANARY" not in result.out
    assert csv_rows(result.out)[0]["duty_bearer"] == "A member organisation"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--alliance", "atlantis"), "There is no alliance called “atlantis”. There are: abroad, home."),
        (("--filter", "level=splendid"), "--filter level= takes: not_assessed, no_information, no_action, announced"),
        (("--filter", "colour=red"), "Filters: words, document, section, area, owner, level"),
        (("--filter", "section=doc.IX"), "--filter section= takes: doc.I."),
        (("--filter", "document=doc", "--filter", "document=x"), "Choose one value only."),
        (("--base-url", "tracker.example"), "--base-url takes an address such as"),
        (("--base-url", "javascript:alert(1)"), "--base-url takes an address such as"),
        (("--base-url", "https://[x"), "--base-url takes an address such as"),
        (("--output", "/"), "/ is no file."),
        (("--output", "/nowhere/at/all.csv"), "/nowhere/at/all.csv could not be written: No such file or directory."),
    ],
)
def test_export_summary_refuses_and_writes_nothing(
    world: World, export: Any, tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    target = tmp_path / "summary.csv"
    target.write_text("an older one")
    before = everything()
    result = export("--alliance", "home", "--format", "csv", "--output", str(target), *arguments)
    assert (result.code, result.out) == (1, b"")
    assert said in result.err
    assert "Traceback" not in result.err
    assert list(tmp_path.iterdir()) == [target]
    assert target.read_text() == "an older one"
    assert everything() == before


def test_export_summary_before_there_is_an_alliance_says_so(db: None, export: Any) -> None:
    result = export("--alliance", "home", "--format", "csv")
    assert (result.code, Alliance.objects.count()) == (1, 0)
    assert "There are none yet." in result.err


def test_export_summary_that_breaks_leaves_the_older_file(
    world: World, export: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "summary.csv"
    target.write_text("an older one")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    result = export("--alliance", "home", "--format", "csv", "--output", str(target))
    assert result.code == 1
    assert f"{target} could not be written: No space left on device." in result.err
    assert [(path, path.read_text()) for path in tmp_path.iterdir()] == [(target, "an older one")]


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("--alliance", "home"),
        ("--format", "csv"),
        ("--alliance", "home", "--format", "pdf"),
        ("--alliance", "home", "--format", "csv", "--filter", "level"),
        ("--alliance", "home", "--format", "csv", "--filter", "=x"),
        ("--alliance", "home", "--format", "csv", "--colour", "red"),
    ],
)
def test_export_summary_wrong_usage_ends_with_two(world: World, export: Any, arguments: tuple[str, ...]) -> None:
    result = export(*arguments)
    assert (result.code, result.out) == (2, b"")
    assert "usage: manage.py export_summary" in result.err


def test_export_summary_help_has_examples_and_exit_codes(export: Any) -> None:
    result = export("--help", out=io.StringIO())
    text = result.out.decode()
    assert result.code == 0
    for part in ("--filter NAME=VALUE", "--format xlsx --output summary.xlsx\n", "exit codes: 0 done"):
        assert part in text


def test_export_summary_shows_no_workbook_on_a_terminal(world: World, export: Any) -> None:
    result = export("--alliance", "home", "--format", "xlsx", out=Terminal())
    assert (result.code, result.out) == (1, b"")
    assert "Give --output FILE." in result.err


def test_export_summary_shows_a_bar_on_a_terminal(world: World, export: Any, tmp_path: Path) -> None:
    arguments = ("--alliance", "home", "--format", "csv", "--output", str(tmp_path / "x.csv"))
    result = export(*arguments, err=Terminal())
    assert "████████████████████ 3 of 3 items" in result.err
    assert result.err.splitlines()[-3].endswith(f"{tmp_path / 'x.csv'}")


def test_export_summary_says_lines_elsewhere(world: World, export: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export_summary, "_LINE_EVERY", 2)
    result = export("--alliance", "home", "--format", "csv")
    assert result.err.splitlines()[0] == "2 of 3 items"
    assert "\r" not in result.err


def test_export_summary_counts_one_item_as_one(world: World, export: Any) -> None:
    result = export("--alliance", "abroad", "--format", "csv")
    assert result.err.startswith("1 item of abroad")
    assert [row["alliance"] for row in csv_rows(result.out)] == ["abroad"]


def test_export_summary_ends_quietly_when_its_reader_stops(world: World, export: Any) -> None:
    class Closed(io.BytesIO):
        def write(self, data: Any) -> int:
            raise BrokenPipeError

        def fileno(self) -> int:
            return duplicate

    read_end, duplicate = os.pipe()
    os.close(read_end)
    stream = Closed()
    result = export("--alliance", "home", "--format", "csv", out=io.TextIOWrapper(stream))
    os.close(duplicate)
    assert result.code == 1
    assert "stopped before its end" in result.err
