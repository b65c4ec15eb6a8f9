"""The list of redactions beside the database: it outlives a restore, and what it names goes again."""

import datetime as dt
import json
import resource
import signal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from tests import factories as make
from tests.actions.asserting import refuses
from tests.actions.redactable import SAID, SECRET, anywhere, proposed, redacted, with_leads
from tests.conftest import NOW, World, everything
from tracker.actions import redactions
from tracker.actions.redactions import carry_out_redaction, list_outside, replay_redactions
from tracker.choices import RedactionState
from tracker.errors import NotAllowed, ReadOnly
from tracker.models import HistoryEntry, Redaction
from tracker.permissions import SYSTEM
from tracker.queries.redactions import BLANK, listed, pending_redactions
from tracker.queries.verify import verify


@pytest.fixture
def world(world: World) -> World:
    return with_leads(world)


@pytest.fixture
def kept(settings: Any, tmp_path: Path) -> Path:
    settings.KEPT_FOLDER = tmp_path / "kept"
    return tmp_path / "kept" / "redactions.txt"


def test_list_tells_where_and_never_what_or_who(
    world: World, kept: Path, django_capture_on_commit_callbacks: Any
) -> None:
    update = world.published(done=SAID)
    with django_capture_on_commit_callbacks(execute=True):
        redaction = redacted(world, update, "done")

    line = json.loads(kept.read_text(encoding="ascii"))
    last = HistoryEntry.objects.filter(object_uuid=redaction.uuid).latest("pk")
    hashes = [HistoryEntry.objects.get(log=redaction.log, sequence=number).hash for number, _name in redaction.places]
    assert line == {
        "log": redaction.log,
        "object": ["update", str(update.uuid)],
        "field": "done",
        "places": redaction.places,
        "entries": hashes,
        "ground": "child",
        "decided_at": "2026-03-02T09:00:00.000000Z",
        "epoch": 1,
        "size": last.sequence,
        "head": last.hash,
    }
    assert pending_redactions() == []
    assert list_outside()
    assert len(listed()) == 1


def test_list_that_cannot_be_read_is_said(world: World, kept: Path) -> None:
    kept.parent.mkdir()
    for text in ("{", "[]", '{"object": 1}', "{}"):
        kept.write_text(text + "\n")
        with pytest.raises(ReadOnly, match="list of redactions"):
            pending_redactions()


def test_restored_values_are_redacted_again_and_only_once(world: World, kept: Path) -> None:
    update = world.published(done=SAID)
    evidence = make.EvidenceFactory(alliance=world.alliance, title=SECRET)
    point = _savepoint()
    redaction = redacted(world, update, "done")
    list_outside()
    _back_to(point)
    assert pending_redactions() == listed() != []
    assert anywhere(SECRET)
    later = NOW + dt.timedelta(days=3)

    assert replay_redactions(actor=SYSTEM, at=later) == 1

    assert anywhere(SECRET) == []
    evidence.refresh_from_db()
    assert evidence.title == BLANK
    again = Redaction.objects.get()
    assert (again.proposed_by, again.decided_by, again.decided_at) == (None, None, redaction.decided_at)
    assert (again.state, again.places) == (RedactionState.DONE, redaction.places)
    assert pending_redactions() == []
    before = everything()
    assert replay_redactions(actor=SYSTEM, at=later) == 0
    assert everything() == before
    assert verify().faults == []


def test_new_entry_at_the_number_of_a_lost_one_is_left_alone(world: World, kept: Path) -> None:
    point = _savepoint()
    redacted(world, world.published(done=SAID), "done")
    list_outside()
    _back_to(point)
    # As many entries, of other things.
    other = world.published(done={"en": "Nothing that must go."})
    world.draft(world.items[1])

    assert pending_redactions() == []
    assert replay_redactions(actor=SYSTEM, at=NOW) == 0
    other.refresh_from_db()
    assert other.done.data == {"en": "Nothing that must go."}


def test_open_proposal_is_carried_out_by_the_replay(world: World, kept: Path) -> None:
    redaction = proposed(world, world.published(done=SAID), "done")
    point = _savepoint()
    carry_out_redaction(redaction, actor=world.actor("lena"), at=NOW)
    list_outside()
    _back_to(point)

    replay_redactions(actor=world.actor("root"), at=NOW)

    redaction.refresh_from_db()
    assert (redaction.state, redaction.decided_by, Redaction.objects.count()) == (RedactionState.DONE, None, 1)


def test_files_are_not_scrubbed_inside_a_transaction_and_the_command_says_what_to_do(world: World) -> None:
    result = carry_out_redaction(proposed(world, world.published(done=SAID), "done"), actor=world.actor("lena"), at=NOW)
    assert not result.scrubbed.done
    with pytest.raises(CommandError, match=r"Run manage\.py scrub"):
        call_command("scrub")


def test_only_the_installation_replays(world: World, kept: Path) -> None:
    for name in ("anna", "staff", "lena"):
        with refuses(NotAllowed):
            replay_redactions(actor=world.actor(name), at=NOW)


def _savepoint() -> str:
    return str(transaction.savepoint())


def _back_to(point: str) -> None:
    """Put the database back to an older state, as a restore does."""
    transaction.savepoint_rollback(point)


def test_list_that_cannot_be_read_stops_neither_the_redaction_nor_the_scrubbing(
    world: World, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    redaction = proposed(world, world.published(done=SAID), "done")
    kept.parent.mkdir()
    kept.write_text("{")
    scrubbed: list[int] = []
    monkeypatch.setattr(redactions, "connection", SimpleNamespace(in_atomic_block=False))
    monkeypatch.setattr(redactions, "scrub", lambda: scrubbed.append(1))

    assert not carry_out_redaction(redaction, actor=world.actor("lena"), at=NOW).is_listed

    assert scrubbed == [1]


def test_full_disk_leaves_no_half_line_in_the_list(world: World, kept: Path) -> None:
    redacted(world, world.published(done=SAID), "done")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handled = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, before[1]))
    try:
        listed_then = list_outside()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handled)

    assert not listed_then
    assert list(kept.parent.iterdir()) == []
    assert list_outside()
    assert len(listed()) == 1
