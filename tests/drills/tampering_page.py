"""The page of the drill of tampering: its tables, what they mean, and what would be wrong with them."""

import datetime as dt
import os
import platform
from typing import Any

COVERED, UNCOVERED = 300, 60
UNFINDABLE = "cut an uncovered tail"

COLUMNS = {
    "done": "alterations",
    "found": "found with the kept checkpoint",
    "only_checkpoint": "… which alone gave it away",
    "next": "found with the next checkpoint",
    "public": "changed the public log",
    "outsider": "… found by an outsider",
    "shown": "changed a level or day in the list",
    "seen_shown": "… found by an outsider",
}
TEXT = f"""\
Every alteration meets the same record: an alliance in which random acts were done until its log had {COVERED}
entries, then {UNCOVERED} more. One checkpoint of every log was taken between the two and kept outside. On SQLite each
alteration is made by a plain connection to a copy of the file; on PostgreSQL by the owner's login, in a transaction
that is taken back. The guards are removed first and put back after, and none is missing then. Classes one to seven
touch what the checkpoint covers:

- **edit**: an old or new value, a salt, an opening, a column, the payload or the hash; with its commitment or its own
  hash recomputed, or not.
- **delete in the middle**: one to five entries; the gap left, closed up, or the rest chained anew.
- **cut a covered tail**: all logs from one act on; half of the time with every table put back to what it was then.
- **reorder**, **insert**: two entries change places, or one that never was is put in; numbered or chained anew.
- **change only a shown value**: an item's level or its day together with the row that the lists read; a state of the
  past; any tracked value of any row.
- **rewrite and re-hash everything**: one value is told otherwise, and with it the later entries that repeat it, the
  tables, the commitments with new salts, all hashes after it, and the table of checkpoints. Without a checkpoint kept
  outside nothing is wrong with such a record.
- **cut an uncovered tail**: like the third, but only what came after the checkpoint, with every table put back. Nobody
  can find it with that checkpoint, whatever the program: nothing outside ever vouched for what is gone. The same is
  true of entries after the checkpoint that are rewritten and re-hashed as in class seven. The next checkpoint bounds
  it: whoever keeps that one finds what was cut before it, so that a day's entries are at stake and no more. The
  column for it asks with a checkpoint that was taken of all entries before they were cut.

*Found* is what `manage.py verify_history` finds. The *outsider* has the public log, the verifier of `docs/` and the
kept checkpoint, and compares the levels and days that it prints with the site's list. What the public cannot see, an
outsider cannot check: openings that are not public, columns that repeat the payload, and other shown values than level
and day. A public opening that is served no more looks from outside like one that is not public.
"""


def page(results: dict[str, dict[str, Any]], each: int, seed: str) -> str:
    """Return the page with one table for both databases together, and one for each."""
    import django

    today = dt.datetime.now(dt.UTC).date()
    lines = [
        "# How well the history finds tampering",
        "",
        f"Written by `make drill` on {today}: {each} random alterations of each class on each database, seed {seed}. "
        f"Python {platform.python_version()}, Django {django.__version__}, {os.cpu_count()} cores.",
        "",
        *short_table(results),
        "",
        TEXT,
    ]
    for name, result in results.items():
        about = f"{result['entries']} entries, {result['values']} values; {result['seconds'] / 60:.0f} minutes."
        lines += [f"## {name}", "", about, "", *long_table(result), ""]
    return "\n".join(lines).rstrip() + "\n"


def short_table(results: dict[str, dict[str, Any]]) -> list[str]:
    """Return the lines of the table of what is found with one checkpoint kept outside."""
    lines = [
        "| found, with one checkpoint kept outside | " + " | ".join(results) + " |",
        "|---|" + "---:|" * len(results),
    ]
    for name in next(iter(results.values()))["classes"]:
        sums = [result["classes"][name]["sums"] for result in results.values()]
        lines.append(f"| {name} | " + " | ".join(f"{one['found']} of {one['done']}" for one in sums) + " |")
    return lines


def long_table(result: dict[str, Any]) -> list[str]:
    lines = ["| class | " + " | ".join(COLUMNS.values()) + " |", "|---|" + "---:|" * len(COLUMNS)]
    for name, found in result["classes"].items():
        lines.append(f"| {name} | " + " | ".join(str(found["sums"][column]) for column in COLUMNS) + " |")
    return lines


def shortcomings(result: dict[str, Any]) -> list[str]:
    """Return what is not as the page says."""
    faults = ["an untouched record is called tampered with"] if result["alarm"] else []
    for name, found in result["classes"].items():
        sums, findable = found["sums"], name != UNFINDABLE
        if sums["found"] != (sums["done"] if findable else 0):
            faults.append(f"{name}: {sums['found']} of {sums['done']} found; {found['missed']}")
        if sums["next"] != sums["done"]:
            faults.append(f"{name}: {sums['next']} of {sums['done']} found with the next checkpoint")
        if sums["seen_shown"] != (sums["shown"] if findable else 0):
            faults.append(f"{name}: an outsider compared {sums['shown']} lists and found {sums['seen_shown']}")
        if sums["outsider_too_early"]:
            faults.append(f"{name}: found by an outsider where the log is what it was: {sums['outsider_too_early']}")
    return faults
