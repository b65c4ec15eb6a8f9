"""Many random alterations of the history by someone with full rights over the database, and who finds them.

    python -m tests.drills.tampering [--each 200] [--seed 2031] [--database sqlite URL …] [--to FILE]

Each alteration meets the same filled record, of which one checkpoint of every log was kept outside. Two judge it: the
verifier on the server, and an outsider who has nothing but what the site serves, the verifier of docs/ and the kept
checkpoint. The same seed draws the same alterations. The table goes to docs/drills/tampering.md; progress to standard
error.
"""

import argparse
import contextlib
import datetime as dt
import importlib.util
import io
import json
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.drills.running import ROOT, called, databases, empty_database, in_process, set_up
from tests.drills.tampering_page import COVERED, UNCOVERED, UNFINDABLE, page, shortcomings

TO = ROOT / "docs" / "drills" / "tampering.md"
EACH, SEED = 200, "2031"
ITEMS = 9


@dataclass
class Site:
    """What anyone can download: the text of every log, and level and day of every item that is shown."""

    logs: dict[str, str]
    items: dict[str, tuple[str, str]]


@dataclass
class Ground:
    """The filled record: what was kept of it outside, at two moments, and what the site served before."""

    kept: list[Any]
    later: list[Any]
    site: Site
    folder: Path
    slugs: tuple[str, ...] = ("home", "abroad")


@dataclass
class Judged:
    """Who found one alteration: the `chain`, tables included, the kept `checkpoint`, or only the `next` one.

    `public` and `shown`: what the site serves of the log, or of an item's level, is no longer the same.
    """

    what: str
    chain: bool
    checkpoint: bool
    next: bool
    public: bool
    outsider: bool
    shown: bool
    compared: bool
    faults: list[str] = field(default_factory=list)


# --- The record


def fill(world: Any, seed: str, *, covered: int = COVERED, uncovered: int = UNCOVERED) -> tuple[list[Any], list[Any]]:
    """Let random acts happen until so many entries stand in the log of the alliance; return the checkpoint taken there,
    and another one taken after so many more.
    """
    from tests import factories as make
    from tests.conftest import NOW
    from tests.drills import asof_acts
    from tracker.actions.checkpoints import take_checkpoints
    from tracker.models import HistoryEntry

    chance, at, taken = random.Random(seed), NOW, []
    log = HistoryEntry.objects.filter(log=str(world.alliance.uuid))
    for _number in range(ITEMS):
        point = make.RecommendationFactory(section=world.items[0].recommendation.section)
        make.ItemFactory(alliance=world.alliance, recommendation=point)
    # Items that are out of the lists show nothing that could be changed.
    names = [name for name in (*asof_acts.ACTS, *asof_acts.OFTEN) if name != "archive"]
    for wanted in (covered, covered + uncovered):
        while log.count() < wanted:
            at += dt.timedelta(hours=chance.randrange(1, 48))
            asof_acts.do(world, chance.choice(names), chance.getrandbits(32), at)
        taken.append(take_checkpoints(at=at + dt.timedelta(minutes=1)))
        # A value that was redacted has no older backup to come from.
        names = [name for name in names if name != "redact"]
    return taken[0], taken[1]


def ground(world: Any, seed: str, folder: Path, **counts: int) -> Ground:
    """Fill the record and keep what an outsider keeps."""
    from tracker.lib.checkpoints import as_text, read

    kept, later = fill(world, seed, **counts)
    (folder / "kept.txt").write_text(as_text(kept), encoding="ascii")
    return Ground(read(as_text(kept)), [*kept, *later], site(("home", "abroad")), folder)


# --- Two judges


def site(slugs: tuple[str, ...]) -> Site:
    """Return what the site serves: both alliances' logs, the installation's, and the items of the first as a file."""
    from tracker.models import Alliance
    from tracker.models.history import INSTALLATION
    from tracker.queries.public_log import lines

    logs = [*(str(key) for key in Alliance.objects.filter(slug__in=slugs).values_list("uuid", flat=True)), INSTALLATION]
    return Site({log: "".join(lines(log)) for log in sorted(logs)}, shown_items(slugs[0]))


def shown_items(slug: str) -> dict[str, tuple[str, str]]:
    """Return {document and reference: (level, since)} as the site's own file of items has them."""
    from django.test import Client

    answer = Client(SERVER_NAME="127.0.0.1").get(f"/{slug}/items.json")
    if answer.status_code == 404:
        return {}  # the alliance itself was cut away
    rows = json.loads(b"".join(answer) if answer.streaming else answer.content)
    rows = rows if isinstance(rows, list) else rows["items"]
    return {f"{row['document']} {row['reference']}": (row["level"], row["level_since"] or "–") for row in rows}


def judge(ground: Ground, what: str) -> Judged:
    """Ask both judges."""
    from tracker.queries.verify import verify

    faults = [str(fault) for fault in verify(kept=ground.later).faults]
    by_checkpoint = [fault for fault in faults if "the checkpoint of " in fault]
    kept_ones = {f"the checkpoint of {one.size} entries, taken {one.time}" for one in ground.kept}
    now = site(ground.slugs)
    code, printed = outsider(ground, now)
    return Judged(
        what,
        chain=len(faults) > len(by_checkpoint),
        checkpoint=any(about in fault for fault in by_checkpoint for about in kept_ones),
        next=bool(by_checkpoint),
        public=now.logs != ground.site.logs,
        outsider=code == 1,
        shown=now.items != ground.site.items,
        compared=printed_items(printed) != now.items,
        faults=faults[:3],
    )


def outsider(ground: Ground, now: Site) -> tuple[int, str]:
    """Return how the verifier of docs/ ends on the downloaded logs with the kept checkpoint, and what it prints."""
    paths = []
    for log in ground.site.logs:
        paths.append(ground.folder / f"{log}.jsonl")
        paths[-1].write_text(now.logs.get(log, ""), encoding="ascii")
    arguments = [*map(str, paths), "--checkpoint", str(ground.folder / "kept.txt"), "--items"]
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        code = _verifier().main(arguments)
    return code, said.getvalue()


def _verifier() -> Any:
    if "downloaded_verifier" not in sys.modules:
        spec: Any = importlib.util.spec_from_file_location("downloaded_verifier", ROOT / "docs" / "verify_history.py")
        sys.modules["downloaded_verifier"] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules["downloaded_verifier"])
    return sys.modules["downloaded_verifier"]


def printed_items(printed: str) -> dict[str, tuple[str, str]]:
    """Return {document and reference: (level, since)} as the verifier printed them."""
    rows = (line.strip().split(" | ") for line in printed.splitlines() if line.count(" | ") == 2)
    return {name: (level, since.removeprefix("since ")) for name, level, since in rows}


# --- One alteration, undone afterwards


def altered(ground: Ground, name: str, seed: str, using: str) -> str:
    """Alter the record at random, in the class called `name`, by a connection with every right; say what was done."""
    from django.db import transaction

    from tests.drills.alterations import CLASSES
    from tests.drills.forging import Forger, NotPossible, sizes, unguarded

    chance, covered = random.Random(seed), sizes(ground.kept)
    later = sizes(ground.later[len(ground.kept) :])
    # A single entry has nothing before or after it to change places with.
    logs = sorted(log for log in covered if covered[log] > 1 and (name != UNFINDABLE or log in later))
    with unguarded(using), transaction.atomic(using=using):
        while True:
            log = chance.choices(logs, [covered[log] for log in logs])[0]
            with contextlib.suppress(NotPossible), transaction.atomic(using=using):
                return CLASSES[name](Forger(using, log, covered[log], chance))


def taken_back(ground: Ground, name: str, seed: str) -> Judged:
    """Alter the record inside a transaction that never ends well, and judge it there."""
    from django.db import transaction

    with transaction.atomic():
        judged = judge(ground, altered(ground, name, seed, "default"))
        transaction.set_rollback(True)
    return judged


def on_copy(base: Path) -> Callable[[Ground, str, str], Judged]:
    """Return what alters a copy of the file `base` with a plain connection, in place of the program's own."""
    from django.db import connections

    copy = base.with_name("copy.sqlite3")
    plain = connections["default"].settings_dict | {"NAME": str(copy), "ENGINE": "django.db.backends.sqlite3"}
    plain["OPTIONS"] = {"init_command": "PRAGMA synchronous=OFF"}
    connections.databases["forger"] = plain

    def judged(ground: Ground, name: str, seed: str) -> Judged:
        connections["default"].close()
        shutil.copy(base, copy)
        what = altered(ground, name, seed, "forger")
        connections["forger"].close()
        connections["default"].settings_dict["NAME"] = str(copy)
        return judge(ground, what)

    return judged


# --- One database, in a process of its own


def trial(each: int, seed: str) -> dict[str, Any]:
    """Fill the empty database that DATABASE_URL names, alter it again and again, and count who found it."""
    set_up(quiet=True)  # where an alliance was cut away, its pages are not found
    from django.core.management import call_command
    from django.db import connection

    from tests.drills.alterations import CLASSES
    from tests.drills.asof import small_world
    from tracker.models import HistoryEntry, HistoryValue

    call_command("migrate", verbosity=0)
    with tempfile.TemporaryDirectory() as folder:
        made = ground(small_world(), seed, Path(folder))
        counts = {"entries": HistoryEntry.objects.count(), "values": HistoryValue.objects.count()}
        untouched = judge(made, "nothing")
        way = taken_back
        if connection.vendor == "sqlite":
            base = Path(folder) / "base.sqlite3"
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            shutil.copy(connection.settings_dict["NAME"], base)
            way = on_copy(base)
        begun, found = time.monotonic(), {}
        for name in CLASSES:
            found[name] = tally(way(made, name, f"{seed}/{name}/{number}") for number in range(each))
            print(f"{connection.vendor}, {name}: {json.dumps(found[name]['sums'])}", file=sys.stderr, flush=True)
        alarm = untouched.chain or untouched.next or untouched.outsider or untouched.compared
        return counts | {"alarm": alarm, "classes": found, "seconds": time.monotonic() - begun}


def tally(judged: Iterator[Judged]) -> dict[str, Any]:
    """Return how often each judge found it, and what was done where nobody did."""
    sums, missed = Counter[str](), []
    for one in judged:
        sums.update(
            done=1,
            chain=one.chain,
            checkpoint=one.checkpoint,
            found=one.chain or one.checkpoint,
            only_checkpoint=one.checkpoint and not one.chain,
            next=one.chain or one.next,
            public=one.public,
            outsider=one.outsider,
            outsider_too_early=one.outsider and not one.public,
            shown=one.shown,
            seen=one.outsider or one.compared,
            seen_shown=one.shown and (one.outsider or one.compared),
            seen_public=(one.public or one.shown) and (one.outsider or one.compared),
            served=one.public or one.shown,
        )
        missed += [] if one.chain or one.checkpoint else [one.what]
    return {"sums": dict(sums), "missed": missed[:5]}


# --- Both databases


def run(url: str, each: int, seed: str) -> dict[str, Any]:
    """Return what the alterations of an empty database of the kind of `url` came to."""
    with empty_database(url) as database:
        return in_process(database, "tests.drills.tampering", "--trial", "--each", each, "--seed", seed)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.drills.tampering", description="Who finds tampering.")
    parser.add_argument("--each", type=int, default=EACH, help="alterations of each class on each database")
    parser.add_argument("--seed", default=SEED)
    parser.add_argument("--database", nargs="+", default=databases())
    parser.add_argument("--to", type=Path, default=TO)
    parser.add_argument("--trial", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.trial:
        print(json.dumps(trial(options.each, options.seed)))
        return 0
    results = {}
    for url in options.database:
        results[called(url)] = run(url, options.each, options.seed)
    options.to.parent.mkdir(parents=True, exist_ok=True)
    options.to.write_text(page(results, options.each, options.seed), encoding="utf-8")
    faults = [f"{name}, {fault}" for name, result in results.items() for fault in shortcomings(result)]
    print("\n".join([*faults, f"{len(faults)} faults; the table is in {options.to.name}"]), file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
