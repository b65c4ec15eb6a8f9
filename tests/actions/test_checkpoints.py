"""Checkpoints are taken of what grew, written down outside, and of nothing that was changed behind them."""

import datetime as dt
import errno
import os
from pathlib import Path
from typing import Any

import pytest

from tests.actions.asserting import refuses
from tests.conftest import NOW, World
from tracker.actions.checkpoints import take_checkpoints
from tracker.errors import ReadOnly, Refusal
from tracker.lib.canonical import time_text
from tracker.lib.checkpoints import Kept, as_text, read
from tracker.models import Checkpoint, HistoryEntry
from tracker.queries import checkpoints, continuity

LATER = NOW + dt.timedelta(days=1)


@pytest.fixture
def file(settings: Any, tmp_path: Path) -> Path:
    """The file of checkpoints, in a folder that is not there yet."""
    settings.KEPT_FOLDER = tmp_path / "deep" / "kept"
    return tmp_path / "deep" / "kept" / "checkpoints.txt"


def end(log: str, at: dt.datetime = NOW) -> Kept:
    entry = HistoryEntry.objects.filter(log=log).order_by("-sequence")[0]
    return Kept(log, entry.epoch, entry.sequence, entry.hash, time_text(at))


def full(*args: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def stopped(*args: object) -> None:
    raise KeyboardInterrupt


def rows() -> list[Kept]:
    return checkpoints.in_table()


def test_first_checkpoints_are_of_every_log_in_table_and_file(world: World, file: Path) -> None:
    logs = ["installation", *sorted([str(world.alliance.uuid), str(world.other_alliance.uuid)])]

    taken = take_checkpoints(at=NOW)

    assert taken == [end(log) for log in logs]
    assert rows() == taken
    assert file.read_text() == as_text(taken)


def test_only_what_grew_gets_another_one_and_lines_are_added_to_the_file(world: World, file: Path) -> None:
    first = take_checkpoints(at=NOW)
    assert take_checkpoints(at=LATER) == []
    world.draft()
    log = str(world.alliance.uuid)

    second = take_checkpoints(at=LATER)

    assert second == [end(log, LATER)]
    assert rows() == [*first, *second]
    assert file.read_text() == as_text([*first, *second])
    assert checkpoints.latest(log) == second[0]
    assert checkpoints.published([log])[0] == second[0]


def test_database_in_memory_has_the_table_only(world: World) -> None:
    assert len(take_checkpoints(at=NOW)) == 3
    assert Checkpoint.objects.count() == 3


def test_file_that_lacks_rows_of_the_table_is_completed_first(world: World, file: Path) -> None:
    first = take_checkpoints(at=NOW)
    file.write_text(as_text(first[:1]))
    world.draft()

    second = take_checkpoints(at=LATER)

    assert read(file.read_text()) == [first[0], *first[1:], *second]


def test_lost_file_is_written_anew_from_the_table(world: World, file: Path) -> None:
    first = take_checkpoints(at=NOW)
    file.unlink()
    assert take_checkpoints(at=LATER) == []
    assert read(file.read_text()) == first


def forged(kept: Kept, **values: Any) -> Kept:
    return Kept(**({name: getattr(kept, name) for name in ("log", "epoch", "size", "head", "time")} | values))


@pytest.mark.parametrize("lost", [{"size": 10_000}, {"head": "0" * 64}, {"epoch": 2}, {"log": "gone"}])
@pytest.mark.parametrize("where", ["file", "table"])
def test_history_that_does_not_extend_what_was_published_gets_none(
    world: World, file: Path, where: str, lost: dict[str, Any]
) -> None:
    take_checkpoints(at=NOW)
    missing = forged(end(str(world.alliance.uuid)), **lost)
    world.draft()
    if where == "file":
        file.write_text(file.read_text() + as_text([missing]))
    else:
        told = {name: getattr(missing, name) for name in ("log", "epoch", "size", "head", "time")}
        found = {name: told.pop(name) for name in ("log", "epoch", "size")}
        Checkpoint.objects.update_or_create(**found, defaults=told)
    before, table = file.read_text(), rows()

    with refuses(Refusal, missing.log):
        take_checkpoints(at=LATER)

    assert (file.read_text(), rows()) == (before, table)


def test_half_a_checkpoint_in_the_file_stops_the_next(world: World, file: Path) -> None:
    take_checkpoints(at=NOW)
    file.write_text(file.read_text()[:-80])
    with refuses(ReadOnly, "cannot be read"):
        take_checkpoints(at=LATER)


def test_disk_that_is_full_leaves_neither_rows_nor_half_a_block(
    world: World, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_checkpoints(at=NOW)
    world.draft()
    before, table = file.read_bytes(), rows()

    monkeypatch.setattr(os, "fsync", full)
    with refuses(Refusal, "No space left on device"):
        take_checkpoints(at=LATER)

    assert (file.read_bytes(), rows()) == (before, table)
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_power_cut_leaves_what_was_published_and_the_next_run_goes_on(
    world: World, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = take_checkpoints(at=NOW)
    world.draft()
    with monkeypatch.context() as cut:
        cut.setattr(Path, "replace", stopped)
        with pytest.raises(KeyboardInterrupt):
            take_checkpoints(at=LATER)
    assert (read(file.read_text()), rows()) == (first, first)
    assert continuity.breaks() == []

    second = take_checkpoints(at=LATER)

    assert read(file.read_text()) == rows() == [*first, *second]
    assert len(second) == 1


def test_folder_that_cannot_be_made_is_refused_with_its_name(world: World, settings: Any, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    settings.KEPT_FOLDER = tmp_path / "file" / "kept"
    with refuses(Refusal, "kept"):
        take_checkpoints(at=NOW)
    assert rows() == []


def test_history_goes_on_after_its_checkpoints(world: World, file: Path) -> None:
    take_checkpoints(at=NOW)
    world.published()
    assert continuity.breaks() == []
