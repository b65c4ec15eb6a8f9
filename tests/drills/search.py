"""Searching 13,000 items: the index beside `LIKE '%word%'` over the same texts, on both databases.

    python -m tests.drills.search [--items 13000] [--database URL …] [--to FILE]

Rows are stored in bulk, the index is written by `rebuild_search`. For LIKE each text stands folded in one column of a
table of its own, which is the most that can be done for it. The table goes to docs/drills/search.md; progress to
standard error.
"""

import argparse
import datetime as dt
import json
import os
import platform
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tests.drills.editors import POSTGRES, empty_database

ROOT = Path(__file__).resolve().parents[2]
TO = ROOT / "docs" / "drills" / "search.md"
ROUNDS = 9
# What is looked for → words of which one stands in the texts, and in how many of them of a thousand.
PLANTED: dict[str, tuple[str, int]] = {
    "ombudsperson": ("ombudsperson", 1),
    "несовершеннолетний": ("несовершеннолетних несовершеннолетние несовершеннолетнего", 10),
    "trafficked": ("trafficking trafficked", 50),
    "школы": ("школа школы школах школой", 300),
}
ASKED = [*PLANTED, "trafficked школы"]


def measure(items: int) -> dict[str, Any]:
    """Fill the empty database of the settings; return what was measured, in seconds, and what the index takes."""
    from django.core.management import call_command
    from django.db import connection

    from tracker.actions.search import rebuild
    from tracker.filters import filter_states
    from tracker.models import Item
    from tracker.queries.search import items_holding

    call_command("migrate", verbosity=0)
    alliance = _fill(items)
    begun = time.perf_counter()
    rebuilt = rebuild()
    seconds = time.perf_counter() - begun
    rows, letters = _texts_for_like(alliance)
    if connection.vendor == "postgresql":
        # What a server does by itself after a while; SQLite is never asked to.
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
    today, found = dt.date(2026, 3, 2), []
    _unused, every = filter_states(alliance, {}, today)
    for question in ASKED:
        here = Item.objects.filter(alliance=alliance).order_by().values_list("pk", flat=True)
        by_index = items_holding(here, "pk", question, alliance_id=alliance.pk, internal=False)
        _form, listed = filter_states(alliance, {"words": question}, today)
        ways: dict[str, Callable[[], Any]] = {
            "like": lambda q=question: _by_like(q),
            "index": lambda rows=by_index: list(rows.all()),
            "list by like": lambda q=question: _page(every.filter(item__in=_by_like(q))),
            "list": lambda states=listed: _page(states.all()),
        }
        taken: dict[str, list[float]] = {name: [] for name in ways}
        for round_number in range(ROUNDS + 1):
            for name, way in ways.items():
                begun = time.perf_counter()
                way()
                # The first round fills the pages of the database.
                if round_number:
                    taken[name].append(time.perf_counter() - begun)
        # LIKE knows no word forms: it may find less, never anything else.
        assert set(_by_like(question)) <= set(by_index)
        medians = {name: statistics.median(each) for name, each in taken.items()}
        found.append({"question": question, "found": by_index.count()} | medians)
    return {"asked": found, "rows": rows, "letters": letters, "updates": rebuilt.looked_at - items, "rebuild": seconds}


def _page(states: Any) -> tuple[int, list[Any]]:
    """Ask what the list asks: how many there are, and the first fifty."""
    return states.count(), list(states[:50])


def _fill(wanted: int) -> Any:
    """Store an alliance that follows so many points, with texts in both languages, and updates on half of them."""
    from tests.drills.asof_speed import _chunks, _ground
    from tracker.models import ItemState, Recommendation, Update

    author, publisher, alliance, organisations, items = _ground(wanted)
    chance = random.Random(7)
    words = {"en": _vocabulary(chance, "abcdefghiklmnoprstuvw"), "ru": _vocabulary(chance, "абвгдежзиклмнопрстуфхч")}

    def text(least: int, most: int) -> dict[str, str]:
        told = {}
        for language, known in words.items():
            line = [next(known) for _word in range(chance.randint(least, most))]
            for forms, often in PLANTED.values():
                if (forms[0] >= "а") is (language == "ru") and chance.randrange(1000) < often:
                    line.insert(chance.randrange(len(line)), chance.choice(forms.split()))
            told[language] = " ".join(line).capitalize() + "."
        return told

    updates = []
    for number, item in enumerate(items):
        point = item.recommendation
        point.title, point.summary = text(5, 12), text(30, 80)
        if number % 2:
            said = {name: text(20, 60) for name in ("done", "remains")}
            moment = dt.datetime(2025, 6, 1, tzinfo=dt.UTC) + dt.timedelta(minutes=number)
            who = {"author": author, "publisher": publisher, "organisation": organisations[0]}
            also = {"publisher_organisation": organisations[1], "period_to": "2025-06", "state": "published"}
            updates.append(Update(alliance=alliance, item=item, published_at=moment, **who, **also, **said))
    for chunk in _chunks(iter([item.recommendation for item in items])):
        Recommendation.objects.bulk_update(chunk, ["title", "summary"])
    for chunk in _chunks(iter(updates)):
        Update.objects.bulk_create(chunk)
    for chunk in _chunks(ItemState(item=item, alliance=alliance, from_sequence=n) for n, item in enumerate(items, 1)):
        ItemState.objects.bulk_create(chunk)
    return alliance


def _vocabulary(chance: random.Random, letters: str) -> Iterator[str]:
    """Yield words of a made language of 8,000, the first of them often, the last seldom."""
    known = ["".join(chance.choices(letters, k=chance.randint(2, 11))) for _number in range(8_000)]
    weights = [1 / (rank + 5) for rank in range(len(known))]
    while True:
        yield from chance.choices(known, weights, k=10_000)


def _texts_for_like(alliance: Any) -> tuple[int, int]:
    """Store every text that the index has in a table of its own, folded; return how many, and of how many letters."""
    from django.db import connection

    from tracker.lib.sqlite import as_owner
    from tracker.lib.text import fold
    from tracker.models import Item, Update
    from tracker.queries.search import said_by_points, said_by_updates

    item_of = dict(Item.objects.filter(alliance=alliance).values_list("recommendation", "pk"))
    item_of_update = dict(Update.objects.values_list("pk", "item"))
    keys = list(item_of)
    rows = [
        (item_of[said.recommendation_id], fold(" ".join(said.texts)))
        for start in range(0, len(keys), 500)
        for said in said_by_points(keys[start : start + 500])
    ]
    keys = list(item_of_update)
    rows += [
        (item_of_update[said.update_id], fold(" ".join(said.texts)))
        for start in range(0, len(keys), 500)
        for said in said_by_updates(keys[start : start + 500])
    ]
    with as_owner(connection), connection.cursor() as cursor:
        cursor.execute("CREATE TABLE drill_texts (item integer, text text)")
        cursor.executemany("INSERT INTO drill_texts (item, text) VALUES (%s, %s)", rows)
        cursor.execute("CREATE INDEX drill_texts_item ON drill_texts (item)")
    return len(rows), sum(len(text) for _item, text in rows)


def _by_like(question: str) -> Any:
    """Return the items whose texts hold every word somewhere."""
    from django.db import connection

    from tracker.lib.text import fold

    one = "SELECT item FROM drill_texts WHERE text LIKE %s"
    words = fold(question).split()
    with connection.cursor() as cursor:
        cursor.execute(" INTERSECT ".join([one] * len(words)), [f"%{word}%" for word in words])
        return list({row[0] for row in cursor.fetchall()})


# --- The page


def page(results: dict[str, dict[str, Any]], items: int) -> str:
    """Return the page with what both databases came to."""
    import django

    lines = [
        "| database | asked for | items | LIKE, ms | index, ms | ratio | list by LIKE, ms | list, ms | ratio |",
        "|---|---|" + "---:|" * 7,
    ]
    for name, result in results.items():
        for row in result["asked"]:
            cells = [f"{row['like'] * 1000:.1f}", f"{row['index'] * 1000:.1f}", f"{row['index'] / row['like']:.3f}"]
            cells += [f"{row['list by like'] * 1000:.0f}", f"{row['list'] * 1000:.0f}"]
            cells += [f"{row['list'] / row['list by like']:.2f}"]
            lines.append(f"| {name} | {row['question']} | {row['found']:,} | {' | '.join(cells)} |")
    any_one = next(iter(results.values()))
    rebuilt = ", ".join(f"{result['rebuild']:.0f} s on {name}" for name, result in results.items())
    return "\n".join(
        [
            "# Searching",
            "",
            f"Written by `make drill` on {dt.datetime.now(dt.UTC).date()}, Python {platform.python_version()}, Django "
            f"{django.__version__}, {os.cpu_count()} cores.",
            "",
            f"{items:,} items and {any_one['updates']:,} updates, {any_one['rows']:,} texts of {any_one['letters']:,} "
            f"letters; medians of {ROUNDS} interleaved rounds. `rebuild_search` wrote the index of all in {rebuilt}.",
            "",
            *lines,
            "",
            _SAYS,
            "",
        ]
    )


_SAYS = """\
**LIKE** looks for `'%word%'` in a table that holds each text folded in one column, with nothing to join: less than any
page could do. **Index** is what the site asks, points, updates and rights included, until all keys are there. **List**
is the page's own question with either: how many, and the first fifty in the documents' order with all they show."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.drills.search", description="Searching, beside LIKE.")
    parser.add_argument("--items", type=int, default=13_000)
    parser.add_argument("--database", nargs="+", default=["sqlite", os.environ.get("POSTGRES_URL", POSTGRES)])
    parser.add_argument("--to", type=Path, default=TO)
    parser.add_argument("--trial", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.trial:
        import django

        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
        django.setup()
        print(json.dumps(measure(options.items)))
        return 0
    results = {}
    for url in options.database:
        with empty_database(url) as database:
            done = subprocess.run(
                [sys.executable, "-m", "tests.drills.search", "--trial", "--items", str(options.items)],
                cwd=ROOT,
                env=os.environ | {"DATABASE_URL": database},
                stdout=subprocess.PIPE,
                text=True,
            )
        if done.returncode:
            return 1
        name = "SQLite" if url == "sqlite" else "PostgreSQL"
        results[name] = json.loads(done.stdout.splitlines()[-1])
        print(json.dumps({name: results[name]}, ensure_ascii=False), file=sys.stderr, flush=True)
    options.to.parent.mkdir(parents=True, exist_ok=True)
    options.to.write_text(page(results, options.items), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
