"""How long public pages take on 13,000 items, beside the least that could show the same rows or answer at all.

    python -m tests.drills.pages [--items 13000] [--entries 100000] [--database sqlite URL …] [--to FILE]

In process, without a network. The table goes to docs/drills/pages.md.
"""

import argparse
import datetime as dt
import json
import platform
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.drills.running import ROOT, called, databases, empty_database, in_process, set_up

TO = ROOT / "docs" / "drills" / "pages.md"
ITEMS, ENTRIES, ROUNDS = 13_000, 100_000, 9


def measure(items: int, entries: int) -> dict[str, float]:
    """Fill the empty database of the settings; return {what was asked: median seconds}, measured side by side."""
    set_up(quiet=True)
    from unittest import mock

    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection
    from django.test import Client, override_settings
    from django.utils import timezone

    from tests.drills.asof_speed import TODAY, _fill
    from tracker.queries import figures

    call_command("migrate", verbosity=0)
    _fill(items, entries)
    call_command("rebuild_search", verbosity=0)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    with mock.patch.object(timezone, "now", return_value=TODAY):
        made = Client(SERVER_NAME="127.0.0.1")
        with override_settings(PAGE_MEMORY=32 * 1024 * 1024):
            kept = Client(SERVER_NAME="127.0.0.1")
            first = kept.get("/items/")
        empty = _empty(settings)
        counted = figures.groups(_alliance(), today=TODAY.date())
        asked: dict[str, Callable[[], Any]] = {
            "list": lambda: made.get("/items/"),
            "its rows alone": _rows,
            "item": lambda: made.get("/items/doc-0/r-0/"),
            "front page": lambda: made.get("/"),
            "front page, figures given": lambda: _given(made, counted),
            "unchanged page, from memory": lambda: kept.get("/items/"),
            "unchanged page, 304": lambda: kept.get("/items/", headers={"If-None-Match": first.headers["ETag"]}),
            "empty answer, same middleware": empty,
        }
        taken: dict[str, list[float]] = {name: [] for name in asked}
        for round_number in range(ROUNDS + 1):
            for name, ask in asked.items():
                begun = time.perf_counter()
                answer = ask()
                if round_number:
                    taken[name].append(time.perf_counter() - begun)
                assert getattr(answer, "status_code", 200) in (200, 304), name
    return {name: statistics.median(seconds) for name, seconds in taken.items()}


def _alliance() -> Any:
    from tracker.models import Alliance

    return Alliance.objects.get(slug="home")


def _rows() -> str:
    """Show the rows of the list's first page as barely as that can be done."""
    from tracker.queries.items import DOCUMENT_ORDER, now

    states = now().filter(alliance__slug="home").order_by(*DOCUMENT_ORDER)
    point = "item__recommendation"
    rows = states.values_list(
        f"{point}__reference",
        f"{point}__title",
        f"{point}__document__short_title",
        f"{point}__area",
        "level",
        "level_since",
        "owner__name",
        "verify_by",
    )[:50]
    total = states.count()
    return f"<p>{total}</p>" + "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)


def _given(client: Any, counted: Any) -> Any:
    """Ask for the front page as if its figures had been counted beforehand."""
    from unittest import mock

    with mock.patch("tracker.queries.figures.groups", return_value=counted):
        return client.get("/")


def _empty(settings: Any) -> Callable[[], Any]:
    """Return what asks for an answer with nothing in it, through the same middleware."""
    from django.test import Client, override_settings

    client = Client(SERVER_NAME="127.0.0.1")

    def ask() -> Any:
        with override_settings(ROOT_URLCONF="tests.drills.pages"):
            return client.get("/empty/")

    return ask


def _nothing(request: Any) -> Any:
    from django.http import HttpResponse

    return HttpResponse("")


def __getattr__(name: str) -> Any:
    # Addresses of this module, when Django asks for them: it has to be set up first.
    if name == "urlpatterns":
        from django.urls import path

        return [path("empty/", _nothing)]
    raise AttributeError(name)


# --- The table

PAIRS = {
    "list": "its rows alone",
    "front page": "front page, figures given",
    "unchanged page, from memory": "empty answer, same middleware",
    "unchanged page, 304": "empty answer, same middleware",
}


def page(results: dict[str, dict[str, float]], items: int) -> str:
    """Return the page of what was measured."""
    import django

    lines = ["| asked for | beside | " + " | ".join(f"{name}: ms | times" for name in results) + " |"]
    lines.append("|---|---|" + "---:|---:|" * len(results))
    names = list(next(iter(results.values())))
    for name in names:
        beside = PAIRS.get(name, "")
        cells = [
            f"{found[name] * 1000:.1f} | {found[name] / found[beside]:.2f}"
            if beside
            else f"{found[name] * 1000:.1f} | "
            for found in results.values()
        ]
        lines.append(f"| {name} | {beside} | " + " | ".join(cells) + " |")
    return (
        "# Public pages\n\n"
        f"Written by `make drill` on {dt.datetime.now(dt.UTC).date()}, Python {platform.python_version()}, "
        f"Django {django.__version__}: {items:,} items of one alliance, medians of {ROUNDS} rounds taken side by side, "
        "in one process. *Its rows alone* are the same fifty rows by `values_list` and f-strings, and their number; "
        "*figures given* is the page as if its counts had been kept beside the rows; the *empty answer* passes through "
        "the same middleware.\n\n" + "\n".join(lines) + "\n"
    )


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.drills.pages", description="How long public pages take.")
    parser.add_argument("--items", type=int, default=ITEMS)
    parser.add_argument("--entries", type=int, default=ENTRIES)
    parser.add_argument("--database", nargs="+", default=databases())
    parser.add_argument("--to", type=Path, default=TO)
    parser.add_argument("--trial", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.trial:
        print(json.dumps(measure(options.items, options.entries)))
        return 0
    results = {}
    for url in options.database:
        with empty_database(url) as database:
            counts = ["--items", options.items, "--entries", options.entries]
            results[called(url)] = in_process(database, "tests.drills.pages", "--trial", *counts)
            print(called(url), results[called(url)], file=sys.stderr)
    options.to.write_text(page(results, options.items), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
