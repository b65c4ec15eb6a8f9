"""manage.py checkpoint: what it prints, who gets a mail, how it ends."""

import datetime as dt
import io
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.utils import timezone

from tests.conftest import NOW, World, everything
from tests.desks import email, set_up
from tracker.actions.people import keep_checkpoints
from tracker.lib.checkpoints import Kept, as_text, read
from tracker.models import Checkpoint, Mail
from tracker.queries.checkpoints import in_table, latest, logs_of


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> None:
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    settings.SITE_URL = "https://tracker.example.org"
    settings.KEPT_FOLDER = tmp_path


@pytest.fixture
def kept_by(world: World) -> World:
    """olga keeps them for the first organisation, in Russian; clara for the third."""
    for name in ("olga", "clara"):
        email(world, name)
        role = world.alliance.memberships.filter(user=world.users[name])[0]
        keep_checkpoints(role, actor=world.actor("staff"), at=NOW)
    set_up(world.users["olga"], language="ru")
    return world


def run(*args: str) -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    call_command("checkpoint", *args, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def test_checkpoint_prints_the_lines_of_each_log(world: World, tmp_path: Path) -> None:
    out, err = run()
    assert out == as_text(in_table())
    assert len(in_table()) == 3
    assert err == f"3 checkpoints taken, also in {tmp_path / 'checkpoints.txt'}.\nMail: 0 sent, 0 failed.\n"


def test_second_checkpoint_has_nothing_new(world: World) -> None:
    run()
    assert run() == ("", "No log has grown since its last checkpoint.\nMail: 0 sent, 0 failed.\n")


def test_dry_run_prints_and_writes_nothing(kept_by: World, tmp_path: Path) -> None:
    before = everything()
    out, err = run("--dry-run")
    assert len(read(out)) == 3
    assert err == "3 checkpoints would be taken; nothing was written.\n"
    assert everything() == before
    assert not Checkpoint.objects.exists()
    assert list(tmp_path.iterdir()) == []
    assert mail.outbox == []


def test_keepers_get_the_two_logs_of_their_alliance_each_in_their_language(kept_by: World) -> None:
    run()
    sent = {message.to[0]: message for message in mail.outbox}
    assert set(sent) == {"olga@example.org", "clara@example.org"}
    wanted = [latest(log) for log in logs_of(kept_by.alliance)]
    for message in sent.values():
        assert read(str(message.body)) == wanted
        ((html, kind),) = message.alternatives  # type: ignore[attr-defined]
        assert kind == "text/html"
        assert read(html.replace("<pre>", "").replace("</pre>", "")) == wanted
    assert "https://tracker.example.org/home/history/" in str(sent["clara@example.org"].body)
    assert "https://tracker.example.org/ru/home/history/" in str(sent["olga@example.org"].body)


def test_same_checkpoint_is_never_sent_twice_and_the_next_one_is(
    kept_by: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    run()
    run()
    assert len(mail.outbox) == 2
    kept_by.draft()
    monkeypatch.setattr(timezone, "now", lambda: NOW + dt.timedelta(days=1))
    run()
    assert len(mail.outbox) == 4
    assert Mail.objects.filter(key__startswith="checkpoint:").count() == 4


def test_run_that_was_killed_before_the_mail_is_finished_by_the_next(kept_by: World) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tracker.management.commands.checkpoint.keepers", lambda demo: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            run()
    assert mail.outbox == []
    run()
    assert len(mail.outbox) == 2


def test_broken_history_gets_no_checkpoint_and_ends_with_one(kept_by: World, tmp_path: Path) -> None:
    run()
    lost = Kept(str(kept_by.alliance.uuid), 1, 10_000, "ab" * 32, "2026-03-02T09:00:00.000000Z")
    file = tmp_path / "checkpoints.txt"
    file.write_text(file.read_text() + as_text([lost]))
    mail.outbox.clear()
    for arguments in ((), ("--dry-run",)):
        with pytest.raises(CommandError, match=r"10000 entries in epoch 1.*record_restore") as ended:
            run(*arguments)
        assert ended.value.returncode == 1
    assert mail.outbox == []


def test_wrong_usage_is_told() -> None:
    with pytest.raises(CommandError, match="unrecognized arguments"):
        call_command("checkpoint", "--weekly")
