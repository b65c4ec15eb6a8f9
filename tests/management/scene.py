"""What happens on a site around a restore: each step is a process of its own, as it would be there.

    python -m tests.management.scene STEP FOLDER

Prints what it found as JSON. The database is the one of DATABASE_URL.
"""

import contextlib
import io
import json
import os
import sys
from pathlib import Path
from typing import Any

SECRET = "Maria Petrova of Lesnaya street"
WORDS = "Words that somebody typed with some care and would miss."


def _command(*words: str) -> dict[str, Any]:
    from django.core.management import CommandError, call_command

    out = io.StringIO()
    try:
        call_command(*words, stdout=out, stderr=out)
    except (CommandError, SystemExit) as ended:
        return {"ended": str(ended), "out": out.getvalue()}
    return {"ended": "", "out": out.getvalue()}


def before(folder: Path) -> Any:
    """A record, its checkpoint and backup; then more acts, a redaction and another checkpoint."""
    from tests import factories as make
    from tests.conftest import NOW, World, _world
    from tracker.actions.redactions import carry_out_redaction, propose_redaction

    with make.together():
        world: World = _world()
    update = world.published(done={"en": f"{SECRET} said that the centre opened."})
    found: dict[str, Any] = {"taken": _command("checkpoint"), "backup": _command("backup", str(folder / "backup"))}
    found["again"] = _command("backup", str(folder / "backup"))
    world.published(world.items[1], by="boris", reviewer="clara")
    asked = propose_redaction(update, "done", ground="child", actor=world.actor("anna"), at=NOW)
    carry_out_redaction(asked, actor=world.actor("staff"), at=NOW)
    found["last"] = _command("checkpoint")
    return found


def look(folder: Path) -> Any:
    """The older state without a word about it: nothing can be written, and nothing redacted is shown."""
    from django.test import Client
    from django.urls import reverse

    from tests.conftest import NOW
    from tracker.actions.history import Act
    from tracker.errors import ReadOnly
    from tracker.models import HistoryEntry, Item, User
    from tracker.permissions import SYSTEM

    found: dict[str, Any] = {"entries": HistoryEntry.objects.count()}
    with contextlib.suppress(ReadOnly):
        with Act("test", actor=SYSTEM, at=NOW) as act:
            act.note(act.lock(Item.objects.all()[0]))
        found["written"] = True
    reader, staff = Client(SERVER_NAME="127.0.0.1"), Client(SERVER_NAME="127.0.0.1")
    for name in ("/home/", "/home/items.csv", "/home/history/checkpoints.txt", "/ru/home/", "/account/login/"):
        page = reader.get(name)
        found[name] = [page.status_code, SECRET in page.content.decode() if not page.streaming else True]
    typed = {"login": "staff", "password": "a long demo password"}
    found["sign in"] = staff.post(reverse("account_login"), typed).status_code
    desk = staff.get(reverse("admin:index"))
    found["desk"] = [desk.status_code, "Read-only." in desk.content.decode()]
    item = Item.objects.filter(alliance__slug="home")[0]
    answer = staff.post(
        reverse("admin:tracker_item_lifecycle", args=[item.pk]),
        {"lifecycle": "not_applicable", "reason_en": WORDS, "version": item.version},
    )
    found["step"] = [answer.status_code, "record_restore" in answer.content.decode(), WORDS in answer.content.decode()]
    staff.force_login(User.objects.get(username="staff"))
    new = {
        "oldpassword": "a long demo password",
        "password1": "quite another phrase 7",
        "password2": "quite another phrase 7",
    }
    changed = staff.post(reverse("account_change_password"), new)
    found["password"] = [changed.status_code, "quite another" in changed.content.decode()]
    found["kept"] = User.objects.get(username="staff").check_password("a long demo password")
    found["entries after"] = HistoryEntry.objects.count()
    found["checkpoint"] = _command("checkpoint")
    found["export"] = _command(
        "export_summary", "--alliance", "home", "--format", "json", "--output", str(folder / "x")
    )
    found["exported"] = (folder / "x").exists()
    found["check"] = _command("check")
    found["nobody"] = _command("record_restore", "--as", "staff", "--reason", "Disk failed.")
    found["dry"] = _command("record_restore", "--as", "root", "--reason", "Disk failed.", "--dry-run")
    return found


def record(folder: Path) -> Any:
    """The gap is told, and the site is as before."""
    return {"record": _command("record_restore", "--as", "root", "--reason", "Disk failed.")} | after(folder)


def put_back(folder: Path) -> Any:
    """The backup is put back by our own command."""
    words = ["restore", str(folder / "backup"), "--as", "root", "--reason", "Disk failed."]
    return {"dry": _command(*words, "--dry-run"), "put back": _command(*words, "--yes")} | after(folder)


def after(folder: Path) -> dict[str, Any]:
    """Return what the site is like once it can be written again."""
    from django.test import Client

    from tests.conftest import NOW
    from tracker.actions.history import Act
    from tracker.models import HistoryEntry, Item, Restore, Update
    from tracker.permissions import SYSTEM

    with Act("test", actor=SYSTEM, at=NOW) as act:
        act.note(act.lock(Item.objects.filter(alliance__slug="home")[0]))
    entry = HistoryEntry.objects.filter(action="test").order_by("-epoch", "-sequence")[0]
    told = Restore.objects.order_by("pk").values_list(
        "alliance__slug", "kept_size", "lost_log", "lost_epoch", "lost_size", "lost_head"
    )
    return {
        "epoch": entry.epoch,
        "restores": [list(row) for row in told],
        "secret": any(SECRET in str(update.done) for update in Update.objects.all()),
        "page": Client(SERVER_NAME="127.0.0.1").get("/home/").status_code,
        "checkpoint": _command("checkpoint"),
        "verify": _command("verify_history"),
        "nothing": _command("record_restore", "--as", "root", "--reason", "Once more."),
    }


STEPS = {"before": before, "look": look, "record": record, "put_back": put_back}

if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "tracker.settings"
    import django

    django.setup()
    json.dump(STEPS[sys.argv[1]](Path(sys.argv[2])), sys.stdout)
