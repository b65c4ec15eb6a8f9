"""How the offline verifier bears damage: many random changes of a genuine log and of its checkpoint, and its verdicts.

    python -m tests.drills.verifier [--inputs 10000] [--seed 2031] [--to FILE]

The same seed makes the same changes of a log of its own. The table goes to docs/drills/verifier.md; progress to
standard error.
"""

import argparse
import datetime as dt
import json
import os
import platform
import re
import sys
import tempfile
import time
import traceback
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from tests.drills.damaged_log import CHECKPOINT_CHANGES, LOG_CHANGES, Genuine, changed, values_left_out

ROOT = Path(__file__).resolve().parents[2]
TO = ROOT / "docs" / "drills" / "verifier.md"
SEED, INPUTS, ENTRIES = "2031", 10_000, 300


def genuine(entries: int) -> Genuine:
    """Write a record of at least so many entries into the database, empty so far: published updates, a redaction and a
    recorded restore among them. Return the public log of its alliance and two checkpoints.
    """
    from tests import conftest, factories
    from tests.verifying import checkpoint, entries_of, last_told
    from tracker.actions.history import Act
    from tracker.lib.checkpoints import as_text
    from tracker.models import HistoryEntry, Redaction, Restore
    from tracker.permissions import SYSTEM
    from tracker.queries import public_log

    with factories.together():
        world = conftest._world()
    log, at = str(world.alliance.uuid), conftest.NOW
    found = HistoryEntry.objects.filter(log=log)
    first = None
    while found.count() < entries:
        item = world.items[found.count() % 3]
        world.published(item, level=("under_way", "announced")[found.count() % 2], period_to="2026-02")
        first = first or checkpoint(log)
    sequence = last_told(entries_of(log), "item", "level").payload["sequence"]
    about = {"object_kind": "item", "object_uuid": world.items[0].uuid, "field": "level", "ground": "child"}
    with Act("propose_redaction", actor=SYSTEM, at=at) as act:
        held = act.add(Redaction(alliance=world.alliance, log=log, places=[[sequence, "level"]], **about))
    with Act("carry_out_redaction", actor=SYSTEM, at=at) as act:
        act.change(act.lock(held), state="done")
    end = checkpoint(log)
    lost = {"lost_log": log, "lost_epoch": 1, "lost_size": end.size + 9, "lost_head": "0" * 64}
    with Act("record_restore", actor=SYSTEM, at=at) as act:
        act.add(Restore(alliance=world.alliance, kept_size=end.size, kept_head=end.head, **lost))
        act.open_epoch(log, 2)
    world.published(world.items[1])
    assert first is not None
    lines = tuple(line.encode("ascii") for line in public_log.lines(log))
    return Genuine(lines, as_text([first, checkpoint(log)]).encode("ascii"))


@dataclass
class Tally:
    """What became of the inputs of one kind; `passed` are those that mean what they meant before."""

    sums: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    slowest: float = 0.0


def run(log: Genuine, inputs: int, seed: str) -> dict[str, Tally]:
    """Return the tally of each kind of change, and show how far it is."""
    from tests.verifying import Folder

    kinds = (*LOG_CHANGES, values_left_out, *CHECKPOINT_CHANGES)
    tallies = {kind.__name__: Tally() for kind in kinds}
    with tempfile.TemporaryDirectory() as path:
        folder = Folder(Path(path))
        expected = _verdict(folder, log.log, log.kept)
        assert expected[0] == 0, expected
        for number in range(inputs):
            kind = kinds[number % len(kinds)]
            rng = Random(f"{seed}/{number}")
            data, kept = changed(kind, log, rng)
            _judge(tallies[kind.__name__], folder, (data, kept), (log, expected[1]), f"{kind.__name__}, {number}")
            if sys.stderr.isatty():
                print(f"\r{number + 1} of {inputs}", end="", file=sys.stderr)
    return tallies


def _verdict(folder: Any, data: bytes, kept: bytes) -> tuple[int, str]:
    (folder.path / "log.jsonl").write_bytes(data)
    (folder.path / "kept.txt").write_bytes(kept)
    code, said = folder.check(folder.path / "log.jsonl", "--checkpoint", folder.path / "kept.txt")
    return code, said


def _judge(tally: Tally, folder: Any, given: tuple[bytes, bytes], genuine: tuple[Genuine, str], about: str) -> None:
    begun = time.perf_counter()
    tally.sums["inputs"] += 1
    try:
        code, said = _verdict(folder, *given)
    except Exception:  # what must never happen, whatever it is
        tally.sums["tracebacks"] += 1
        tally.faults.append(f"{about}: {traceback.format_exc()[-300:]}")
        return
    tally.slowest = max(tally.slowest, time.perf_counter() - begun)
    if code != 0:
        tally.sums["wrong" if code == 1 else "unusable"] += 1
    elif _means_the_same(given, genuine, said):
        tally.sums["passed"] += 1
    else:
        tally.sums["false"] += 1
        tally.faults.append(f"{about}: verified")


def _means_the_same(given: tuple[bytes, bytes], genuine: tuple[Genuine, str], said: str) -> bool:
    """Tell whether an input that was verified is no other than the genuine one, as far as it goes: the checkpoints that
    are left say the same but for their time, and no more is called covered; or the log tells one value less and counts
    it as not public.
    """
    from tests.verifying import TIME
    from tracker.lib.checkpoints import read

    log, expected = genuine
    (data, kept), told = given, [(one.log, one.epoch, one.size, one.head) for one in read(log.kept.decode())]
    if data == log.log:
        try:
            left = {(one.log, one.epoch, one.size, one.head) for one in read(kept.decode("utf-8", "replace"))}
        except ValueError:  # the site's own reader refuses it
            return False
        ours = {one for one in left if one[0] == told[0][0] and one in told}
        others = {one for one in left - ours if one[0] == told[0][0]}
        covered = f"entries covered by these checkpoints: {max((one[2] for one in ours), default=0)};"
        unused = all(f"The checkpoints of log {one[0]} were not used" in said for one in left - ours - others)
        lost = all(f"the checkpoint of {one[2]} entries, taken {TIME}: LOST" in said for one in others)
        return bool(ours) and covered in said and unused and lost and bool(others) == ("but for" in said)
    if len(data.splitlines()) != len(log.lines):
        return False
    pairs = zip(map(json.loads, data.splitlines()), map(json.loads, log.lines), strict=True)
    [(new, old)] = [(new, old) for new, old in pairs if new != old]
    left = {name: old["openings"][name] for name in new["openings"]}
    one_left_out = len(left) == len(old["openings"]) - 1 and new == old | {"openings": left}
    return one_left_out and _counts(said) == _one_less(_counts(expected))


def _counts(said: str) -> tuple[int, int]:
    found = re.search(r"values checked: (\d+); redacted: (\d+); not public: (\d+)", said)
    assert found is not None
    return int(found[1]), int(found[2]) + int(found[3])


def _one_less(counts: tuple[int, int]) -> tuple[int, int]:
    return counts[0] - 1, counts[1] + 1


# --- The table

_COLUMNS = {
    "inputs": "inputs",
    "wrong": "found wrong (exit 1)",
    "unusable": "not usable (exit 2)",
    "passed": "verified, as the meaning is the same",
    "false": "**falsely verified**",
    "tracebacks": "**tracebacks**",
}


def page(tallies: dict[str, Tally], log: Genuine, inputs: int, seed: str) -> str:
    """Return the whole page."""
    today = dt.datetime.now(dt.UTC).date().isoformat()
    sums = sum((tally.sums for tally in tallies.values()), Counter[str]())
    rows = [*((name.replace("_", " "), tally.sums) for name, tally in tallies.items()), ("**all**", sums)]
    table = [
        "| change | " + " | ".join(_COLUMNS.values()) + " |",
        "|---|" + "---:|" * len(_COLUMNS),
        *(f"| {name} | " + " | ".join(str(found[column]) for column in _COLUMNS) + " |" for name, found in rows),
    ]
    slowest = max(tally.slowest for tally in tallies.values())
    return "\n\n".join(
        [
            "# The offline verifier and damaged input",
            f"Written by `make drill` on {today}, Python {platform.python_version()}, seed {seed}: {inputs} changed "
            f"inputs for `docs/verify_history.py`, from one genuine log of {len(log.lines)} entries in two epochs, "
            f"with a redaction and a recorded restore, and two checkpoints of it.",
            "\n".join(table),
            f"The slowest answer took {slowest * 1000:.0f} ms.",
            _LEGEND,
        ]
    )


_LEGEND = """\
## What is counted, and how

Each input is one random change. A log is changed in its bytes, its lines or its values; changed values are written as
the format has it, so that nothing but the value is wrong. *Rewritten as a whole* changes an entry and computes every
number, predecessor and hash anew, as a forger does who owns the server. *Written otherwise* keeps every value and
spells it differently; that is refused, too, as there is one way to write a log.

Two kinds of change leave the meaning as it was, and are verified for that reason alone:

- *Values left out*: a public value is not given away while its commitment stays. Nothing is told wrong; the verifier
  tells one value less and counts one more as not public, which is checked here. What was public may become less: a
  redaction or a hidden organisation does just that. Where the value is a part of what proves a redaction, the count of
  the redacted falls with it.
- *Checkpoints*: around them, in the line of the time, and in blanks at the ends of their lines: log, epoch, size and
  head are the same, and the time vouches for nothing. One that stands there twice vouches as much as once. Where one of
  the two is gone as a whole, the other vouches for what it covers, and the verifier says how far. Where one names
  another log, it says that it was not used; where one names an epoch that a recorded restore says was lost, it says
  that it is lost, and that all is verified but for that. All of it is checked here. A reader who kept less can show
  less, never anything else.
"""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.drills.verifier", description="The verifier under damage.")
    parser.add_argument("--inputs", type=int, default=INPUTS)
    parser.add_argument("--seed", default=SEED)
    parser.add_argument("--to", type=Path, default=TO)
    options = parser.parse_args()
    os.environ |= {"DJANGO_SETTINGS_MODULE": "tests.settings", "DATABASE_URL": "sqlite://:memory:"}
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    log = genuine(ENTRIES)
    tallies = run(log, options.inputs, options.seed)
    options.to.parent.mkdir(parents=True, exist_ok=True)
    options.to.write_text(page(tallies, log, options.inputs, options.seed), encoding="utf-8")
    faults = [fault for tally in tallies.values() for fault in tally.faults]
    print("\n".join([*faults, f"{len(faults)} faults; the table is in {options.to.name}"]), file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
