"""Whatever stops an act leaves no change without its entry and no entry without its change.

    python -m tests.drills.crashes [--kills 100] [--every 1] [--seed 2031] [--database sqlite URL …] [--to FILE]

First an exception in place of each statement of every public act; then processes killed at random moments of a bulk
act. The table goes to docs/drills/crashes.md; progress to standard error.
"""

import argparse
import datetime as dt
import json
import os
import platform
import random
import sys
from collections.abc import Iterable
from contextlib import redirect_stdout
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tests.drills.running import ROOT, called, databases, empty_database, in_process, set_up

TO = ROOT / "docs" / "drills" / "crashes.md"
KILLS, SEED = 100, "2031"
OF_LARGE = 40


def trial(kills: int, every: int, seed: str) -> dict[str, Any]:
    """Fill the empty database that DATABASE_URL names; crash every act, then kill processes; return what was left."""
    set_up()
    from django.core.management import call_command
    from django.db import connection, transaction

    # A test lends a database that has its tables already.
    if "tracker_item" not in connection.introspection.table_names():
        call_command("migrate", verbosity=0)
    acts = []
    if every:
        with transaction.atomic():
            acts = _crash(every, seed)
            transaction.set_rollback(True)
    killed = {}
    if kills:
        from tests.drills import killing

        killing.settle()
        killed = killing.kill(kills, seed)
    return {"acts": acts, "killed": killed}


def _crash(every: int, seed: str) -> list[dict[str, Any]]:
    from tests import factories as make
    from tests.conftest import _world
    from tests.drills.crash_acts import LARGE, SCENES
    from tests.drills.crashing import try_act

    with make.together():
        world = _world()
    chance, found = random.Random(seed), []

    def positions(name: str, statements: int) -> Iterable[int]:
        known = range(1, statements + 1)
        if name in LARGE:
            return chance.sample(known, min(OF_LARGE // every or 1, statements))
        return known[chance.randrange(min(every, statements)) :: every]

    for name in SCENES:
        one = try_act(world, name, lambda statements, name=name: positions(name, statements))
        found.append(asdict(one))
        print(f"{name}: {one.tried} of {one.statements}", flush=True)
    return found


# --- The page


def page(results: dict[str, dict[str, Any]], every: int, seed: str) -> str:
    """Return the page with what all databases came to."""
    import django

    from tests.drills.crash_acts import LARGE

    today = dt.datetime.now(dt.UTC).date()
    lines = ["| | " + " | ".join(results) + " |", "|---|" + "---:|" * len(results)]
    columns = [_summed(result) for result in results.values()]
    lines += [f"| {what} | " + " | ".join(str(column[what]) for column in columns) + " |" for what in columns[0]]
    thinned = "" if every == 1 else f" (in this table only every {every}th)"
    large = ", ".join(f"`{name}`" for name in sorted(LARGE))
    each = OF_LARGE // every or 1
    return (
        "# Whatever stops an act\n\n"
        f"Written by `make drill` on {today}, seed {seed}. Python {platform.python_version()}, "
        f"Django {django.__version__}, {os.cpu_count()} cores.\n\n" + "\n".join(lines) + "\n\n"
        "**An exception between two statements.** Every public function of `tracker/actions` that does something at a "
        "moment is brought to a scene in which it succeeds. Then it is tried again with an exception in place of its "
        f"first statement, of its second, and so on to its last{thinned}, savepoints included; the acts that write "
        f"thousands of statements ({large}) at {each} random ones each. After each all tables must be as before, or, "
        "where the act was done already and what failed came after it, change and entry both there and the whole "
        "record as its history says.\n\n"
        "**Kill -9.** A process of its own assigns all items in one bulk act and is killed at a random moment of it, a "
        "few at the moment after. Then every bulk act has as many entries as there are items or none, all items have "
        "the same owner, and the verifier finds nothing.\n"
    )


def _summed(result: dict[str, Any]) -> dict[str, int]:
    acts, killed = result["acts"], result["killed"]
    sums = {name: sum(act[name] for act in acts) for name in ("statements", "tried", "undone", "whole")}
    return {
        "public acts": len(acts),
        "statements that they ask of the database": sums["statements"],
        "exceptions raised in place of one": sums["tried"],
        "… nothing was changed": sums["undone"],
        "… the act had its end: change and entry": sums["whole"],
        "… **faults**": sum(len(act["faults"]) for act in acts),
        f"processes killed in a bulk act of {killed.get('items', 0)} items": killed.get("kills", 0),
        "… nothing of it was there": killed.get("undone", 0),
        "… all of it was there, with all entries": killed.get("whole", 0),
        "… **faults** (a part of it, or found by the verifier)": len(killed.get("faults", [])),
    }


def faults(result: dict[str, Any]) -> list[str]:
    """Return everything that is not as it must be."""
    return [fault for act in result["acts"] for fault in act["faults"]] + list(result["killed"].get("faults", []))


def trial_on(database: str, kills: int, every: int, seed: str) -> dict[str, Any]:
    """Return what `trial` came to on `database`, in a process of its own."""
    given = ("--trial", "--kills", kills, "--every", every, "--seed", seed)
    return in_process(database, "tests.drills.crashes", *given)


def run(url: str, kills: int, every: int, seed: str) -> dict[str, Any]:
    """Return what everything came to on an empty database of the kind of `url`."""
    with empty_database(url) as database:
        return trial_on(database, kills, every, seed)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.drills.crashes", description="Whatever stops an act.")
    parser.add_argument("--kills", type=int, default=KILLS, help="processes killed on each database")
    parser.add_argument("--every", type=int, default=1, help="crash at every nth statement; 0 at none")
    parser.add_argument("--seed", default=SEED)
    parser.add_argument("--database", nargs="+", default=databases())
    parser.add_argument("--to", type=Path, default=TO)
    parser.add_argument("--trial", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.trial:
        with redirect_stdout(sys.stderr):
            found = trial(options.kills, options.every, options.seed)
        print(json.dumps(found))
        return 0
    results = {}
    for url in options.database:
        results[called(url)] = run(url, options.kills, options.every, options.seed)
    set_up()
    options.to.parent.mkdir(parents=True, exist_ok=True)
    options.to.write_text(page(results, options.every, options.seed), encoding="utf-8")
    bad = [f"{name}: {fault}" for name, result in results.items() for fault in faults(result)]
    print("\n".join([*bad, f"{len(bad)} faults; the table is in {options.to.name}"]), file=sys.stderr)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
