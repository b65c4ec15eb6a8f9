"""Many processes that write at once: no error, an unbroken chain, and nothing that was acknowledged is lost.

    python -m tests.drills.writers [--writers 8] [--acts 500] [--database sqlite URL …] [--to FILE]

Each writer is a process of its own that does acts one after another, most of them in the log that all share. The table
goes to docs/drills/writers.md; progress to standard error.
"""

import argparse
import datetime as dt
import json
import statistics
import sys
import time
from collections import Counter
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from tests.drills.running import ROOT, called, conclude, databases, empty_database, in_process, set_up, table

TO = ROOT / "docs" / "drills" / "writers.md"
WRITERS, ACTS = 8, 500
# That all writers share; an organisation has one draft on an item at a time, so each draft gets an item of its own.
SHARED = 40


# --- The processes. Each sets Django up for itself.


def write(task: tuple[int, int]) -> dict[str, Any]:
    """Do so many acts as one writer: drafts, changes of drafts, letters, assignments, and now and then one of the
    installation's log. Returns what was acknowledged, as the words that its entry must hold, what broke, and how long
    each took.
    """
    writer, acts = task
    set_up(quiet=True)
    from tracker.models import Alliance, User
    from tracker.queries.people import actor_for

    alliance = Alliance.objects.get(slug="home")
    user = User.objects.get(username=f"writer{writer}")
    actor = actor_for(user, alliance)
    told: dict[str, Any] = {"acknowledged": [], "errors": [], "seconds": []}
    mine: list[Any] = []
    for number in range(acts):
        words = f"{user.username}, act {number}"
        begun = time.monotonic()
        try:
            _act(alliance, user, actor, number, words, mine, first=SHARED + writer * drafts_of(acts))
            told["acknowledged"].append(words)
        except Exception as error:  # every kind is a finding
            told["errors"].append(f"{type(error).__name__}: {error}"[:200])
        told["seconds"].append(time.monotonic() - begun)
    return told


def drafts_of(acts: int) -> int:
    """Return how many items a writer needs for so many acts."""
    return 3 * (acts // 10 + 1)


def _act(alliance: Any, user: Any, actor: Any, number: int, words: str, mine: list[Any], *, first: int) -> None:
    from django.utils import timezone

    from tests.conftest import content
    from tracker.actions.items import assign_item
    from tracker.actions.people import change_user
    from tracker.actions.progress import draft_update, edit_draft
    from tracker.actions.requests import draft_request
    from tracker.models import Item, Organisation, User

    by = {"actor": actor, "at": timezone.now()}
    items = Item.objects.filter(alliance=alliance).order_by("pk")
    item = items[number % SHARED]
    kind = number % 10
    if kind in (0, 1, 2) or not mine:
        mine.append(draft_update(items[first + len(mine)], content(done={"en": words}), **by))
    elif kind in (3, 4, 5):
        mine[-1] = edit_draft(mine[-1], content(done={"en": words}), **by)
    elif kind in (6, 7):
        owner = alliance.members.order_by("pk")[number % 2]
        due = dt.date(2030, 1, 1) + dt.timedelta(days=(number * 7 + user.pk) % 3000)
        assign_item(item, owner=owner, update_due_on=due, reason=words, **by)
    elif kind == 8:
        state = Organisation.objects.get(code="the-state")
        draft_request(item, state, subject=words, letter="We ask.", language="en", **by)
    else:
        # The log of the installation, with a word that no draft has.
        hidden = "hidden" if User.objects.get(pk=user.pk).visibility != "hidden" else "role_only"
        change_user(user, visibility=hidden, reason=words, **by)


# --- One run on one database, in a process of its own


def rush(writers: int, acts: int) -> dict[str, Any]:
    """Fill the empty database that DATABASE_URL names, let all writers loose, and count what was kept."""
    set_up(quiet=True)
    from django.core.management import call_command
    from django.db import connection

    from tracker.models import HistoryEntry
    from tracker.queries.verify import verify

    call_command("migrate", verbosity=0)
    _world(writers, SHARED + writers * drafts_of(acts))
    before = HistoryEntry.objects.count()
    connection.close()
    begun = time.monotonic()
    with get_context("spawn").Pool(writers) as pool:
        told = pool.map(write, [(number, acts) for number in range(writers)], chunksize=1)
    seconds = time.monotonic() - begun
    acknowledged = [words for one in told for words in one["acknowledged"]]
    taken = sorted(second for one in told for second in one["seconds"])
    verdict = verify()
    return {
        "writers": writers,
        "acts": writers * acts,
        "acknowledged": len(acknowledged),
        "lost": len(_lost(acknowledged)),
        "errors": dict(Counter(error for one in told for error in one["errors"])),
        "entries": HistoryEntry.objects.count() - before,
        "faults": len(verdict.faults),
        "each_second": len(acknowledged) / seconds,
        "median": statistics.median(taken) * 1000,
        "slowest": taken[-1],
        "seconds": seconds,
    }


def _world(writers: int, items: int) -> None:
    """Make an alliance with items that all writers share, and one coordinator for each writer."""
    from tests import factories as make
    from tracker.choices import Role

    with make.together():
        members = [make.OrganisationFactory(code=code) for code in ("first", "second")]
        state = make.OrganisationFactory(code="the-state", kind="state_body")
        alliance = make.AllianceFactory(slug="home", members=members, duty_bearer=state)
        section = make.SectionFactory()
        for _number in range(items):
            make.ItemFactory(alliance=alliance, recommendation=make.RecommendationFactory(section=section))
        for number in range(writers):
            user = make.UserFactory(username=f"writer{number}")
            for role in (Role.COORDINATOR, Role.STAFF):
                make.MembershipFactory(alliance=alliance, user=user, organisation=members[number % 2], role=role)


def _lost(acknowledged: list[str]) -> set[str]:
    """Return what was acknowledged and stands in no entry."""
    from tracker.models import HistoryValue

    kept = set()
    for new in HistoryValue.objects.filter(field__in=["done", "@reason", "subject"]).values_list("new", flat=True):
        value = json.loads(new)
        kept.add(value.get("en") if isinstance(value, dict) else value)
    return set(acknowledged) - kept


# --- The table


def run(url: str, writers: int, acts: int) -> dict[str, Any]:
    """Return what one run on an empty database of the kind of `url` came to."""
    with empty_database(url) as database:
        found = in_process(database, "tests.drills.writers", "--rush", "--writers", writers, "--acts", acts)
    return {"database": called(url), **found}


COLUMNS = {
    "database": "database",
    "writers": "writers at once",
    "acts": "acts tried",
    "acknowledged": "acknowledged",
    "lost": "of them lost",
    "errors": "errors",
    "entries": "entries written",
    "faults": "faults found by the verifier",
    "each_second": "acts a second, all writers",
    "median": "median of an act, ms",
    "slowest": "slowest act, s",
    "seconds": "all, s",
}


def page(results: list[dict[str, Any]]) -> str:
    """Return the page with the table of all runs."""
    return (
        f"# Many writers at once\n\n{table(COLUMNS, results)}\n\n"
        "Every writer is a process that does one act after another: drafts and changes of drafts, assignments of items "
        "that all share, letters, and each tenth in the log of the installation; the others all go to the log of one "
        "alliance, one entry at a time. An act is *acknowledged* when its function returns, and *lost* when no entry "
        "holds its words afterwards. *Errors* are exceptions of any kind: “database is locked”, and that someone else "
        "was first between reading and writing an item, included. All, s includes the start of the processes.\n"
    )


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.drills.writers", description="Many writers at once.")
    parser.add_argument("--writers", type=int, default=WRITERS)
    parser.add_argument("--acts", type=int, default=ACTS, help="acts of each writer")
    parser.add_argument("--database", nargs="+", default=databases())
    parser.add_argument("--to", type=Path, default=TO)
    parser.add_argument("--rush", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.rush:
        print(json.dumps(rush(options.writers, options.acts)))
        return 0
    results = []
    for url in options.database:
        results.append(run(url, options.writers, options.acts))
        print(json.dumps(results[-1]), file=sys.stderr, flush=True)
    return conclude(results, page(results), options.to)


if __name__ == "__main__":
    sys.exit(main())
