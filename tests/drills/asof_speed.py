"""How long a page of a past day takes beside the page of today: 13,000 items and 100,000 entries.

Run by `python -m tests.drills.asof`, which writes the table. Rows are stored in bulk here: what is measured is reading.
"""

import datetime as dt
import json
import statistics
import time
import uuid
from collections.abc import Iterator
from itertools import count, islice
from typing import Any

ITEMS, ENTRIES, DAYS = 13_000, 100_000, 300
ROUNDS = 5
# The moment at which factories store.
BEGAN = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)
TODAY = BEGAN + dt.timedelta(days=DAYS + 30)
PAGES = {"front": "/", "list": "/items/", "list, one level": "/items/?level=under_way"}
# A day of which half of the entries are told, and one on which all of them but a few are.
PASTS = {"middle": BEGAN.date() + dt.timedelta(days=DAYS // 2), "last": BEGAN.date() + dt.timedelta(days=DAYS - 1)}


def measure(items: int = ITEMS, entries: int = ENTRIES) -> list[dict[str, Any]]:
    """Fill the empty database of the settings and return, for every page, seconds live and of each past day."""
    from unittest import mock

    from django.core.management import call_command
    from django.db import connection
    from django.test import Client
    from django.utils import timezone

    call_command("migrate", verbosity=0)
    _fill(items, entries)
    if connection.vendor == "postgresql":
        # What a server does by itself after a while; SQLite is never asked to.
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    client, found = Client(SERVER_NAME="127.0.0.1"), []
    with mock.patch.object(timezone, "now", return_value=TODAY):
        for name, address in PAGES.items():
            glue = "&" if "?" in address else "?"
            asked = {"live": address} | {past: f"{address}{glue}on={day}" for past, day in PASTS.items()}
            taken: dict[str, list[float]] = {kind: [] for kind in asked}
            for round_number in range(ROUNDS + 1):
                for kind, path in asked.items():
                    begun = time.perf_counter()
                    answer = client.get(path)
                    seconds = time.perf_counter() - begun
                    assert answer.status_code == 200, (path, answer.status_code)
                    # The first round fills caches of templates and pages of the database.
                    if round_number:
                        taken[kind].append(seconds)
            found.append({"page": name} | {kind: statistics.median(seconds) for kind, seconds in taken.items()})
    return found


class _Log:
    """Writes entries of one log in bulk: chained, with the openings that are given."""

    def __init__(self, log: str, entries: int) -> None:
        from tracker.models import HistoryEntry
        from tracker.models.guards import NO_PREDECESSOR

        last = HistoryEntry.objects.filter(log=log).order_by("-sequence").first()
        self.log, self.sequence = log, last.sequence if last else 0
        self.previous = last.hash if last else NO_PREDECESSOR
        self.step = dt.timedelta(days=DAYS) / entries
        self.rows: list[Any] = []

    def tell(self, action: str, record: Any) -> int:
        """Add an entry about `record` and return its sequence."""
        from tracker.lib.canonical import canonical, digest, time_text
        from tracker.models import HistoryEntry

        self.sequence += 1
        moment, request = time_text(BEGAN + self.step * self.sequence), uuid.uuid4()
        payload = canonical(
            {
                "version": 1,
                "log": self.log,
                "epoch": 1,
                "sequence": self.sequence,
                "time": moment,
                "action": action,
                "object": [record.KIND, record.uuid],
                "request": request,
                "commitments": dict.fromkeys(("@actor", "@organisation", "@role", "level", "level_since"), "0" * 64),
                "previous": self.previous,
            }
        )
        self.previous = digest(payload)
        self.rows.append(
            HistoryEntry(
                log=self.log,
                epoch=1,
                sequence=self.sequence,
                time=moment,
                action=action,
                object_kind=record.KIND,
                object_uuid=record.uuid,
                request_id=request,
                payload=payload,
                hash=self.previous,
            )
        )
        return self.sequence

    def at(self, sequence: int) -> dt.datetime:
        return BEGAN + self.step * sequence

    def store(self) -> None:
        from tracker.models import HistoryEntry

        for chunk in _chunks(iter(self.rows)):
            HistoryEntry.objects.bulk_create(chunk)


def _chunks(rows: Iterator[Any], size: int = 1000) -> Iterator[list[Any]]:
    while chunk := list(islice(rows, size)):
        yield chunk


def _fill(wanted: int, entries: int) -> None:
    from tests import factories as make
    from tracker.choices import Level
    from tracker.models import Evidence, ItemState, Update

    author, publisher, alliance, organisations, items = _ground(wanted)
    log = _Log(str(alliance.uuid), entries)
    now: dict[int, Any] = {}
    states: list[Any] = []

    def follow(item: Any, sequence: int, **values: Any) -> None:
        held = now.get(item.pk)
        for name, value in values.items():
            setattr(item, name, value)
        state = ItemState(item=item, alliance=alliance, from_sequence=sequence)
        for name in (
            "level",
            "level_since",
            "headline_id",
            "owner_id",
            "duty_bearer_id",
            "last_update_on",
            "verify_by",
        ):
            setattr(state, name, getattr(item, name))
        if held is not None:
            held.to_sequence = sequence
        now[item.pk] = state
        states.append(state)

    for item in items:
        follow(item, log.tell("open_items", item))
    for number, item in enumerate(items):
        follow(item, log.tell("assign_item", item), owner_id=organisations[number % len(organisations)].pk)
    levels = [level.value for level in Level if level not in (Level.NOT_ASSESSED, Level.CONTRARY)]
    published, told = [], []
    for number in count():
        if log.sequence + 3 > entries:
            break
        item = items[(number * 7) % len(items)]
        update = Update(
            alliance=alliance,
            item=item,
            author=author,
            publisher=publisher,
            organisation=organisations[0],
            publisher_organisation=organisations[1],
            period_to="2025-06",
            done=make.texts("The ministry opened three centres and trained their staff. " * 4),
            level=levels[number % len(levels)],
            state="published",
        )
        log.tell("draft_update", update)
        update.published_at = log.at(log.tell("publish_update", update))
        published.append(update)
        told.append((item, log.tell("publish_update", item)))
    for chunk in _chunks(iter(published)):
        Update.objects.bulk_create(chunk)
    evidence = [
        Evidence(
            alliance=alliance,
            kind="law",
            title=f"Law No. {number}",
            publisher="Gazette",
            address=f"https://example.org/{number}",
        )
        for number in range(len(published))
    ]
    for chunk in _chunks(iter(evidence)):
        Evidence.objects.bulk_create(chunk)
    link = Update.evidence.through
    for pairs in _chunks(zip(published, evidence, strict=True)):
        link.objects.bulk_create([link(update=update, evidence=source) for update, source in pairs])
    for update, (item, sequence) in zip(published, told, strict=True):
        day = update.published_at.date()
        follow(
            item,
            sequence,
            level=update.level,
            level_since=day,
            headline_id=update.pk,
            last_update_on=day,
            verify_by=day + dt.timedelta(days=90 + sequence % 400),
        )
    log.store()
    for chunk in _chunks(iter(states)):
        ItemState.objects.bulk_create(chunk)


def _ground(wanted: int) -> tuple[Any, Any, Any, list[Any], list[Any]]:
    """Make the alliance, its documents of 650 points each, and an item of each point, not yet told of."""
    from tests import factories as make
    from tracker.choices import Addressee, Area, RecommendationKind
    from tracker.models import Item, Recommendation

    with make.together():
        organisations = [make.OrganisationFactory(code=f"member-{number}") for number in range(12)]
        state = make.OrganisationFactory(code="the-state", kind="state_body")
        alliance = make.AllianceFactory(slug="home", members=organisations, duty_bearer=state)
        author, publisher = make.UserFactory(username="author"), make.UserFactory(username="publisher")
        sections = [
            make.SectionFactory(document=document, code=f"S{number}", position=number)
            for document in [make.DocumentFactory(code=f"doc-{number}", position=number) for number in range(20)]
            for number in range(10)
        ]
    areas, kinds = list(Area), [kind for kind in RecommendationKind if kind.value in ("commitment", "priority_action")]
    points = [
        make.RecommendationFactory.build(
            section=sections[number % len(sections)],
            area=areas[number % len(areas)],
            kind=kinds[number % len(kinds)],
            addressee=Addressee.STATES if number % 10 else Addressee.CONGRESS_PARTICIPANTS,
            position=number,
            reference=f"R-{number}",
            deadline="2025-12-31" if number % 9 == 0 else "",
            deadline_last_day=dt.date(2025, 12, 31) if number % 9 == 0 else None,
        )
        for number in range(wanted)
    ]
    for chunk in _chunks(iter(points)):
        Recommendation.objects.bulk_create(chunk)
    # The lists read the states; of the items themselves only who owns any, for the choices of the filter.
    items = [
        Item(alliance=alliance, recommendation=point, duty_bearer=state, owner=organisations[number % 12])
        for number, point in enumerate(points)
    ]
    for chunk in _chunks(iter(items)):
        Item.objects.bulk_create(chunk)
    return author, publisher, alliance, organisations, items


def main() -> None:
    """Measure on the database of the settings, and print what was found as one line of JSON."""
    print(json.dumps(measure()))
