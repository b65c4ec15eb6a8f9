"""A history that is not the one that was published is read and not written, until a restore is recorded."""

from pathlib import Path
from typing import Any

import pytest

from tests.conftest import NOW, World, everything
from tracker.actions.history import Act
from tracker.errors import ReadOnly
from tracker.lib.checkpoints import Kept, as_text
from tracker.models import HistoryEntry, Restore
from tracker.permissions import SYSTEM
from tracker.queries import continuity

TIME = "2026-03-02T09:00:00.000000Z"


@pytest.fixture
def kept(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of checkpoints of a process that begins now."""
    settings.KEPT_FOLDER = tmp_path
    monkeypatch.setattr(continuity, "_unbroken", False)
    return tmp_path / "checkpoints.txt"


def last(log: str) -> HistoryEntry:
    return HistoryEntry.objects.filter(log=log).order_by("-epoch", "-sequence")[0]


def head(world: World, **values: Any) -> Kept:
    entry = last(str(world.alliance.uuid))
    told = {"log": entry.log, "epoch": entry.epoch, "size": entry.sequence, "head": entry.hash, "time": TIME}
    return Kept(**told | values)


def write(world: World) -> None:
    with Act("test_write", actor=SYSTEM, at=NOW) as act:
        act.note(act.lock(world.alliance))


def test_history_that_goes_on_from_what_was_published_is_written(world: World, kept: Path) -> None:
    kept.write_text(as_text([head(world)]))
    write(world)
    assert continuity.is_unbroken()


@pytest.mark.parametrize("lost", [{"size": 10_000}, {"head": "0" * 64}, {"epoch": 2}, {"log": "gone"}])
def test_history_that_lacks_what_was_published_is_only_read(world: World, kept: Path, lost: dict[str, Any]) -> None:
    kept.write_text(as_text([head(world), head(world, **lost)]))
    before = everything()

    with pytest.raises(ReadOnly):
        write(world)

    assert everything() == before


def test_file_that_cannot_be_read_stops_every_write(world: World, kept: Path) -> None:
    kept.write_text(as_text([head(world)])[:60])
    before = everything()

    with pytest.raises(ReadOnly, match="line 1: a checkpoint cannot be read"):
        write(world)

    assert everything() == before


def test_gap_that_is_recorded_lets_the_record_be_written_again(world: World, kept: Path) -> None:
    lost = head(world, size=10_000, head="ab" * 32)
    told = {"lost_log": lost.log, "lost_epoch": lost.epoch, "lost_size": lost.size, "lost_head": lost.head}
    now = last(lost.log)
    with Act("record_restore", actor=SYSTEM, at=NOW) as act:
        act.add(Restore(alliance=world.alliance, kept_size=now.sequence, kept_head=now.hash, **told))
        act.open_epoch(lost.log, 2)
    kept.write_text(as_text([lost]))

    write(world)

    assert (last(lost.log).epoch, last(lost.log).sequence) == (2, now.sequence + 2)


def test_no_file_and_an_empty_one_stop_nothing(world: World, kept: Path) -> None:
    assert continuity.is_unbroken()
    kept.write_text("")
    assert continuity.kept_outside() == []


def test_gap_names_what_is_there_instead(world: World) -> None:
    lost = head(world, size=10_000)
    now = last(lost.log)
    assert continuity.gaps([lost]) == [continuity.Gap(lost, now.sequence, now.hash)]
    gone = head(world, log="gone")
    assert continuity.gaps([gone]) == [continuity.Gap(gone, 0, "")]
