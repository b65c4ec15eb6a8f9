"""Pages of a past day: they say what the pages of that day said, and take not much longer than today's.

    python -m tests.drills.asof [--histories 1000] [--items 13000] [--entries 100000] [--database URL …] [--to FILE]

Random histories of acts on a small alliance; after each day everything that its pages read is kept, and at the end the
same is read of every day that is over. The table goes to docs/drills/asof.md; progress to standard error.
"""

import argparse
import datetime as dt
import json
import os
import platform
import subprocess
import sys
import zoneinfo
from collections import Counter
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.drills.running import ROOT, called, databases, empty_database, in_process, set_up

TO = ROOT / "docs" / "drills" / "asof.md"
HISTORIES = 1000
# How many days pass: mostly none or one, sometimes so many that deadlines and dates to verify pass too.
GAPS = (0,) * 24 + (1, 1, 2, 40, 400)


def histories(longest: int) -> st.SearchStrategy[list[tuple[str, int, int, int]]]:
    """Return random histories: each act with its number, the days that pass before it, and its minute of the day."""
    from tests.drills.asof_acts import ACTS, OFTEN

    acts = st.sampled_from([*ACTS, *OFTEN])
    # The first and the last minute of a day are likely.
    minutes = st.sampled_from((0, 1439)) | st.integers(0, 1439)
    return st.lists(
        st.tuples(acts, st.integers(0, 2**32), st.sampled_from(GAPS), minutes), min_size=8, max_size=longest
    )


def try_history(world: Any, history: list[tuple[str, int, int, int]], told: Counter[str]) -> None:
    """Let one history happen, and assert that each of its days reads as it did; take everything back.

    What it came to is counted in `told`.
    """
    from django.db import transaction

    with transaction.atomic():
        days = _live_through(world, history, told)
        _look_back(world, days, told)
        transaction.set_rollback(True)


def _live_through(world: Any, history: list[tuple[str, int, int, int]], told: Counter[str]) -> dict[dt.date, Any]:
    """Do the acts and return what was read at the end of every day on which something was tried."""
    from tests.drills.asof_acts import do
    from tests.drills.asof_seen import seen
    from tests.factories import NOW
    from tracker.lib.dates import day_in

    zone = zoneinfo.ZoneInfo(world.alliance.time_zone)
    day, at = day_in(world.alliance.time_zone, NOW), NOW
    days: dict[dt.date, Any] = {}
    for name, number, gap, minute in history:
        if gap:
            days[day] = seen(world, {"today": day})
            day += dt.timedelta(days=gap)
        moment = dt.datetime.combine(day, dt.time(minute // 60, minute % 60, 59, 999_999), zone)
        at = max(at, moment)
        told["acts" if do(world, name, number, at) else "refused"] += 1
        told[name] += 1
    days[day] = seen(world, {"today": day})
    return days


def _look_back(world: Any, days: dict[dt.date, Any], told: Counter[str]) -> None:
    from tests.drills.asof_seen import seen, under_todays_rules
    from tracker.queries.asof import end_of
    from tracker.queries.verify import verify

    for day, then in days.items():
        now = seen(world, {"today": day, "past": end_of(world.alliance, day)})
        expected, found = under_todays_rules(then, now)
        for part in expected:
            assert found[part] == expected[part], f"{part} of {day}: {found[part]!r} and not {expected[part]!r}"
        told["days"] += 1
    faults = verify().faults
    assert not faults, faults
    told["histories"] += 1


def run(count: int, longest: int, world: Any) -> Counter[str]:
    """Try `count` random histories of up to `longest` acts; raise AssertionError for the shortest that fails."""
    told: Counter[str] = Counter()

    @settings(
        max_examples=count,
        deadline=None,
        database=None,
        derandomize=count < HISTORIES,
        suppress_health_check=list(HealthCheck),
    )
    @given(histories(longest))
    def each(history: list[tuple[str, int, int, int]]) -> None:
        try_history(world, history, told)
        if told["histories"] % 50 == 0:
            print(f"{told['histories']} of {count} histories", file=sys.stderr, flush=True)

    each()
    return told


def small_world() -> Any:
    """Store the alliance that all histories begin with: three items with two parts each, a document not followed yet, a
    treaty and an item that has none.
    """
    from tests import factories as make
    from tests.conftest import _world
    from tracker.models import Treaty

    with make.together():
        world = _world()
        for item in world.items:
            for letter in "ab":
                make.ComponentFactory(recommendation=item.recommendation, letter=letter)
        section = make.SectionFactory(document=make.DocumentFactory(code="later"), code="I")
        for number in range(2):
            make.RecommendationFactory(section=section, deadline_last_day=dt.date(2026, 3, 20 + number))
        make._together[-1].add(
            Treaty(code="opsc", title=make.texts("T"), short_title=make.texts("T"), depositary=make.texts("The UN"))
        )
        make.EvidenceFactory(alliance=world.alliance)
    return world


# --- One database, in a process of its own


def trial(count: int, longest: int, items: int, entries: int) -> dict[str, Any]:
    """Fill the empty database that DATABASE_URL names, try histories on it, then measure on a large record."""
    set_up()
    from django.core.management import call_command
    from django.db import transaction

    from tests.drills.asof_speed import measure

    call_command("migrate", verbosity=0)
    with transaction.atomic():
        told = run(count, longest, small_world()) if count else Counter()
        transaction.set_rollback(True)
    return {"told": dict(told), "speed": measure(items, entries) if items else []}


# --- The page


def page(results: dict[str, dict[str, Any]], items: int, entries: int) -> str:
    """Return the page with what all databases came to."""
    import django

    today = dt.datetime.now(dt.UTC).date()
    lines = [
        "| database | histories | acts done | acts refused | past days compared | differences |",
        "|---|" + "---:|" * 5,
    ]
    for name, result in results.items():
        told = result["told"]
        cells = (told.get(key, 0) for key in ("histories", "acts", "refused", "days"))
        lines.append(f"| {name} | {' | '.join(f'{cell:,}' for cell in cells)} | 0 |")
    times = ["| database | page | today, ms | middle of the record | last day but one |", "|---|---|" + "---:|" * 3]
    for name, result in results.items():
        for row in result["speed"]:
            past = (f"{row[kind] * 1000:.0f} ms, {row[kind] / row['live']:.2f} ×" for kind in ("middle", "last"))
            times.append(f"| {name} | {row['page']} | {row['live'] * 1000:.0f} | {' | '.join(past)} |")
    return "\n".join(
        [
            "# Pages of a past day",
            "",
            f"Written by `make drill` on {today}, Python {platform.python_version()}, Django {django.__version__}, "
            f"{os.cpu_count()} cores.",
            "",
            "## They say what the pages of that day said",
            "",
            *lines,
            "",
            _SAYS,
            "",
            "## They take not much longer",
            "",
            f"{items:,} items, {entries:,} entries, each page in full, not cached; medians of five interleaved rounds, "
            "and how many times the page of today that is.",
            "",
            *times,
            "",
        ]
    )


_SAYS = """\
A history is up to thirty random acts with random days between them: items opened, assigned, archived, brought back,
closed and reopened; updates of every level and perspective drafted, submitted, returned, discarded, published by one or
two, corrected; disputes named, parts excluded, links found dead and alive again, letters sent and answered, statements
of a source moved to another item, members come and gone, treaty events recorded, texts taken down and redacted.

When a day ends, everything that the pages read is kept: states, flags, figures, filtered lists, rows of the export,
documents, the part of an organisation, treaties, and of each item its reasons, contributors, updates with evidence and
letters, voices, dispute, parts and bearings. After the last act the same is read of each day that is over and compared,
less what is withheld or was redacted since; then the verifier rebuilds everything from the history and compares it with
the tables. A difference stops the drill with the shortest history that shows it."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.drills.asof", description="Pages of a past day.")
    parser.add_argument("--histories", type=int, default=HISTORIES)
    parser.add_argument("--longest", type=int, default=30, help="acts of the longest history")
    parser.add_argument("--items", type=int, default=13_000, help="items of the record that is measured; 0 for none")
    parser.add_argument("--entries", type=int, default=100_000)
    parser.add_argument("--database", nargs="+", default=databases())
    parser.add_argument("--to", type=Path, default=TO)
    parser.add_argument("--trial", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    counts = (options.histories, options.longest, options.items, options.entries)
    if options.trial:
        print(json.dumps(trial(*counts)))
        return 0
    results = {}
    names = ("histories", "longest", "items", "entries")
    asked = [word for name, count in zip(names, counts, strict=True) for word in (f"--{name}", count)]
    for url in options.database:
        with empty_database(url) as database:
            try:
                results[called(url)] = in_process(database, "tests.drills.asof", "--trial", *asked)
            except subprocess.CalledProcessError:
                return 1  # It has said why.
        print(json.dumps({called(url): results[called(url)]}), file=sys.stderr, flush=True)
    options.to.parent.mkdir(parents=True, exist_ok=True)
    options.to.write_text(page(results, options.items, options.entries), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
