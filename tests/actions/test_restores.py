"""A restore is recorded by a person of the staff, in an epoch of its own, and tells for ever what was lost."""

from pathlib import Path
from typing import Any

import pytest

from tests.actions.asserting import actors, outcomes, refuses
from tests.conftest import NOW, World
from tracker.actions.checkpoints import take_checkpoints
from tracker.actions.history import Act
from tracker.actions.restores import record_restores
from tracker.errors import InvalidValue, NotAllowed, ReadOnly, WrongState
from tracker.lib.canonical import time_text
from tracker.lib.checkpoints import Kept, as_text, read
from tracker.models import HistoryEntry, Restore
from tracker.permissions import SYSTEM
from tracker.queries import continuity
from tracker.queries.verify import verify


@pytest.fixture
def file(world: World, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of checkpoints, of a process that begins now."""
    settings.KEPT_FOLDER = tmp_path
    monkeypatch.setattr(continuity, "_unbroken", False)
    take_checkpoints(at=NOW)
    return tmp_path / "checkpoints.txt"


def last(log: str) -> HistoryEntry:
    return HistoryEntry.objects.filter(log=log).order_by("-epoch", "-sequence")[0]


def publish(file: Path, log: str, size: int = 10_000, epoch: int = 1, head: str = "ab" * 32) -> Kept:
    """Let a checkpoint be known that this database has not: it was put back to before it."""
    kept = Kept(log, epoch, size, head, time_text(NOW))
    file.write_text(file.read_text() + as_text([kept]))
    return kept


def told(restore: Restore) -> Kept:
    return Kept(restore.lost_log, restore.lost_epoch, restore.lost_size, restore.lost_head, time_text(NOW))


def test_gap_of_one_log_is_told_in_a_new_epoch_and_the_record_is_open_again(world: World, file: Path) -> None:
    log = str(world.alliance.uuid)
    lost, kept = publish(file, log, epoch=3), last(log)
    with pytest.raises(ReadOnly):
        world.draft()

    (restore,) = record_restores(actor=world.actor("root"), at=NOW, reason="Disk failed.")

    assert told(restore) == lost
    assert (restore.alliance, restore.kept_size, restore.kept_head) == (world.alliance, kept.sequence, kept.hash)
    entry = last(log)
    assert (entry.object_kind, entry.epoch, entry.sequence) == ("restore", 4, kept.sequence + 1)
    assert last("installation").epoch == 1
    world.draft()
    assert verify().faults == []
    (taken,) = take_checkpoints(at=NOW)
    assert (taken.log, taken.epoch) == (log, 4)
    assert read(file.read_text())[-1] == taken
    assert continuity.breaks() == []


def test_every_log_with_a_gap_is_told_in_one_act(world: World, file: Path) -> None:
    logs = ["installation", str(world.alliance.uuid), str(world.other_alliance.uuid)]
    lost = {publish(file, log) for log in logs}
    restores = record_restores(actor=world.actor("root"), at=NOW, reason="Disk failed.")
    assert {told(restore) for restore in restores} == lost
    assert [last(log).epoch for log in logs] == [2, 2, 2]
    assert len({last(log).request_id for log in logs}) == 1
    assert verify().faults == []


def test_log_that_is_gone_is_told_in_the_installations(world: World, file: Path) -> None:
    lost = publish(file, "00000000-0000-4000-8000-000000000001")
    (restore,) = record_restores(actor=world.actor("root"), at=NOW, reason="Disk failed.")
    assert (restore.alliance, told(restore), restore.kept_size) == (None, lost, 0)
    assert last("installation").object_kind == "restore"
    assert last("installation").epoch == 1
    assert continuity.breaks() == []


def test_second_restore_opens_an_epoch_that_nobody_has_seen(world: World, file: Path) -> None:
    log = str(world.alliance.uuid)
    publish(file, log)
    record_restores(actor=world.actor("root"), at=NOW, reason="Disk failed.")
    take_checkpoints(at=NOW)
    publish(file, log, epoch=2)
    record_restores(actor=world.actor("root"), at=NOW, reason="Disk failed again.")
    assert last(log).epoch == 3
    assert Restore.objects.count() == 2
    assert verify().faults == []


def test_only_a_person_of_the_installations_staff_records(world: World, file: Path) -> None:
    publish(file, "installation")
    people = actors(world)
    found = outcomes(
        {
            name: lambda who=who: record_restores(actor=who, at=NOW, reason="Disk failed.")
            for name, who in people.items()
        }
    )
    assert found == {name: "done" if name == "root" else "NotAllowed" for name in people}


def test_restore_without_a_reason_or_a_gap_is_refused(world: World, file: Path) -> None:
    with refuses(WrongState, "nothing to record"):
        record_restores(actor=world.actor("root"), at=NOW, reason="Disk failed.")
    publish(file, "installation")
    with refuses(InvalidValue):
        record_restores(actor=world.actor("root"), at=NOW, reason="  ")
    with refuses(NotAllowed):
        record_restores(actor=SYSTEM, at=NOW, reason="Disk failed.")


def test_file_that_cannot_be_read_lets_nothing_be_recorded(world: World, file: Path) -> None:
    file.write_text(file.read_text()[:-80])
    with refuses(ReadOnly, "cannot be read"):
        record_restores(actor=world.actor("root"), at=NOW, reason="Disk failed.")


def test_act_that_needs_no_unbroken_history_is_the_restores_alone(world: World, file: Path) -> None:
    publish(file, "installation")
    with refuses(ReadOnly), Act("test", actor=SYSTEM, at=NOW):
        pass
