"""Many editors at once: every update that was acknowledged is there afterwards, and nobody was told "locked".

    python -m tests.drills.editors [--editors 8 32] [--updates 1000] [--database URL …] [--to FILE]

Each editor is a process of its own that posts the workspace's form: new drafts, changes of its own drafts, and changes
of one draft that all share. Beside them one process assigns items in bulk and one imports documents. The table goes to
docs/drills/editors.md; progress to standard error.
"""

import argparse
import json
import re
import sys
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from tests.drills.running import ROOT, called, conclude, databases, empty_database, in_process, set_up, table

TO = ROOT / "docs" / "drills" / "editors.md"
EDITORS, UPDATES = (8, 32), 1000
SHARED_EVERY = 5  # after so many drafts an editor changes the one that all share
BULK, IMPORTS = 20, 5


@dataclass
class Told:
    """What one process was told: what was acknowledged, how often somebody was first, and what broke."""

    acknowledged: list[str] = field(default_factory=list)
    conflicts: int = 0
    errors: list[str] = field(default_factory=list)
    slowest: float = 0.0

    @contextmanager
    def request(self) -> Any:
        begun = time.monotonic()
        try:
            yield
        except Exception as error:  # every kind is a finding
            self.errors.append(f"{type(error).__name__}: {error}"[:200])
        self.slowest = max(self.slowest, time.monotonic() - begun)


# --- The processes. Each sets Django up for itself.


def edit(username: str, items: list[int], shared: int) -> Told:
    """Post updates as `username`: one new draft for each of `items`, and in between changes of the shared one."""
    set_up(quiet=True)
    from django.test import Client

    from tracker.models import User

    told, client = Told(), Client(SERVER_NAME="127.0.0.1")
    with told.request():
        client.force_login(User.objects.get(username=username))
    for number, item in enumerate(items, start=1):
        marker = f"{username} on item {item}"
        with told.request():
            answer = client.post(f"/admin/tracker/update/add/?item={item}", _typed(marker))
            if _is_saved(answer):
                told.acknowledged.append(marker)
            else:
                told.errors.append(f"{answer.status_code} for a new draft")
        if number % SHARED_EVERY == 0:
            _change(client, told, shared, f"{username} changes the shared draft, {number}")
    return told


def _change(client: Any, told: Told, update: int, marker: str) -> None:
    address = f"/admin/tracker/update/{update}/change/"
    with told.request():
        version = re.search(r'name="version" value="(\d+)"', client.get(address).content.decode())
        answer = client.post(address, _typed(marker) | {"version": version[1] if version else ""})
        if _is_saved(answer):
            told.acknowledged.append(marker)
        elif answer.status_code == 200 and marker in answer.content.decode():
            told.conflicts += 1
        else:
            told.errors.append(f"{answer.status_code}: what was typed is lost")


def _is_saved(answer: Any) -> bool:
    """Tell whether an answer leads on to the draft, and not to the page to sign in."""
    return answer.status_code == 302 and "/tracker/update/" in answer["Location"]


def _typed(marker: str) -> dict[str, str]:
    return {"act": "save", "perspective": "alliance", "period_to": "2026-03", "done_en": marker, "level": ""}


def assign(times: int) -> Told:
    """Assign all items in bulk, again and again: to one organisation and to the other."""
    set_up(quiet=True)
    from django.utils import timezone

    from tracker.actions.items import assign_items
    from tracker.models import Alliance, Item, User
    from tracker.queries.people import actor_for

    told, alliance = Told(), Alliance.objects.get(slug="home")
    actor = actor_for(User.objects.get(username="staff"), alliance)
    owners = list(alliance.members.all())
    for number in range(times):
        with told.request():
            rows = [(item, item.version) for item in Item.objects.select_related("alliance").order_by("pk")[:50]]
            done = assign_items(rows, owner=owners[number % 2], actor=actor, at=timezone.now())
            told.acknowledged += ["a bulk act"] if done.changed else []
            told.conflicts += len(done.refused)
    return told


def bring_in(times: int) -> Told:
    """Import documents that the catalogue does not have yet, one after another."""
    set_up(quiet=True)
    from django.utils import timezone

    from tests.importer.texts import REPORT
    from tracker.actions.sources import import_document
    from tracker.importer.source import read_bytes
    from tracker.permissions import SYSTEM

    told = Told()
    for number in range(times):
        with told.request():
            source = read_bytes(REPORT.encode(), f"report-{number}.txt")
            import_document(source, document=f"report-{number}", actor=SYSTEM, at=timezone.now())
            told.acknowledged.append("an import")
    return told


def _work(task: tuple[str, tuple[Any, ...]]) -> dict[str, Any]:
    name, values = task
    return asdict({"edit": edit, "assign": assign, "import": bring_in}[name](*values))


# --- One run on one database, in a process of its own


def rush(editors: int, updates: int) -> dict[str, Any]:
    """Fill the empty database that DATABASE_URL names, let everyone loose, and count what was kept."""
    set_up(quiet=True)
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    items, shared = _world(editors, updates)
    each = -(-updates // editors)
    tasks: list[tuple[str, tuple[Any, ...]]] = [("assign", (BULK,)), ("import", (IMPORTS,))]
    tasks += [("edit", (f"editor{n}", items[n * each : (n + 1) * each], shared)) for n in range(editors)]
    connection.close()
    begun = time.monotonic()
    with get_context("spawn").Pool(len(tasks)) as pool:
        told = [Told(**row) for row in pool.map(_work, tasks, chunksize=1)]
    seconds = time.monotonic() - begun
    assigned, imported, *edited = told
    markers = [marker for row in edited for marker in row.acknowledged]
    return {
        "editors": editors,
        "acknowledged": len(markers),
        "lost": len(_lost(markers)),
        "conflicts": sum(row.conflicts for row in edited),
        "bulk": f"{len(assigned.acknowledged)} ({assigned.conflicts} rows told)",
        "imports": len(imported.acknowledged),
        "errors": dict(Counter(error for row in told for error in row.errors)),
        "slowest": max(row.slowest for row in told),
        "seconds": seconds,
        "faults": _faults(),
    }


def _world(editors: int, updates: int) -> tuple[list[int], int]:
    """Make an alliance with enough items and people, and the draft that all share."""
    from tests import factories as make
    from tests.conftest import content
    from tracker.actions.history import Act
    from tracker.actions.progress import draft_update
    from tracker.choices import Role
    from tracker.models import Item
    from tracker.permissions import SYSTEM
    from tracker.queries.people import actor_for

    first, second = make.OrganisationFactory(code="first"), make.OrganisationFactory(code="second")
    alliance = make.AllianceFactory(slug="home", members=[first, second])
    section = make.SectionFactory()
    with Act("test_setup", actor=SYSTEM, at=make.NOW) as act:
        rows = [
            act.add(Item(alliance=alliance, recommendation=act.add(make.RecommendationFactory.build(section=section))))
            for _number in range(updates + editors + 1)
        ]
    people = [("staff", Role.STAFF), *((f"editor{number}", Role.COORDINATOR) for number in range(editors))]
    for username, role in people:
        user = make.UserFactory(username=username)
        make.MembershipFactory(alliance=alliance, user=user, organisation=first, role=role)
    from django.utils import timezone

    draft = draft_update(rows[-1], content(), actor=actor_for(_user("editor0"), alliance), at=timezone.now())
    return [row.pk for row in rows[:-1]], draft.pk


def _user(username: str) -> Any:
    from tracker.models import User

    return User.objects.get(username=username)


def _lost(markers: list[str]) -> list[str]:
    """Return what was acknowledged and is in no row and in no entry: each save is told in the history."""
    from tracker.models import HistoryValue

    kept = {
        json.loads(new).get("en") for new in HistoryValue.objects.filter(field="done").values_list("new", flat=True)
    }
    return [marker for marker in markers if marker not in kept]


def _faults() -> int:
    """Return in how many places the tables and the history differ."""
    from tracker.queries.verify import verify

    return len(verify().faults)


# --- The table


def run(url: str, editors: int, updates: int) -> dict[str, Any]:
    """Return what one run on an empty database of the kind of `url` came to."""
    with empty_database(url) as database:
        found = in_process(database, "tests.drills.editors", "--rush", editors, updates)
    return {"database": called(url), **found}


COLUMNS = {
    "database": "database",
    "editors": "editors at once",
    "acknowledged": "updates acknowledged",
    "lost": "of them lost",
    "conflicts": "told that someone was first, every word kept",
    "bulk": "bulk acts of 50 rows",
    "imports": "imports",
    "errors": "errors",
    "faults": "faults found by the verifier",
    "slowest": "slowest answer, s",
    "seconds": "all, s",
}


def page(results: list[dict[str, Any]]) -> str:
    """Return the page with the table of all runs."""
    return (
        f"# Many editors at once\n\n{table(COLUMNS, results)}\n\n"
        "Every editor is a process that posts the workspace's own form: new drafts, and after each fifth a change of "
        "one draft that all of them share. An update is *acknowledged* when the answer leads on, and *lost* when the "
        "history does not have it afterwards. Beside the editors one process assigns 50 items at a time and one "
        "imports documents. An *error* is any answer that is neither the acknowledgement nor the form with what was "
        "typed, “database is locked” included.\n"
    )


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.drills.editors", description="Many editors at once.")
    parser.add_argument("--editors", type=int, nargs="+", default=EDITORS)
    parser.add_argument("--updates", type=int, default=UPDATES, help="new drafts in each run")
    parser.add_argument("--database", nargs="+", default=databases())
    parser.add_argument("--to", type=Path, default=TO)
    parser.add_argument("--rush", type=int, nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.rush:
        print(json.dumps(rush(*options.rush)))
        return 0
    results = []
    for url in options.database:
        for editors in options.editors:
            results.append(run(url, editors, options.updates))
            print(json.dumps(results[-1]), file=sys.stderr, flush=True)
    return conclude(results, page(results), options.to)


if __name__ == "__main__":
    sys.exit(main())
